"""What a supervisor does with single pieces of the queue: add, assign, reassign, cancel, close, reopen."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from chartwarden.assignments import conflicts, models, reviewing, rules
from chartwarden.assignments.giving import give
from chartwarden.assignments.keeping import checked, coder_of, copies_left, identity, locked, made, move, tell
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
            give(row, coder, actor, at)
        added: UUID = row.id
    return added


def assign(*, clinic: UUID, assignment: UUID, coder: UUID, revision: int, actor: Actor, at: datetime) -> None:
    """Give work that is nobody's to a coder: from now on the record opens to them.

    Raises DoesNotExist, Stale, Refused where it is somebody's, the actor's own, in conflict with an interest, or a
    review of the coder's own coding.
    """
    with transaction.atomic():
        give(locked(clinic, assignment, revision), coder, actor, at)


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
        _require_fit(row, row.kind, coder)
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

    Returns the assignment that follows. Raises DoesNotExist, Refused where it isn't submitted, the actor's own, a
    review of the coder's own coding, or the expiry lies too far ahead, InputRefused without a reason or for another
    kind.
    """
    text = checked("reason", reason)
    if kind not in rules.REOPENS:
        raise refuse("kind of work", "one of " + ", ".join(rules.REOPENS), repr(kind[:40]))
    with transaction.atomic():
        row = locked(clinic, assignment)
        require(rules.may_assign(actor.person, coder_of(clinic, coder)))
        require(rules.checked_expiry(at, expires_at))
        rules.ASSIGNMENT.after(row.state, "reopened")
        _require_fit(row, kind, coder)
        return _follow(row, kind, text, coder, expires_at, actor, at)


def _require_fit(row: models.Assignment, kind: str, coder: UUID) -> None:
    """That a coder may be given what follows a row."""
    require(rules.may_be_given(conflicts.between(row.clinic_id, coder, row.patient_index)))
    if kind in rules.REVIEWING:
        require(rules.may_review(not reviewing.may_review(row, coder)))


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
