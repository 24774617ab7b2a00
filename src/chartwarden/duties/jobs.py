"""Work of the duties room that nobody waits for."""

from __future__ import annotations

from datetime import datetime, timedelta

from chartwarden.clinics.queries import clinics
from chartwarden.clinics.services import acting_in
from chartwarden.duties.services import remind
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.jobs import Job

WORKER = Actor.of_system("worker")


def remind_everybody(now: datetime) -> int:
    """Mail of every clinic's duties that came round or became overdue."""
    done = 0
    for clinic in clinics():
        with acting_in(clinic.id):
            done += remind(clinic=clinic, actor=WORKER, at=now)
    return done


JOBS = (Job("duties.remind", remind_everybody, timedelta(minutes=15)),)
