"""Run the engine for reviews whose inputs have changed, and take over what it finds."""

from __future__ import annotations

import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from django.db.models import Q

from chartwarden.clinics import queries as clinics
from chartwarden.clinics.contracts import Clinic
from chartwarden.clinics.services import acting_in
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.disk import is_full
from chartwarden.kernel.errors import InputRefused
from chartwarden.kernel.scratch import scratch_folder
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
LEASE = timedelta(seconds=60)
"""After this without a sign of life another worker may take a run over; two runs of the same week do no harm."""
BEAT = 10.0
"""Seconds between signs of life."""
FULL = "The disk is full. Nothing was lost: the review is made by itself once there is room."


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


class Lease:
    """A run's hold on its review, renewed as long as the run lives: by a thread, since the run is busy."""

    def __init__(self, row: models.Review, at: datetime) -> None:
        self._rows = models.Review.objects.filter(clinic_id=row.clinic_id, id=row.id)
        self._clinic, self._at, self._since = row.clinic_id, at, time.monotonic()
        self._until = at + LEASE
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._go_on, name="review lease", daemon=True)

    def taken(self) -> bool:
        """Whether it could be taken: nobody else holds it."""
        free = Q(run_until=None) | Q(run_until__lt=self._at)
        begun = {"run": "running", "run_until": self._until, "run_stage": "Reading what was imported", "run_fault": ""}
        return bool(self._rows.filter(free).update(**begun))

    def __enter__(self) -> Lease:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        with suppress(DatabaseError):
            self._rows.filter(run="running", run_until=self._until).update(run="idle", run_until=None, run_stage="")

    def _go_on(self) -> None:
        while not self._ended.wait(BEAT):
            until = self._at + timedelta(seconds=time.monotonic() - self._since) + LEASE
            try:
                with acting_in(self._clinic):
                    held = self._rows.filter(run="running", run_until=self._until).update(run_until=until)
            except DatabaseError:
                connection.close()
                continue
            if held:
                self._until = until
        connection.close()


def refresh_clinic(clinic: Clinic, at: datetime) -> int:
    """Open the reviews that must be there and refresh those that are behind. Returns how many were done."""
    since = time.monotonic()
    opened = open_reviews(clinic=clinic, spans=weeks.spans(clinic.id), actor=WORKER, at=at)
    done = 0
    for row in behind(clinic):
        done += refresh_review(clinic, row, at + timedelta(seconds=time.monotonic() - since))
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
    """The reviews in force that were made from older inputs than there are, the oldest week first: a case that
    lies across two weeks belongs to the first."""
    rows = models.Review.objects.filter(clinic_id=clinic.id, amended_by=None).defer("summary", "document")
    return [row for row in rows.order_by("first_day", "opened_at") if is_behind(clinic, row)]


def is_behind(clinic: Clinic, row: models.Review) -> bool:
    """Whether a review must be made anew; one whose week has no log has nothing to be made from."""
    signed = row.state == "signed"
    if row.revision >= weeks.revision(clinic, row.first_day, row.last_day, signed):
        return False
    return weeks.has_log(clinic, row.first_day, row.last_day)


def refresh_review(clinic: Clinic, row: models.Review, at: datetime) -> int:
    """Make one review anew. Returns 1, or 0 where another worker does it, or there is no room for it now.

    A fault is kept for the page to tell. One of the database is the caller's: the run is taken up again when its
    lease has ended.
    """
    revision = weeks.revision(clinic, row.first_day, row.last_day, row.state == "signed")
    lease = Lease(row, at)
    if not lease.taken():
        return 0
    try:
        with lease:
            # Settings that were changed after the revision was read are the next run's, never the other way about.
            _judge(clinics.clinic(clinic.id) or clinic, row, revision, at)
    except (OperationalError, InterfaceError):
        raise
    except InputRefused as refusal:
        _failed(row, revision, "\n".join(f"{f.where}: {f.expected} is needed" for f in refusal.faults))
    except Exception as fault:
        if is_full(fault):
            _wait_for_room(row, at)
            return 0
        LOGGER.exception("a review could not be made")
        _put_off(row, at, "A fault of the program. It is tried again by itself; the log says where it was.")
    return 1


def _judge(clinic: Clinic, row: models.Review, revision: int, at: datetime) -> None:
    with scratch_folder(settings.DATA) as scratch:
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
        with ThreadPoolExecutor(1) as beside:  # neither holds Python's lock for long
            drawn = beside.submit(pictures_of, week.findings)
            judged = accesses_by_person(clinic.id, week.judged)
        take_findings(
            clinic=clinic,
            review=row.id,
            findings=week.findings,
            judged=judged,
            staff=found.staff,
            revision=revision,
            actor=WORKER,
            at=at,
            pictures=drawn.result(),
        )


def _wait_for_room(row: models.Review, at: datetime) -> None:
    """Nothing is wrong with the inputs: it is tried again in a minute, until the disk has room."""
    models.Review.objects.filter(clinic_id=row.clinic_id, id=row.id).update(
        run="failed", run_until=at + LEASE, run_stage="", run_fault=FULL
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
