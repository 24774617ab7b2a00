"""One round with a clinic's EHR: what changed there is read and taken, then it is told what changed here.

Everything is found in tables, and each page is one transaction, so a round that was killed is done again from where it
was: nothing is lost, and what comes twice changes nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Exists, F, OuterRef, Q

from chartwarden.assignments import ehr_rules, models
from chartwarden.assignments import task_rules as tasks
from chartwarden.assignments.ehr_client import Declined, Ehr, is_the_operators
from chartwarden.assignments.ehr_rules import Trouble
from chartwarden.assignments.ehr_source import id_of, token_of
from chartwarden.assignments.ehr_taking import ACTOR, ENCOUNTER, TASK, Taking
from chartwarden.ledger.services import append
from chartwarden.people.queries import names

log = logging.getLogger("chartwarden.assignments")
LEASE = timedelta(minutes=5)
PAGES, TOLD, AGAIN = 20, 200, 50
"""How many pages are read, tasks told, and troubles looked at again in one round."""
TRIES = 3
TELLING = ("", "not_told", *tasks.NOT_THEIRS)
"""How an item may stand of which the EHR is told."""
LATER = timedelta(hours=1)
TYPES = {TASK: "Task", ENCOUNTER: "Encounter"}
"""What an item is in the EHR."""
NOT_ITS_FAULT = (Trouble, OperationalError, InterfaceError)
"""What stops a round, since it is of no one resource."""


def sync(clinic: UUID, at: datetime) -> int:
    """Read the clinic's EHR and tell it, where that is set up, due, and no other process is at it. Says how much was
    done; more is left where it is not 0. A failure is kept in the source, for Today and the page."""
    source = _leased(clinic, at)
    if source is None:
        return 0
    taking, told, trouble = Taking(clinic, source.base, source.set_by_id, at), 0, ""
    try:
        inside = settings.WEBHOOKS_INSIDE or is_the_operators(clinic, source.base)
        ehr = Ehr(source.base, token_of(source), inside)
        _read(source, ehr, taking, at)
        _look_again(source, ehr, taking, at)
        told = _tell_all(source, ehr, taking, at)
    except Trouble as fault:
        trouble = str(fault)
    except Exception as fault:
        log.error("reading an EHR failed here: %s", type(fault).__name__)  # without its values
        trouble = "something went wrong here"
    _end(source, taking, told, trouble, at)
    return 0 if trouble else taking.counts["added"] + taking.counts["changed"] + told


def _leased(clinic: UUID, at: datetime) -> models.QueueSource | None:
    with transaction.atomic():
        rows = models.QueueSource.objects.select_for_update().filter(clinic_id=clinic, on=True)
        rows = rows.filter(Q(lease_until=None) | Q(lease_until__lte=at)).filter(
            Q(next_try_at=None) | Q(next_try_at__lte=at)
        )
        row: models.QueueSource | None = rows.first()
        if row is not None:
            row.lease_until = at + LEASE
            row.save(update_fields=["lease_until"])
    return row


def _read(source: models.QueueSource, ehr: Ehr, taking: Taking, at: datetime) -> None:
    since = _known(source.tasks_since, at)
    first = {} if since else {"status": ehr_rules.OPEN}
    address = ehr_rules.search(source.base, "Task", since, **first)
    _all_pages(source, "tasks_since", ehr.pages(address, "Task"), taking, TASK, at)
    if source.encounters:
        since = _known(source.encounters_since, at) or source.set_at
        address = ehr_rules.search(source.base, "Encounter", since, status="finished")
        _all_pages(source, "encounters_since", ehr.pages(address, "Encounter"), taking, ENCOUNTER, at)


def _all_pages(
    source: models.QueueSource,
    place: str,
    pages: Iterator[Sequence[Mapping[str, Any]]],
    taking: Taking,
    kind: str,
    at: datetime,
) -> None:
    """Take page by page, each in a transaction that also keeps how far one came. Where an EHR gives them out of order,
    that is kept once all are read."""
    begun = _known(getattr(source, place), at)
    newest, in_order = begun, True
    for number, page in enumerate(pages, 1):
        changed = [min(found, at) for one in page if (found := _updated(one)) is not None]
        in_order = in_order and changed == sorted(changed) and not (newest and changed and changed[0] < _before(newest))
        newest = max([*changed, *([newest] if newest else [])], default=None)
        with transaction.atomic():
            for resource in page:
                _take(taking, kind, resource)
            if in_order and newest is not None:
                _keep(source, place, newest)
        if number >= PAGES and in_order and newest and newest < at and (begun is None or _before(newest) > begun):
            return
    _keep(source, place, newest or at - LATER)


def _known(since: datetime | None, at: datetime) -> datetime | None:
    """How far one came, and never beyond now: what is dated in the future must not hide what comes until then."""
    return min(since, at) if since else None


def _take(taking: Taking, kind: str, resource: Mapping[str, Any]) -> models.SourceItem | None:
    """Take one, within the caller's transaction. What can't be taken is noted and changes nothing else."""
    before = taking.counts.copy()
    try:
        with transaction.atomic():
            return taking.take(kind, resource)
    except NOT_ITS_FAULT:
        raise
    except Exception as fault:
        log.error("a %s of an EHR could not be taken: %s", kind, type(fault).__name__)  # without its values
        taking.counts = before
        taking.failed(kind, resource)
        return None


def _before(newest: datetime) -> datetime:
    return newest - ehr_rules.OVERLAP


def _updated(resource: Mapping[str, Any]) -> datetime | None:
    try:
        return tasks.updated(resource)
    except tasks.Unreadable:
        return None


def _keep(source: models.QueueSource, place: str, newest: datetime) -> None:
    setattr(source, place, newest)
    rows = models.QueueSource.objects.filter(clinic_id=source.clinic_id, id=source.id, revision=source.revision)
    rows.update(**{place: newest})


def _look_again(source: models.QueueSource, ehr: Ehr, taking: Taking, at: datetime) -> None:
    """What could not be taken and may be by now: its owner has come, the copy is deleted."""
    copies = models.RecordCopy.objects.filter(assignment=OuterRef("assignment"), deleted_at=None)
    rows = models.SourceItem.objects.filter(clinic_id=source.clinic_id, step__in=tasks.MAY_PASS)
    later = Q(seen_at__lte=at - LATER) & ~Q(step="copies_left")
    for item in rows.filter(later | (Q(step="copies_left") & ~Exists(copies))).order_by("seen_at")[:AGAIN]:
        resource = ehr.read(TYPES[item.kind], id_of(item))
        with transaction.atomic():
            if resource is None:
                models.SourceItem.objects.filter(id=item.id, clinic_id=item.clinic_id).update(step="", seen_at=at)
            else:
                _take(taking, item.kind, resource)


def _tell_all(source: models.QueueSource, ehr: Ehr, taking: Taking, at: datetime) -> int:
    rows = models.SourceItem.objects.filter(clinic_id=source.clinic_id, kind=TASK, assignment__isnull=False)
    behind = (
        rows.select_related("assignment")
        .filter(step__in=TELLING)
        .exclude(told_revision=F("assignment__revision"))
        .order_by("seen_at", "id")[:TOLD]
    )
    return sum(_told(item, ehr, taking, at) for item in behind)


def _told(item: models.SourceItem, ehr: Ehr, taking: Taking, at: datetime) -> int:
    try:
        return _tell(item, ehr, taking, at)
    except NOT_ITS_FAULT:
        raise
    except Exception as fault:
        log.error("an EHR could not be told of a task: %s", type(fault).__name__)  # without its values
        models.SourceItem.objects.filter(id=item.id, clinic_id=item.clinic_id).update(step="broken", seen_at=at)
        return 0


def _tell(item: models.SourceItem, ehr: Ehr, taking: Taking, at: datetime) -> int:
    """Tell the EHR of one, unless it has changed there meanwhile and is right. Says whether it was told."""
    identity = id_of(item)
    own = models.SourceItem.objects.filter(id=item.id, clinic_id=item.clinic_id)
    for _ in range(TRIES):
        resource = ehr.read("Task", identity)
        if resource is None:
            revision = item.assignment.revision if item.assignment else -1
            own.update(step="not_told", told_revision=revision)
            return 0
        with transaction.atomic():
            own.update(version="")  # so that it is looked at once more
            now = _take(taking, TASK, resource)
        if (
            now is None
            or now.assignment is None
            or now.step not in TELLING
            or now.told_revision == now.assignment.revision
        ):
            return 0
        row, owner = now.assignment, None
        if row.coder_id != taking.whose(resource):
            owner = names(item.clinic_id, {row.coder_id})[row.coder_id].code if row.coder_id else ""
        content = tasks.written(resource, row.state, row.outcome, owner, at)
        try:
            version = ehr.write(content, tasks.version_of(resource))
        except Declined:
            own.update(step="not_told", told_revision=row.revision)
            return 0
        if version is not None:
            return int(own.update(version=version, told_revision=row.revision, seen_at=at))
    return 0


def _end(source: models.QueueSource, taking: Taking, told: int, trouble: str, at: datetime) -> None:
    """Keep how it went; nothing of it where the source was set up anew meanwhile."""
    counts = {name: taking.counts[name] for name in ("added", "changed", "not_taken")} | {"told": told}
    with transaction.atomic():
        rows = models.QueueSource.objects.select_for_update().filter(clinic_id=source.clinic_id, id=source.id)
        row = rows.filter(revision=source.revision).first()
        if row is not None:
            row.lease_until = None
            if trouble:
                row.attempts += 1
                row.failing_since = row.failing_since or at
                row.next_try_at = at + ehr_rules.again_after(row.attempts)
            else:
                row.attempts, row.failing_since, row.next_try_at, row.read_at = 0, None, None, at
            row.trouble = trouble[:120]
            row.save(update_fields=["lease_until", "attempts", "failing_since", "next_try_at", "read_at", "trouble"])
        else:
            models.QueueSource.objects.filter(id=source.id, clinic_id=source.clinic_id).update(lease_until=None)
        if counts["added"] or counts["changed"] or told:
            append(
                clinic=source.clinic_id, kind="assignments.source_read", actor=ACTOR, at=at,
                subject={"source": str(source.id)}, facts=counts,
            )  # fmt: skip
