"""Pick submitted work for quality review, so that nobody can foresee which and everybody can check how."""

from __future__ import annotations

import secrets
from datetime import datetime
from uuid import UUID

from django.db import transaction

from chartwarden.assignments import conflicts, models, reviewing, rules
from chartwarden.assignments.keeping import coder_of, identity, made, tell
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.decisions import require
from chartwarden.kernel.errors import refuse
from chartwarden.ledger.services import append

REVIEW = "qa_review"


def draw_sample(
    *,
    clinic: UUID,
    begins: datetime,
    ends: datetime,
    reviewer: UUID,
    percent: int = 0,
    each: int = 0,
    actor: Actor,
    at: datetime,
) -> int:
    """Give a reviewer a sample of what was submitted in a span: ``percent`` of each coder's work, or ``each`` pieces.

    The seed stands in the entry, so that the draw can be done again. What was sampled before is left out; so is the
    reviewer's own work, and what a conflict of interest keeps from them. Returns how many. Raises InputRefused for a
    size that is none, Refused where the actor is the reviewer.
    """
    if (percent > 0) == (each > 0) or percent > 100:
        raise refuse("size of the sample", "either 1 to 100 percent, or a number a coder", f"{percent} % and {each}")
    require(rules.may_assign(actor.person, coder_of(clinic, reviewer)))
    seed = secrets.token_hex(16)
    with transaction.atomic():
        done = models.Assignment.objects.select_for_update().filter(
            clinic_id=clinic, outcome="submitted", ended_at__gte=begins, ended_at__lt=ends
        )
        again = models.Assignment.objects.filter(clinic_id=clinic, kind=REVIEW, follows__isnull=False)
        open_to = done.exclude(kind=REVIEW).exclude(coder=reviewer).exclude(id__in=again.values("follows"))
        found = list(open_to)
        barred, own = conflicts.barred(clinic, [reviewer], found), reviewing.barred(clinic, [reviewer], found)
        rows = {row.id: row for row in found if row.id not in barred and not own[row.id]}
        chosen = rules.sample([(row.id, row.coder_id) for row in rows.values()], seed, percent, each)
        append(
            clinic=clinic,
            kind="assignments.sampled",
            actor=actor,
            at=at,
            subject={"reviewer": str(reviewer)},
            facts={"seed": seed, "percent": percent, "each": each, "from": len(rows), "chosen": len(chosen)},
        )
        for piece in chosen:
            _give(rows[piece], reviewer, actor, at)
    return len(chosen)


def _give(row: models.Assignment, reviewer: UUID, actor: Actor, at: datetime) -> None:
    there = identity(row)
    review = made(
        clinic=row.clinic_id,
        patient=there.patient,
        encounter=there.encounter or "",
        kind=REVIEW,
        reason="",
        coder=reviewer,
        actor=actor,
        at=at,
        follows=row,
    )
    tell(review, "assigned", actor, at, {"state": review.state, "follows": str(row.id)})
