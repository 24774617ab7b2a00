"""What others may have the people room do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID, uuid4

from django.db import transaction

from chartwarden.clinics.services import blind_index
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.decisions import Decision
from chartwarden.kernel.errors import refuse
from chartwarden.ledger.services import append
from chartwarden.people import identity, models
from chartwarden.people.contracts import Member, Permission
from chartwarden.people.permissions import may
from chartwarden.people.roles import MUST_END, ROLES


def add_person(
    *,
    clinic: UUID,
    values: Mapping[str, str],
    feed_role: str,
    started_on: date,
    actor: Actor,
    at: datetime,
    user: UUID | None = None,
    employer: str = "",
    time_zone: str = "",
) -> UUID:
    """Add a workforce member with an engagement; ``values`` as in ``identity.FIELDS``. Returns their id."""
    with transaction.atomic():
        person = models.Person.objects.create(
            id=uuid4(),
            clinic_id=clinic,
            user_id=user,
            code_index=blind_index(clinic, "person", values["code"]),
            identity=identity.sealed(clinic, values),
            time_zone=time_zone,
        )
        models.Engagement.objects.create(
            clinic_id=clinic, person=person, feed_role=feed_role, employer=employer, started_on=started_on
        )
        append(
            clinic=clinic,
            kind="people.added",
            actor=actor,
            at=at,
            subject={"person": str(person.id)},
            facts={"role": feed_role, "started_on": started_on.isoformat(), "employer": employer},
        )
    return person.id


def grant_role(
    *, clinic: UUID, person: UUID, role: str, actor: Actor, at: datetime, ends: datetime | None = None
) -> None:
    """Give a role. Raises InputRefused for a role that does not exist, or one that must say when it ends."""
    if role not in ROLES:
        raise refuse("role", "one of " + ", ".join(ROLES), repr(role))
    if role in MUST_END and ends is None:
        raise refuse("role", f"a last day, since {role} is for a time", "none")
    with transaction.atomic():
        models.RoleGrant.objects.create(
            clinic_id=clinic, person_id=person, role=role, begins=at, ends=ends, granted_by=actor.ref
        )
        append(
            clinic=clinic,
            kind="people.role_granted",
            actor=actor,
            at=at,
            subject={"person": str(person)},
            facts={"role": role, "ends": ends.isoformat() if ends else None},
        )


def add_user(*, email: str, password: str | None, at: datetime) -> UUID:
    """Somebody who may sign in; a person of a clinic is linked to them when they are invited or added."""
    return models.User.objects.create_user(email, password, date_joined=at).id


def decide(member: Member, permission: Permission) -> Decision:
    """Whether a member may do a thing, by permissions.py."""
    return may(member, permission)


def notify(
    *, clinic: UUID, person: UUID, kind: str, page: str, arguments: Mapping[str, str], at: datetime
) -> None:
    """Leave word for somebody."""
