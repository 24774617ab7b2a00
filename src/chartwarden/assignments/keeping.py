"""Rows of the queue: found and held for a change, and made. Private to the room's verbs.

By hand an assignment begins or ends now, never in the past, so no review that was made has to be made anew for it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db.models import Count, QuerySet

from chartwarden.assignments import models, rules, sealed
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.decisions import Stale, refused
from chartwarden.kernel.errors import refuse
from chartwarden.ledger.services import append
from chartwarden.people.queries import names

MOST_TEXT = 1000
OWN = "cw-"
"""How the id of an assignment begins that was made here, and not in the clinic's coding platform."""

ENTRIES = {
    "added": "assignments.added",
    "assigned": "assignments.assigned",
    "begun": "assignments.begun",
    "cancelled": "assignments.cancelled",
    "closed": "assignments.closed",
    "coded": "assignments.coded",
    "held": "assignments.held",
    "reassigned": "assignments.reassigned",
    "reopened": "assignments.reopened",
    "resumed": "assignments.resumed",
    "submitted": "assignments.submitted",
}
"""The kind of entry that each event leaves."""


def in_queue(clinic: UUID) -> QuerySet[models.Assignment]:
    """Rows of what is neither submitted nor closed: few beside all that ever was, and with their own index."""
    return models.Assignment.objects.filter(clinic_id=clinic, ended_at=None)


def tally(clinic: UUID) -> list[tuple[UUID | None, str, int]]:
    """How many assignments that aren't over each coder has in each state, nobody's too: the order of an index, and of
    rows, not of ids, so that the index alone tells."""
    return list(in_queue(clinic).values_list("coder", "state").annotate(rows=Count("*")))


def counts(clinic: UUID) -> Mapping[str, int]:
    """How many assignments are in each state that isn't over."""
    found: Counter[str] = Counter()
    for _, state, count in tally(clinic):
        found[state] += count
    return found


def locked(clinic: UUID, assignment: UUID, revision: int | None = None) -> models.Assignment:
    """A row, held until the transaction ends. Raises DoesNotExist, also for another clinic's, and Stale where it has
    changed since ``revision``."""
    row: models.Assignment = models.Assignment.objects.select_for_update().get(clinic_id=clinic, id=assignment)
    if revision is not None and row.revision != revision:
        raise Stale(refused("Somebody else has changed this assignment meanwhile. Nothing of theirs was undone."))
    return row


def copies_left(row: models.Assignment) -> int:
    """How many copies of the record were saved and not confirmed as deleted."""
    kept = models.RecordCopy.objects.filter(clinic_id=row.clinic_id, assignment_id=row.id, deleted_at=None)
    return int(kept.count())


def move(row: models.Assignment, event: str, actor: Actor, at: datetime, **changes: Any) -> None:
    """Take a row to the state that follows and write the entry. Raises Refused where the table has no such step."""
    row.state = rules.ASSIGNMENT.after(row.state, event)
    for name, value in changes.items():
        setattr(row, name, value)
    row.revision += 1
    row.moved_at = at
    row.save()
    tell(row, event, actor, at, {"state": row.state, "hold": row.hold} if row.hold else {"state": row.state})


def tell(
    row: models.Assignment,
    event: str,
    actor: Actor,
    at: datetime,
    facts: Mapping[str, Any],
    private: Mapping[str, str] | None = None,
) -> None:
    """An entry about a row: whose it is and what kind of work, and nothing of the patient."""
    append(
        clinic=row.clinic_id,
        kind=ENTRIES[event],
        actor=actor,
        at=at,
        subject={"assignment": str(row.id)},
        facts={"coder": str(row.coder_id) if row.coder_id else None, "work": row.kind, **facts},
        private=private or {},
    )


def made(
    *,
    clinic: UUID,
    patient: str,
    encounter: str,
    kind: str,
    reason: str,
    coder: UUID | None,
    actor: Actor,
    at: datetime,
    **more: Any,
) -> models.Assignment:
    """A new row, its identity sealed, with an id of the queue's own kind."""
    ref = f"{OWN}{uuid4().hex[:12]}"
    values = {"assignment": ref, "patient": patient, "encounter": encounter or None, "reason": reason or None}
    row: models.Assignment = models.Assignment.objects.create(
        clinic_id=clinic,
        ref_index=sealed.index(clinic, sealed.REF, ref),
        patient_index=sealed.index(clinic, sealed.PATIENT, patient),
        coder_id=coder,
        kind=kind,
        state=rules.ASSIGNED if coder else rules.UNASSIGNED,
        assigned_at=at,
        sealed=sealed.sealed(clinic, sealed.encoded(values)),
        hold="",
        revision=0,
        moved_at=at,
        brought_at=at,
        brought_by_id=actor.person,
        **more,
    )
    return row


def identity(row: models.Assignment) -> sealed.Sealed:
    """What lies sealed in a row."""
    return sealed.opened_many(row.clinic_id, [row.sealed])[0]


def coder_of(clinic: UUID, coder: UUID) -> UUID:
    """A coder of this clinic. Raises InputRefused for anybody else's id."""
    if not names(clinic, {coder}):
        raise refuse("coder", "somebody of this clinic", "nobody of that id")
    return coder


def checked(where: str, text: str, required: bool = True) -> str:
    """Text as it is kept. Raises InputRefused where it is missing or too long."""
    text = text.strip()
    if required and not text:
        raise refuse(where, "a few words", "nothing")
    if len(text) > MOST_TEXT:
        raise refuse(where, f"at most {MOST_TEXT} characters", f"{len(text)} characters")
    return text
