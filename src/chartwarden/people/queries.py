"""What others may read of people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from chartwarden.clinics.services import blind_index
from chartwarden.people import identity, models
from chartwarden.people.contracts import Member, PersonName
from chartwarden.people.permissions import Grant, in_force, permissions_of


def member(user: UUID, clinic: UUID, at: datetime) -> Member | None:
    """The user as a member of a clinic; None where they are none, are suspended, or no engagement is in force."""
    person = models.Person.objects.filter(user_id=user, clinic_id=clinic, suspended_at=None).first()
    return member_of(person, at) if person else None


def member_of(person: models.Person, at: datetime) -> Member | None:
    """A person as a member at an instant; None where no engagement is in force then."""
    open_ended = Q(ended_at=None) | Q(ended_at__gt=at)
    if not person.engagements.filter(open_ended, started_on__lte=at.date()).exists():
        return None
    roles = in_force((Grant(g.role, g.begins, g.ends) for g in person.grants.all()), at)
    name = identity.display_name(identity.opened(person.clinic_id, person.identity))
    return Member(person.id, person.clinic_id, roles, permissions_of(roles), name)


def clinics_of(user: UUID) -> list[UUID]:
    """The clinics in which a user is a person. Called across clinics."""
    return list(models.Person.objects.filter(user_id=user).values_list("clinic_id", flat=True))


def names(clinic: UUID, people: Iterable[UUID]) -> Mapping[UUID, PersonName]:
    """Display names by person; people of other clinics are not there."""
    rows = models.Person.objects.filter(clinic_id=clinic, id__in=list(people))
    return {row.id: _name(row) for row in rows}


def holders(clinic: UUID, role: str, at: datetime) -> list[UUID]:
    """The people who hold a role at an instant."""
    grants = models.RoleGrant.objects.filter(clinic_id=clinic, role=role, begins__lte=at)
    return list(grants.filter(Q(ends=None) | Q(ends__gt=at)).values_list("person_id", flat=True).distinct())


def by_code(clinic: UUID) -> Mapping[str, UUID]:
    """People by their id in the workforce feed."""
    rows = models.Person.objects.filter(clinic_id=clinic)
    return {identity.opened(clinic, row.identity)["code"]: row.id for row in rows}


def known_logins(clinic: UUID, logins: Iterable[str]) -> frozenset[str]:
    """Those of the EHR logins that belong to somebody of the workforce."""
    rows = models.EhrLogin.objects.filter(clinic_id=clinic).values_list("login_index", flat=True)
    known = {bytes(index) for index in rows}
    return frozenset(login for login in logins if known and blind_index(clinic, "login", login) in known)


def has_logins(clinic: UUID) -> bool:
    """Whether any EHR login of the workforce is known at all."""
    return models.EhrLogin.objects.filter(clinic_id=clinic).exists()


def _name(row: models.Person) -> PersonName:
    values = identity.opened(row.clinic_id, row.identity)
    return PersonName(row.id, identity.display_name(values), values["code"])
