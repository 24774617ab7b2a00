"""What the gateway's room does from time to time: openings pushed to the clinic's audit record repository."""

from __future__ import annotations

from datetime import timedelta

from chartwarden.gateway.atna.feeding import push
from chartwarden.kernel.jobs import Job

JOBS = (Job("gateway.push_audit_events", push, timedelta(seconds=10)),)
