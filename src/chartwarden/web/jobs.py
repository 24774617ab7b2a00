"""The installation's own upkeep."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection

from chartwarden.kernel.jobs import Job
from chartwarden.kernel.scratch import sweep


def optimize(at: datetime) -> int:
    """Let SQLite look at its tables anew, so that it picks indexes by what is in them (PRAGMA optimize)."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA analysis_limit=1000")
            cursor.execute("PRAGMA optimize=0x10002")
    return 0


def forget_sessions(at: datetime) -> int:
    """Remove sessions that have ended."""
    Session.objects.filter(expire_date__lt=at).delete()
    return 0


def sweep_scratch(at: datetime) -> int:
    """Remove the plain working copies that a killed process has left."""
    sweep(settings.DATA)
    return 0


JOBS = (
    Job("web.sweep_scratch", sweep_scratch, timedelta(minutes=1)),
    Job("web.optimize", optimize, timedelta(days=1)),
    Job("web.forget_sessions", forget_sessions, timedelta(days=1)),
)
