"""What others may read of people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from chartwarden.clinics.services import across_clinics, blind_index
from chartwarden.people import identity, models
from chartwarden.people.contracts import Member, Permission, PersonName
from chartwarden.people.dues import due, facts
from chartwarden.people.feed_tables import leave_table, schedules_table, workforce_table
from chartwarden.people.outbox import outbox
from chartwarden.people.permissions import Grant, in_force, permissions_of
from chartwarden.people.roles import MUST_END, ROLES
from chartwarden.people.roster import absent_count, profile, roster, tokens_of
from chartwarden.people.rules import engaged
from chartwarden.people.signin.standing import standing
from chartwarden.people.standing import holders_of, zone_of
from chartwarden.people.tokens import PREFIX, digest_of
from chartwarden.people.workforce import CODE, LOGIN
from chartwarden.people.working import on_leave, work_standing

__all__ = [
    "MUST_END",
    "ROLES",
    "absent_count",
    "by_code",
    "by_login",
    "clinics_of",
    "due",
    "facts",
    "has_logins",
    "holders",
    "known_logins",
    "leave_table",
    "login_holders",
    "member",
    "member_by_token",
    "names",
    "on_leave",
    "outbox",
    "person_by_code",
    "person_by_login",
    "profile",
    "roster",
    "schedules_table",
    "sharing_logins",
    "tokens_of",
    "user_of",
    "work_standing",
    "workforce_table",
]


def member(user: UUID, clinic: UUID, at: datetime) -> Member | None:
    """The user as a member of a clinic; None where they are none, are suspended, or no engagement is in force."""
    people = models.Person.objects.select_related("clinic")
    person = people.filter(user_id=user, clinic_id=clinic, suspended_at=None).first()
    return member_of(person, at) if person else None


def member_of(person: models.Person, at: datetime) -> Member | None:
    """A person as a member at an instant; None where no engagement is in force then, by the clinic's own days."""
    if not engaged(person.engagements.all(), at, zone_of(person)):
        return None
    roles = in_force((Grant(g.role, g.begins, g.ends) for g in person.grants.all()), at)
    name = identity.display_name(identity.opened(person.clinic_id, person.identity))
    return Member(person.id, person.clinic_id, roles, permissions_of(roles), name)


def member_by_token(text: str, at: datetime) -> Member | None:
    """Whom a program acts for, with no more than the token's scopes; None for a token that does not hold.

    Looks across clinics, since the token says which; whoever calls acts in ``member.clinic`` from then on, and calls
    ``services.note_token_use``. A token holds while it is neither withdrawn nor expired, its maker is an active member
    who may use the API, and their account is active.
    """
    if not text.startswith(PREFIX):
        return None
    with across_clinics():
        tokens = models.ApiToken.objects.select_related("person__clinic", "person__user")
        row = tokens.filter(digest=digest_of(text), withdrawn_at=None, expires_at__gt=at).first()
        if row is None or row.person.suspended_at is not None:
            return None
        if row.person.user is None or not row.person.user.is_active:
            return None
        found = member_of(row.person, at)
    if found is None or Permission.USE_API not in found.permissions:
        return None
    scopes = frozenset(Permission[name] for name in row.scopes if name in Permission.__members__)
    return Member(found.person, found.clinic, found.roles, found.permissions & scopes, found.name, token=row.id)


def clinics_of(user: UUID, at: datetime) -> list[UUID]:
    """The clinics in which a user is engaged at an instant, and not suspended."""
    return list(standing(user, at).engaged)


def user_of(clinic: UUID, person: UUID) -> UUID | None:
    """Who signs in as a person of this clinic; None where nobody does yet."""
    return models.Person.objects.filter(clinic_id=clinic, id=person).values_list("user_id", flat=True).first()


def names(clinic: UUID, people: Iterable[UUID]) -> Mapping[UUID, PersonName]:
    """Display names by person; people of other clinics are not there."""
    rows = models.Person.objects.filter(clinic_id=clinic, id__in=set(people)).values_list("id", "identity")
    opened = {person: identity.opened(clinic, sealed) for person, sealed in rows}
    return {p: PersonName(p, identity.display_name(values), values["code"]) for p, values in opened.items()}


def holders(clinic: UUID, role: str, at: datetime) -> list[UUID]:
    """The people who hold a role at an instant, are engaged then and not suspended."""
    return [person for _, person in holders_of(clinic, [role], at)]


def roles_held(clinic: UUID, roles: Iterable[str], at: datetime) -> frozenset[str]:
    """Those of the roles that anybody holds who is engaged at an instant and not suspended."""
    return frozenset(role for role, _ in holders_of(clinic, roles, at))


def by_code(clinic: UUID) -> Mapping[str, UUID]:
    """People by their id in the workforce feed."""
    rows = models.Person.objects.filter(clinic_id=clinic).values_list("id", "identity")
    return {identity.opened(clinic, sealed)["code"]: person for person, sealed in rows}


def by_login(clinic: UUID) -> Mapping[str, tuple[UUID, ...]]:
    """People by their logins in the EHR; a login that several share leads to each."""
    found: dict[str, tuple[UUID, ...]] = {}
    for person, sealed in models.EhrLogin.objects.filter(clinic_id=clinic).values_list("person_id", "sealed"):
        login = identity.text_opened(clinic, sealed)
        found[login] = (*found.get(login, ()), person)
    return found


def person_by_code(clinic: UUID, code: str) -> UUID | None:
    """The person of that id in the workforce feed."""
    index = blind_index(clinic, CODE, code.strip())
    return models.Person.objects.filter(clinic_id=clinic, code_index=index).values_list("id", flat=True).first()


def person_by_login(clinic: UUID, login: str) -> UUID | None:
    """The one person of that login in the EHR; None where there is none, or several share it."""
    index = blind_index(clinic, LOGIN, login.strip())
    rows = models.EhrLogin.objects.filter(clinic_id=clinic, login_index=index)
    found = set(rows.values_list("person_id", flat=True)[:2])
    return found.pop() if len(found) == 1 else None


def sharing_logins(clinic: UUID, person: UUID) -> frozenset[UUID]:
    """The person, and everybody who holds one of their logins in the EHR: what one of them did, each may have done."""
    rows = models.EhrLogin.objects.filter(clinic_id=clinic)
    own = rows.filter(person_id=person).values("login_index")
    return frozenset({person, *rows.filter(login_index__in=own).values_list("person_id", flat=True)})


def login_holders(clinic: UUID, logins: Iterable[str]) -> frozenset[UUID]:
    """Everybody who holds one of the logins in the EHR."""
    wanted = [blind_index(clinic, LOGIN, login) for login in logins]
    rows = models.EhrLogin.objects.filter(clinic_id=clinic, login_index__in=wanted)
    return frozenset(rows.values_list("person_id", flat=True))


def known_logins(clinic: UUID, logins: Iterable[str]) -> frozenset[str]:
    """Those of the EHR logins that belong to somebody of the workforce."""
    rows = models.EhrLogin.objects.filter(clinic_id=clinic).values_list("login_index", flat=True)
    known = {bytes(index) for index in rows}
    return frozenset(login for login in logins if known and blind_index(clinic, LOGIN, login) in known)


def has_logins(clinic: UUID) -> bool:
    """Whether any EHR login of the workforce is known at all."""
    return models.EhrLogin.objects.filter(clinic_id=clinic).exists()
