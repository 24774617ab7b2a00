"""What the queue does by itself: it keeps in step with the tasks of each clinic's EHR."""

from __future__ import annotations

from datetime import datetime, timedelta

from chartwarden.assignments.ehr_syncing import sync
from chartwarden.clinics.queries import clinics
from chartwarden.clinics.services import across_clinics, acting_in
from chartwarden.kernel.jobs import Job


def sync_everywhere(at: datetime) -> int:
    """Read every clinic's EHR and tell it. Says how much was done. What fails in one clinic is raised once all were
    read."""
    with across_clinics():
        found = [one.id for one in clinics()]
    done, failed = 0, None
    for clinic in found:
        try:
            with acting_in(clinic):
                done += sync(clinic, at)
        except Exception as fault:  # one clinic's does not keep the others' back
            failed = failed or fault
    if failed is not None:
        raise failed
    return done


JOBS = (Job("assignments.sync", sync_everywhere, timedelta(minutes=1)),)
