"""What the worker does for the review desk."""

from __future__ import annotations

from datetime import datetime, timedelta

from chartwarden.clinics.queries import clinics
from chartwarden.clinics.services import across_clinics, acting_in
from chartwarden.kernel.jobs import Job
from chartwarden.review.desk.conflicts import look_for_conflicts
from chartwarden.review.desk.running import refresh_clinic


def refresh(at: datetime) -> int:
    """Open each clinic's reviews and make those anew whose inputs have changed."""
    with across_clinics():
        found = clinics()
    done = 0
    for clinic in found:
        with acting_in(clinic.id):
            done += refresh_clinic(clinic, at)
    return done


def conflicts(at: datetime) -> int:
    """Look for conflicts of interest anew in each clinic whose staff, patients or coders have changed."""
    with across_clinics():
        found = clinics()
    done = 0
    for clinic in found:
        with acting_in(clinic.id):
            done += look_for_conflicts(clinic, at)
    return done


JOBS = (
    Job("review.conflicts", conflicts, timedelta(seconds=5)),
    Job("review.refresh", refresh, timedelta(seconds=1)),
)
