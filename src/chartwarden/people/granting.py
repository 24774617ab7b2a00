"""Roles given and taken away."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from chartwarden.kernel.actors import Actor
from chartwarden.kernel.decisions import require
from chartwarden.kernel.errors import refuse
from chartwarden.ledger.services import append
from chartwarden.people import models
from chartwarden.people.roles import MUST_END, ROLES
from chartwarden.people.rules import engaged, may_hand_out
from chartwarden.people.standing import actor_roles, require_others, somebody_else, zone_of


def grant_role(
    *, clinic: UUID, person: UUID, role: str, actor: Actor, at: datetime, ends: datetime | None = None
) -> UUID:
    """Give a role; returns the grant's id, of the one in force where they hold it already until then.

    Raises InputRefused for a role that does not exist, one that must say when it ends, an end in the past, or a
    person who is not engaged; Refused for oneself, and for an owner made by somebody who is none.
    """
    if role not in ROLES:
        raise refuse("role", "one of " + ", ".join(ROLES), repr(role))
    if role in MUST_END and ends is None:
        raise refuse("role", f"a last day, since {role} is for a time", "none")
    if ends is not None and ends <= at:
        raise refuse("last day", "one that is still to come", "one that has passed")
    with transaction.atomic():
        row = somebody_else(clinic, person, actor)
        require(may_hand_out(role, actor_roles(clinic, actor, at)))
        if not any(span.ended_at is None or span.ended_at > at for span in row.engagements.all()):
            raise refuse("person", "somebody whose engagement has not ended", "nobody")
        same = row.grants.filter(role=role, begins__lte=at).filter(Q(ends=ends)).first()
        if same is not None:
            return same.id
        grant = models.RoleGrant.objects.create(
            clinic_id=clinic, person=row, role=role, begins=at, ends=ends, granted_by=actor.ref
        )
        append(
            clinic=clinic,
            kind="people.role_granted",
            actor=actor,
            at=at,
            subject={"person": str(person)},
            facts={"role": role, "ends": ends.isoformat() if ends else None},
        )
    return grant.id


def withdraw_role(*, clinic: UUID, person: UUID, role: str, actor: Actor, at: datetime) -> None:
    """Take a role away at once; nothing happens where they don't hold it.

    Raises Refused for oneself, for the last owner or privacy officer, and for an owner by somebody who is none.
    """
    with transaction.atomic():
        row = somebody_else(clinic, person, actor)
        require(may_hand_out(role, actor_roles(clinic, actor, at)))
        grants = row.grants.filter(Q(ends=None) | Q(ends__gt=at), role=role)
        if not grants.exists():
            return
        if row.suspended_at is None and engaged(row.engagements.all(), at, zone_of(row)):
            require_others(clinic, row, [role], at)
        grants.update(ends=at)
        subject, facts = {"person": str(person)}, {"role": role}
        append(clinic=clinic, kind="people.role_withdrawn", actor=actor, at=at, subject=subject, facts=facts)
