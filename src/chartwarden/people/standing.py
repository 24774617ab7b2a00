"""Rows that the verbs of this room start from, locked where two people might change them at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q

from chartwarden.kernel.actors import Actor
from chartwarden.kernel.decisions import require
from chartwarden.kernel.errors import refuse
from chartwarden.people import models
from chartwarden.people.permissions import Grant, in_force
from chartwarden.people.rules import NEVER_WITHOUT, engaged, may_act_on, may_leave


def person_of(clinic: UUID, person: UUID) -> models.Person:
    """A person of this clinic, with the clinic. Raises InputRefused where there is none."""
    row = models.Person.objects.select_related("clinic").filter(clinic_id=clinic, id=person).first()
    if row is None:
        raise refuse("person", "somebody of this clinic", "nobody")
    return row


def somebody_else(clinic: UUID, person: UUID, actor: Actor) -> models.Person:
    """A person whom the actor may act on. Raises Refused where it is their own record (law 10)."""
    row = person_of(clinic, person)
    require(may_act_on(actor.person, person))
    return row


def zone_of(person: models.Person) -> ZoneInfo:
    """The zone in which a person's engagement is judged: the clinic's."""
    return ZoneInfo(person.clinic.time_zone)


def roles_of(person: models.Person, at: datetime) -> frozenset[str]:
    """The roles granted to a person that are in force."""
    return in_force((Grant(g.role, g.begins, g.ends) for g in person.grants.all()), at)


def actor_roles(clinic: UUID, actor: Actor, at: datetime) -> frozenset[str] | None:
    """The roles of whoever acts; None for the system."""
    return None if actor.person is None else roles_of(person_of(clinic, actor.person), at)


def active(people: Iterable[models.Person], at: datetime) -> list[models.Person]:
    """Those who are engaged and not suspended; their engagements and clinic are best fetched before."""
    return [p for p in people if p.suspended_at is None and engaged(p.engagements.all(), at, zone_of(p))]


def holders_of(clinic: UUID, roles: Iterable[str], at: datetime) -> list[tuple[str, UUID]]:
    """Role and person, for every active person who holds one of the roles."""
    grants = models.RoleGrant.objects.filter(clinic_id=clinic, role__in=list(roles), begins__lte=at)
    open_grants = list(grants.filter(Q(ends=None) | Q(ends__gt=at)).values_list("role", "person_id"))
    people = models.Person.objects.filter(clinic_id=clinic, id__in={person for _, person in open_grants})
    there = {p.id for p in active(people.select_related("clinic").prefetch_related("engagements"), at)}
    return sorted({(role, person) for role, person in open_grants if person in there})


def require_others(clinic: UUID, person: models.Person, roles: Iterable[str], at: datetime) -> None:
    """Raise Refused where the clinic would be without an owner or a privacy officer. Locks the grants it counted."""
    guarded = sorted(set(roles) & set(NEVER_WITHOUT))
    if guarded:
        list(models.RoleGrant.objects.select_for_update().filter(clinic_id=clinic, role__in=guarded).order_by("id"))
        others = Counter(role for role, holder in holders_of(clinic, guarded, at) if holder != person.id)
        require(may_leave(guarded, others))


def cease(person: models.Person, ended_at: datetime, at: datetime) -> dict[str, object]:
    """End what an engagement carried, once it has ended: roles and tokens. A later engagement brings none of it back.

    An end that is still to come leaves them: they do nothing after it, and ``rehire`` ends them before a new start.
    """
    if ended_at > at:
        return {"roles_ended": [], "tokens_withdrawn": 0}
    grants = person.grants.filter(Q(ends=None) | Q(ends__gt=ended_at))
    roles = sorted(set(grants.values_list("role", flat=True)))
    grants.update(ends=ended_at)
    return {"roles_ended": roles, "tokens_withdrawn": withdraw_tokens(person.clinic_id, person.id, at)}


def withdraw_tokens(clinic: UUID, person: UUID, at: datetime) -> int:
    """End all tokens of a person at once, within a verb's transaction whose entry says how many there were."""
    tokens = models.ApiToken.objects.filter(clinic_id=clinic, person_id=person, withdrawn_at=None, expires_at__gt=at)
    return tokens.update(withdrawn_at=at)
