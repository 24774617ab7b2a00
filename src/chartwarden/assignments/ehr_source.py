"""Where a clinic's EHR keeps its tasks: set up, stopped, and how it fares."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from chartwarden.assignments import ehr_rules, models
from chartwarden.assignments.task_rules import TROUBLES
from chartwarden.clinics.services import seal, unseal
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.decisions import Stale, refused
from chartwarden.kernel.errors import refuse
from chartwarden.ledger.services import append

PURPOSE = "ehr source"
MOST_TOKEN = 8_000


@dataclass(frozen=True)
class Source:
    """How reading the EHR's tasks is set up and fares. ``has_token``: one is kept, sealed. Instants are UTC."""

    base: str
    has_token: bool
    on: bool
    encounters: bool
    revision: int
    read_at: datetime | None
    failing_since: datetime | None
    next_try_at: datetime | None
    trouble: str
    not_taken: int


@dataclass(frozen=True)
class NotTaken:
    """Something of the EHR that could not be taken: what it is, its id there (PHI), why, and when it was seen."""

    kind: str
    id: str
    why: str
    seen_at: datetime


def source(clinic: UUID) -> Source | None:
    """A clinic's source; None where none was ever set up."""
    row = models.QueueSource.objects.filter(clinic_id=clinic).first()
    if row is None:
        return None
    return Source(
        row.base, row.token is not None, row.on, row.encounters, row.revision, row.read_at, row.failing_since,
        row.next_try_at, row.trouble, _not_taken(clinic).count(),
    )  # fmt: skip


def not_taken(clinic: UUID, most: int = 50) -> list[NotTaken]:
    """What could not be taken, the latest first."""
    return [
        NotTaken(row.kind, id_of(row), TROUBLES.get(row.step, row.step), row.seen_at)
        for row in _not_taken(clinic).order_by("-seen_at", "id")[:most]
    ]


def _not_taken(clinic: UUID) -> QuerySet[models.SourceItem]:
    return models.SourceItem.objects.filter(clinic_id=clinic).exclude(step="")


def id_of(row: models.SourceItem) -> str:
    """The id of an item in the EHR."""
    return unseal(row.clinic_id, PURPOSE, row.sealed).decode()


def token_of(row: models.QueueSource) -> str:
    """The token that the EHR wants; "" for none."""
    return unseal(row.clinic_id, PURPOSE, row.token).decode() if row.token else ""


def set_source(
    *, clinic: UUID, base: str, token: str | None, encounters: bool, revision: int, actor: Actor, at: datetime
) -> None:
    """Read the EHR's tasks at this FHIR base from now on, and tell it how they stand; with ``encounters`` finished ones
    become work that is nobody's. ``token`` None keeps the one there is, "" takes none.

    Raises InputRefused for an address or a token that won't do, Stale where somebody else changed it.
    """
    there = ehr_rules.checked_base(base)
    if token is not None and (len(token) > MOST_TOKEN or not token.isascii() or any(one.isspace() for one in token)):
        raise refuse("token", f"at most {MOST_TOKEN} characters of ASCII, without spaces", "something else")
    with transaction.atomic():
        row = _locked(clinic, revision) or models.QueueSource(clinic_id=clinic, on=False, encounters=False)
        moved = row.base != there
        if moved or not row.on:
            row.tasks_since = None
        if moved or not row.on or (encounters and not row.encounters):
            row.encounters_since = at
        if moved and token is None:
            row.token = None  # a token is told to nobody but whom it was given for
        row.base, row.on, row.encounters, row.set_by_id, row.set_at = there, True, encounters, actor.person, at
        if token is not None:
            row.token = seal(clinic, PURPOSE, token.encode()) if token else None
        row.attempts, row.failing_since, row.next_try_at, row.trouble = 0, None, None, ""
        row.revision = revision + 1
        row.save()
        _tell("assignments.source_set", row, actor, at)


def stop_source(*, clinic: UUID, revision: int, actor: Actor, at: datetime) -> None:
    """Read and tell the EHR nothing more; what was taken stays. Raises Stale."""
    with transaction.atomic():
        row = _locked(clinic, revision)
        if row is None:
            raise refuse("source", "one that was set up", "none")
        row.on, row.token, row.revision = False, None, revision + 1
        row.failing_since, row.next_try_at, row.trouble = None, None, ""
        row.save()
        _tell("assignments.source_stopped", row, actor, at)


def _locked(clinic: UUID, revision: int) -> models.QueueSource | None:
    row: models.QueueSource | None = models.QueueSource.objects.select_for_update().filter(clinic_id=clinic).first()
    if (row.revision if row else 0) != revision:
        raise Stale(refused("Somebody else has changed this meanwhile. Nothing of theirs was undone."))
    return row


def _tell(kind: str, row: models.QueueSource, actor: Actor, at: datetime) -> None:
    append(
        clinic=row.clinic_id,
        kind=kind,
        actor=actor,
        at=at,
        subject={"source": str(row.id)},
        facts={"host": urlsplit(row.base).netloc, "encounters": row.encounters},
    )
