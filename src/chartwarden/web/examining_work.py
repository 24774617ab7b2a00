"""What ``doctor`` sees of work and mail."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.conf import settings

from chartwarden.web.contracts import Finding, Level
from chartwarden.web.heartbeat import SEVERAL, states

SECONDS = 5


def of_worker(data: Path, now: datetime) -> Iterator[Finding]:
    """Whether a worker was seen in the last minute, and which of its jobs fail."""
    alive = [state for state in states(data) if state.lives(now)]
    if not alive:
        yield Finding(Level.WARN, "worker: not seen in the last minute", "`chartwarden serve` (or `worker`) runs it.")
        return
    failing = [job for state in alive for job in state.failing()]
    if not failing:
        yield Finding(Level.OK, f"worker: at work, {len(alive[0].jobs)} jobs")
    for job in failing:
        level = Level.WRONG if job.failures >= SEVERAL else Level.WARN
        said = f"worker: job {job.name} failed {job.failures} in a row ({job.fault})"
        yield Finding(level, said, "The log of the worker says where. It is tried again by itself.")


def of_mail() -> Iterator[Finding]:
    """Whether the mail server answers."""
    if not settings.EMAIL_HOST:
        advice = "Set CHARTWARDEN_MAIL to smtp://user:password@host:port; without it people are reminded on pages only."
        yield Finding(Level.WARN, "mail: no server is set", advice)
        return
    try:
        connect = smtplib.SMTP_SSL if settings.EMAIL_USE_SSL else smtplib.SMTP
        with connect(settings.EMAIL_HOST, settings.EMAIL_PORT, timeout=SECONDS) as server:
            server.noop()
    except (OSError, smtplib.SMTPException, ssl.SSLError) as fault:
        said = f"mail: {settings.EMAIL_HOST}:{settings.EMAIL_PORT} does not answer ({type(fault).__name__})"
        yield Finding(Level.WRONG, said, "See that the server runs and CHARTWARDEN_MAIL is right.")
    else:
        yield Finding(Level.OK, f"mail: {settings.EMAIL_HOST} answers")
