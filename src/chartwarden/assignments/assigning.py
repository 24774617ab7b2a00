"""What a supervisor does with the queue: add work, assign it singly or by load, reassign, cancel, close, reopen."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Count

from chartwarden.assignments import models, rules
from chartwarden.assignments.keeping import (
    checked,
    coder_of,
    copies_left,
    identity,
    in_queue,
    locked,
    made,
    move,
    tell,
)  # fmt: skip
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.decisions import require
from chartwarden.kernel.errors import refuse


def add_work(
    *,
    clinic: UUID,
    patient: str,
    encounter: str,
    kind: str,
    reason: str,
    coder: UUID | None,
    actor: Actor,
    at: datetime,
) -> UUID:
    """Put a patient's record into the queue; with a ``coder`` it is theirs at once, else nobody's yet.

    ``patient`` and ``encounter`` are the EHR's ids. Raises InputRefused, Refused where somebody assigns to themselves.
    """
    if kind not in rules.KINDS or kind in rules.REOPENS:
        raise refuse("kind of work", "first coding, quality review or a query", repr(kind[:40]))
    with transaction.atomic():
        row = made(
            clinic=clinic,
            patient=checked("patient", patient),
            encounter=checked("encounter", encounter, required=False),
            kind=kind,
            reason=checked("reason", reason, required=False),
            coder=None,
            actor=actor,
            at=at,
        )
        tell(row, "added", actor, at, {"state": row.state})
        if coder is not None:
            _give(row, coder, actor, at)
        added: UUID = row.id
    return added


def assign(*, clinic: UUID, assignment: UUID, coder: UUID, revision: int, actor: Actor, at: datetime) -> None:
    """Give work that is nobody's to a coder: from now on the record opens to them.

    Raises DoesNotExist, Stale, Refused where it is somebody's, or the actor's own.
    """
    with transaction.atomic():
        _give(locked(clinic, assignment, revision), coder, actor, at)


def assign_by_load(*, clinic: UUID, coders: Collection[UUID], most: int, actor: Actor, at: datetime) -> int:
    """Share out up to ``most`` pieces of work that are nobody's, oldest first, each to whoever has least before them.

    Returns how many. Raises InputRefused without coders; Refused where the actor is one of them.
    """
    if not coders:
        raise refuse("coders", "one or more", "none")
    for coder in coders:
        require(rules.may_assign(actor.person, coder_of(clinic, coder)))
    with transaction.atomic():
        there = in_queue(clinic).filter(coder__in=coders, state__in=rules.OPEN)
        counted = dict(there.values_list("coder").annotate(Count("id")))
        waiting = in_queue(clinic).select_for_update().filter(state=rules.UNASSIGNED)
        rows = {row.id: row for row in waiting.order_by("assigned_at", "id")[:most]}
        given = rules.by_load(list(rows), {coder: counted.get(coder, 0) for coder in coders})
        for piece, coder in given.items():
            _give(rows[piece], coder, actor, at)
    return len(rows)


def _give(row: models.Assignment, coder: UUID, actor: Actor, at: datetime) -> None:
    require(rules.may_assign(actor.person, coder_of(row.clinic_id, coder)))
    move(
        row, "assigned", actor, at,
        coder_id=coder, assigned_at=at, brought_at=at, brought_by_id=actor.person,
    )  # fmt: skip


def reassign(
    *, clinic: UUID, assignment: UUID, coder: UUID, reason: str, revision: int, actor: Actor, at: datetime
) -> UUID:
    """End a coder's work on a record and give it to another; the first can't open it from this instant.

    Returns the assignment that follows. Raises as ``assign``, and InputRefused without a reason.
    """
    text = checked("reason", reason)
    with transaction.atomic():
        row = locked(clinic, assignment, revision)
        require(rules.may_assign(actor.person, coder_of(clinic, coder)))
        if row.coder_id == coder:
            raise refuse("coder", "somebody else than whose work it is now", "the same coder")
        move(row, "reassigned", actor, at, ended_at=at, outcome="reassigned", hold="")
        return _follow(row, row.kind, text, coder, None, actor, at)


def reopen(
    *,
    clinic: UUID,
    assignment: UUID,
    kind: str,
    reason: str,
    coder: UUID,
    expires_at: datetime,
    actor: Actor,
    at: datetime,
) -> UUID:
    """Open a submitted record again for a while: addendum, payer's edit, denial, audit or rebuttal.

    Returns the assignment that follows. Raises DoesNotExist, Refused where it isn't submitted, the actor's own, or the
    expiry lies too far ahead, InputRefused without a reason or for another kind.
    """
    text = checked("reason", reason)
    if kind not in rules.REOPENS:
        raise refuse("kind of work", "one of " + ", ".join(rules.REOPENS), repr(kind[:40]))
    with transaction.atomic():
        row = locked(clinic, assignment)
        require(rules.may_assign(actor.person, coder_of(clinic, coder)))
        require(rules.checked_expiry(at, expires_at))
        rules.ASSIGNMENT.after(row.state, "reopened")
        return _follow(row, kind, text, coder, expires_at, actor, at)


def _follow(
    row: models.Assignment,
    kind: str,
    reason: str,
    coder: UUID,
    expires_at: datetime | None,
    actor: Actor,
    at: datetime,
) -> UUID:
    there = identity(row)
    following = made(
        clinic=row.clinic_id,
        patient=there.patient,
        encounter=there.encounter or "",
        kind=kind,
        reason=reason,
        coder=coder,
        actor=actor,
        at=at,
        follows=row,
        expires_at=expires_at,
    )
    event = "reopened" if expires_at else "assigned"
    facts = {"state": following.state, "follows": str(row.id)}
    if expires_at:
        facts["expires_at"] = expires_at.isoformat()
    tell(following, event, actor, at, facts, {"reason": reason})
    made_now: UUID = following.id
    return made_now


def cancel(*, clinic: UUID, assignment: UUID, revision: int, actor: Actor, at: datetime) -> None:
    """Take work out of the queue before it is submitted; the record shuts. Raises DoesNotExist, Stale, Refused."""
    with transaction.atomic():
        row = locked(clinic, assignment, revision)
        move(row, "cancelled", actor, at, ended_at=at, outcome="cancelled", hold="")


def close(*, clinic: UUID, assignment: UUID, revision: int, actor: Actor, at: datetime) -> None:
    """Close submitted work. Raises DoesNotExist, Stale, Refused also where a copy of the record is left."""
    with transaction.atomic():
        row = locked(clinic, assignment, revision)
        require(rules.may_end(copies_left(row)))
        move(row, "closed", actor, at)
