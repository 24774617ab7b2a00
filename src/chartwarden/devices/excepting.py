"""Preconditions of opening a record: asked for or not, and set aside for a while for a person."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from chartwarden.clinics.services import seal, seal_salt
from chartwarden.devices import models, rules, showing
from chartwarden.devices.keeping import WHY, check_people, checked, own_people, tell_precondition
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.decisions import Refused, refused, require
from chartwarden.kernel.errors import refuse
from chartwarden.ledger.services import append


def set_precondition(
    *, clinic: UUID, kind: str, asked: bool, grace_days: int, shown: bool, actor: Actor, at: datetime
) -> None:
    """Decide whether something is asked for when a record opens. What is asked for anew keeps records shut only after
    the grace; what was asked for already goes on from when it began.

    Raises InputRefused for another kind or a longer grace, Refused where devices would have to show themselves and no
    certificate can reach us.
    """
    if kind not in rules.PRECONDITIONS:
        raise refuse("precondition", "one of " + ", ".join(rules.PRECONDITIONS), repr(kind[:40]))
    if not 0 <= grace_days <= rules.LONGEST_GRACE:
        raise refuse("grace", f"0 to {rules.LONGEST_GRACE} days", str(grace_days))
    if asked and shown and kind == rules.DEVICE:
        require(rules.may_ask_shown(bool(showing.header())))
    with transaction.atomic():
        row = models.Precondition.objects.select_for_update().filter(clinic_id=clinic, kind=kind).first()
        row = row or models.Precondition(clinic_id=clinic, kind=kind)
        row.asked_from = (row.asked_from or at) if asked else None
        row.grace_days, row.shown = grace_days, shown and kind == rules.DEVICE
        row.decided_by_id, row.decided_at = actor.person, at
        row.save()
        tell_precondition(row, actor, at, by_itself=False)


def make_exception(
    *, clinic: UUID, person: UUID, reason: str, why: str, ends: datetime, actor: Actor, at: datetime
) -> UUID:
    """Set a precondition aside for somebody else until an instant, at most 30 days ahead.

    ``reason`` is the gateway's, one of ``rules.REASONS``. Raises InputRefused
    for another one, for nobody of the clinic, or without a word why; Refused for oneself or a later end.
    """
    if reason not in rules.REASONS:
        raise refuse("reason", "one of " + ", ".join(rules.REASONS), repr(reason[:40]))
    why = checked("why", why)
    require(rules.may_except(own_people(clinic, actor), person))
    require(rules.checked_end(at, ends))
    check_people(clinic, person=person)
    with transaction.atomic():
        row = models.WorkplaceException.objects.create(
            clinic_id=clinic,
            person_id=person,
            reason=reason,
            begins=at,
            ends=ends,
            granted_by_id=actor.person,
            why=seal(clinic, WHY, why.encode()),
        )
        entry = append(
            clinic=clinic,
            kind="devices.exception_made",
            actor=actor,
            at=at,
            subject={"exception": str(row.id), "person": str(person)},
            facts={"reason": reason, "ends": ends.isoformat()},
            private={"why": why},
        )
        row.salt = seal_salt(clinic, entry.salts["why"])
        row.save(update_fields=["salt"])
    made: UUID = row.id
    return made


def end_exception(*, clinic: UUID, exception: UUID, actor: Actor, at: datetime) -> None:
    """End an exception before its time. Raises DoesNotExist, Refused where it is over."""
    with transaction.atomic():
        row = models.WorkplaceException.objects.select_for_update().get(clinic_id=clinic, id=exception)
        if row.ended_at is not None or row.ends <= at:
            raise Refused(refused("It is over."))
        row.ended_at = at
        row.save(update_fields=["ended_at"])
        append(
            clinic=clinic,
            kind="devices.exception_ended",
            actor=actor,
            at=at,
            subject={"exception": str(row.id), "person": str(row.person_id)},
            facts={"reason": row.reason},
        )
