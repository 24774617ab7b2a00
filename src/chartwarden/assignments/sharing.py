"""Share out what is nobody's: by load among some coders, or by the supervisor's rules, looked at before they run."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Count

from chartwarden.assignments import conflicts, models, reviewing, rules
from chartwarden.assignments import sharing_rules as sharing
from chartwarden.assignments.giving import give
from chartwarden.assignments.keeping import coder_of, in_queue
from chartwarden.assignments.rule_keeping import share_rules
from chartwarden.assignments.sharing_rules import Plan, ShareRule
from chartwarden.clinics.contracts import Clinic
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.decisions import Stale, refused, require
from chartwarden.kernel.errors import refuse
from chartwarden.ledger.services import append
from chartwarden.people.queries import holders, on_leave, roster

MOST = 500
"""So many pieces are shared out at once."""
CODERS = ("coder", "qa_auditor")


def planned(clinic: Clinic, by: UUID | None, at: datetime, most: int = MOST) -> Plan:
    """What the rules would do now with the oldest pieces, if this person ran them."""
    return _plan(clinic, by, at, _waiting(clinic.id, most))


def share_by_rules(*, clinic: Clinic, seen: str, actor: Actor, at: datetime, most: int = MOST) -> Plan:
    """Do what the rules say now. ``seen`` is the digest of the plan that was looked at.

    Raises Stale where it would be another plan by now, InputRefused where there is nothing to give.
    """
    with transaction.atomic():
        waiting = _waiting(clinic.id, most, hold=True)
        found = _plan(clinic, actor.person, at, waiting)
        if found.digest != seen:
            raise Stale(refused("The queue has changed since you looked. See what the rules would do now."))
        if not found.given:
            raise refuse("work", "something that a rule fits", "nothing")
        told = share_rules(clinic.id)
        append(
            clinic=clinic.id,
            kind="assignments.shared_by_rules",
            actor=actor,
            at=at,
            subject={"clinic": str(clinic.id)},
            facts={
                "revision": told.revision,
                "sha256": sharing.digest(told.rules),
                "given": len(found.given),
                **{name: found.left.get(name, 0) for name in sharing.LEFT},
            },
        )
        rows = {row.id: row for row in waiting}
        for piece, coder in found.given.items():
            give(rows[piece], coder, actor, at)
    return found


def assign_by_load(*, clinic: UUID, coders: Collection[UUID], most: int, actor: Actor, at: datetime) -> int:
    """Share out up to ``most`` pieces of work that are nobody's, oldest first, each to whoever has least before them
    and is not kept apart from the patient.

    Returns how many. Raises InputRefused without coders; Refused where the actor is one of them.
    """
    if not coders:
        raise refuse("coders", "one or more", "none")
    for coder in coders:
        require(rules.may_assign(actor.person, coder_of(clinic, coder)))
    with transaction.atomic():
        rows = {row.id: row for row in _waiting(clinic, most, hold=True)}
        open_now = _open(clinic)
        free = [sharing.Free(coder, "", open_now.get(coder, 0)) for coder in coders]
        anybody = [ShareRule(clinic)]
        found = sharing.plan(_pieces(clinic, rows.values(), coders), anybody, free, at, _apart(clinic, coders, rows))
        for piece, coder in found.given.items():
            give(rows[piece], coder, actor, at)
    return len(found.given)


def _plan(clinic: Clinic, by: UUID | None, at: datetime, waiting: Sequence[models.Assignment]) -> Plan:
    told = share_rules(clinic.id).rules
    if not told:
        return Plan({}, {sharing.NO_RULE: len(waiting)} if waiting else {})
    rows = {row.id: row for row in waiting}
    free = _free(clinic, by, at)
    able = [one.person for one in free]
    return sharing.plan(_pieces(clinic.id, waiting, able), told, free, at, _apart(clinic.id, able, rows))


def _free(clinic: Clinic, by: UUID | None, at: datetime) -> list[sharing.Free]:
    """Everybody who codes, is engaged, not suspended, not away, and not whoever shares out."""
    away = on_leave(clinic.id, at.astimezone(clinic.time_zone).date())
    able = {person for role in CODERS for person in holders(clinic.id, role, at)} - away - {by}
    open_now = _open(clinic.id)
    teams = roster(clinic.id, at, [person for person in able if person])
    return [sharing.Free(one.person, one.employer, open_now.get(one.person, 0)) for one in teams]


def _open(clinic: UUID) -> dict[UUID, int]:
    rows = in_queue(clinic).filter(state__in=rules.OPEN, coder__isnull=False)
    return dict(rows.values_list("coder").annotate(Count("id")))


def _waiting(clinic: UUID, most: int, hold: bool = False) -> list[models.Assignment]:
    rows = in_queue(clinic).filter(state=rules.UNASSIGNED)
    rows = rows.select_for_update(of=("self",)) if hold else rows
    return list(rows.order_by("assigned_at", "id")[:most])


def _pieces(clinic: UUID, rows: Collection[models.Assignment], coders: Collection[UUID]) -> list[sharing.Piece]:
    own = reviewing.barred(clinic, coders, [row for row in rows if row.kind in rules.REVIEWING])
    return [sharing.Piece(row.id, row.kind, row.assigned_at, own.get(row.id, frozenset())) for row in rows]


def _apart(
    clinic: UUID, coders: Collection[UUID], rows: Mapping[UUID, models.Assignment]
) -> Callable[[UUID, UUID], bool]:
    """Whether a conflict of interest keeps a piece from a coder."""
    barred = conflicts.barred(clinic, coders, rows.values())
    return lambda piece, coder: coder in barred.get(piece, ())
