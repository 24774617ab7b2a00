"""Work that is nobody's becomes a coder's: the one way, whoever shares it out."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from chartwarden.assignments import conflicts, models, reviewing, rules
from chartwarden.assignments.keeping import coder_of, move
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.decisions import require


def give(row: models.Assignment, coder: UUID, actor: Actor, at: datetime) -> None:
    """Make work that is nobody's a coder's, from now on. Raises Refused where it is the actor's own, in
    conflict with an interest, or a review of the coder's own coding."""
    require(rules.may_assign(actor.person, coder_of(row.clinic_id, coder)))
    require(rules.may_be_given(conflicts.between(row.clinic_id, coder, row.patient_index)))
    if row.kind in rules.REVIEWING:
        require(rules.may_review(not reviewing.may_review(row, coder)))
    move(
        row, "assigned", actor, at,
        coder_id=coder, assigned_at=at, brought_at=at, brought_by_id=actor.person,
    )  # fmt: skip
