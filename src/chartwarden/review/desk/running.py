"""Run the engine for reviews whose inputs have changed, and take over what it finds."""

from __future__ import annotations

import logging
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from chartwarden.clinics.contracts import Clinic
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.errors import InputRefused
from chartwarden.review import models
from chartwarden.review.desk import inputs, weeks
from chartwarden.review.desk.opening import open_reviews, settle
from chartwarden.review.desk.own import accesses_by_person
from chartwarden.review.desk.refreshing import take_findings
from chartwarden.review.desk.summing import pictures_of
from chartwarden.review.week_review import review_tables

LOGGER = logging.getLogger(__name__)
WORKER = Actor.of_system("worker")
AGAIN_AFTER = timedelta(minutes=2)
"""After a fault that may pass."""
LEASE = timedelta(minutes=15)
"""After this another worker may take a run over; two runs of the same week do no harm, so no one is locked out."""


class Stages:
    """Progress: the stage of the run, where the page can see it."""

    def __init__(self, review: UUID, clinic: UUID) -> None:
        self.rows = models.Review.objects.filter(clinic_id=clinic, id=review)

    def stage(self, name: str, total: int | None = None) -> None:
        """Write the stage down; how much it has to do is left out."""
        del total
        self.rows.update(run_stage=name[:120])

    def advance(self, amount: int) -> None:
        """Say nothing: a week's stages are short."""


def refresh_clinic(clinic: Clinic, at: datetime) -> int:
    """Open the reviews that must be there and refresh those that are behind. Returns how many were done."""
    opened = open_reviews(clinic=clinic, spans=weeks.spans(clinic.id), actor=WORKER, at=at)
    done = sum(refresh_review(clinic, row, at) for row in behind(clinic))
    settle_ended(clinic, at)
    return len(opened) + done


def settle_ended(clinic: Clinic, at: datetime) -> None:
    """A week that ended since it was read may be ready to be signed without another run."""
    today = at.astimezone(clinic.time_zone).date()
    waiting = models.Review.objects.filter(clinic_id=clinic.id, state="open", last_day__lt=today)
    for row in waiting.exclude(refreshed_at=None).defer("summary", "document"):
        with transaction.atomic():
            settle(models.Review.objects.select_for_update().get(id=row.id), today)


def behind(clinic: Clinic) -> list[models.Review]:
    """The reviews in force that were made from older inputs than there are, the newest week first."""
    rows = models.Review.objects.filter(clinic_id=clinic.id, amended_by=None).defer("summary", "document")
    return [row for row in rows if is_behind(clinic, row)]


def is_behind(clinic: Clinic, row: models.Review) -> bool:
    """Whether a review must be made anew; one whose week has no log has nothing to be made from."""
    signed = row.state == "signed"
    if row.revision >= weeks.revision(clinic, row.first_day, row.last_day, signed):
        return False
    return weeks.has_log(clinic, row.first_day, row.last_day)


def refresh_review(clinic: Clinic, row: models.Review, at: datetime) -> int:
    """Make one review anew. Returns 1, or 0 where another worker does it. A fault is kept for the page to tell."""
    revision = weeks.revision(clinic, row.first_day, row.last_day, row.state == "signed")
    free = Q(run_until=None) | Q(run_until__lt=at)
    taken = models.Review.objects.filter(free, clinic_id=clinic.id, id=row.id)
    if not taken.update(run="running", run_until=at + LEASE, run_stage="Reading what was imported", run_fault=""):
        return 0
    try:
        _judge(clinic, row, revision, at)
    except InputRefused as refusal:
        _failed(row, revision, "\n".join(f"{f.where}: {f.expected} is needed" for f in refusal.faults))
    except Exception:
        LOGGER.exception("a review could not be made")
        _put_off(row, at, "A fault of the program. It is tried again by itself; the log says where it was.")
    return 1


def _judge(clinic: Clinic, row: models.Review, revision: int, at: datetime) -> None:
    place = settings.DATA / "scratch"
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(dir=place, ignore_cleanup_errors=True) as folder:
        scratch = Path(folder)
        found = inputs.open_inputs(clinic, row.first_day, row.last_day, scratch)
        week = review_tables(
            found.clinic,
            found.logs,
            found.feeds,
            week=(row.first_day, row.last_day),
            lookback_days=clinic.lookback_days,
            scratch=scratch,
            progress=Stages(row.id, clinic.id),
        )
        take_findings(
            clinic=clinic,
            review=row.id,
            findings=week.findings,
            judged=accesses_by_person(clinic.id, week.judged),
            staff=found.staff,
            revision=revision,
            actor=WORKER,
            at=at,
            pictures=pictures_of(week.findings),
        )


def _failed(row: models.Review, revision: int, fault: str) -> None:
    """Keep why the inputs won't do; it is tried again when they change."""
    models.Review.objects.filter(clinic_id=row.clinic_id, id=row.id).update(
        run="failed", run_until=None, run_stage="", run_fault=fault[:2000], revision=revision
    )


def _put_off(row: models.Review, at: datetime, fault: str) -> None:
    """Keep a fault that may pass (a full disk, a busy store); the lease holds it back for a while, then it is tried."""
    models.Review.objects.filter(clinic_id=row.clinic_id, id=row.id).update(
        run="failed", run_until=at + AGAIN_AFTER, run_stage="", run_fault=fault[:2000]
    )
