"""People as lists and their own pages show them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q

from chartwarden.clinics.queries import clinic as clinic_of
from chartwarden.people import identity, models
from chartwarden.people.contracts import (
    DaysOff,
    EngagementSpan,
    Hours,
    Permission,
    Profile,
    RoleHeld,
    RosterRow,
    Token,
)
from chartwarden.people.hours import hours_of
from chartwarden.people.permissions import Grant, in_force
from chartwarden.people.rules import engaged


def roster(clinic: UUID, at: datetime, people: Iterable[UUID] | None = None) -> list[RosterRow]:
    """Everybody of a clinic, or those asked for, by name; whoever has no engagement at all has state ended."""
    house = clinic_of(clinic)
    if house is None:
        return []
    rows = models.Person.objects.filter(clinic_id=clinic).select_related("user")
    rows = rows.only("clinic_id", "identity", "suspended_at", "in_feed_at", "user__last_login")
    chosen = None if people is None else set(people)
    if chosen is not None:
        rows = rows.filter(id__in=chosen)
    spans: dict[UUID, list[models.Engagement]] = defaultdict(list)
    grants: dict[UUID, list[Grant]] = defaultdict(list)
    engagements = models.Engagement.objects.filter(clinic_id=clinic).order_by("started_on", "id")
    held = models.RoleGrant.objects.filter(clinic_id=clinic).filter(Q(ends=None) | Q(ends__gt=at))
    if chosen is not None:
        engagements, held = engagements.filter(person_id__in=chosen), held.filter(person_id__in=chosen)
    for span in engagements:
        spans[span.person_id].append(span)
    for person, role, begins, ends in held.values_list("person_id", "role", "begins", "ends"):
        grants[person].append(Grant(role, begins, ends))
    newest = _newest_file(clinic)
    zone = house.time_zone
    found = [_row(person, spans[person.id], in_force(grants[person.id], at), newest, at, zone) for person in rows]
    return sorted(found, key=lambda row: (row.name.casefold(), row.code))


def profile(clinic: UUID, person: UUID, at: datetime) -> Profile | None:
    """All that there is to show of a person of this clinic; None where there is no such person."""
    row = models.Person.objects.select_related("clinic").filter(clinic_id=clinic, id=person).first()
    if row is None:
        return None
    (listed,) = roster(clinic, at, [person])
    grants = row.grants.filter(Q(ends=None) | Q(ends__gt=at)).order_by("role", "begins")
    return Profile(
        row=listed,
        values=identity.opened(clinic, row.identity),
        time_zone=row.time_zone or row.clinic.time_zone,
        logins=tuple(identity.text_opened(clinic, login.sealed) for login in row.logins.order_by("position")),
        engagements=tuple(
            EngagementSpan(e.started_on, e.ended_at, e.employer, e.feed_role, e.id)
            for e in row.engagements.order_by("-started_on", "-id")
        ),
        roles=tuple(RoleHeld(g.role, g.begins, g.ends) for g in grants),
        hours=tuple(sorted((hours_of(one) for one in row.hours.all()), key=Hours.order)),
        leave=tuple(
            DaysOff(off.id, off.first_day, off.last_day, identity.text_opened(clinic, off.kind) if off.kind else "")
            for off in row.leave.order_by("-first_day", "-id")
        ),
        suspended_at=row.suspended_at,
    )


def tokens_of(clinic: UUID, at: datetime, person: UUID | None = None) -> list[Token]:
    """Tokens of a clinic, or of one person there, newest first."""
    rows = models.ApiToken.objects.filter(clinic_id=clinic).order_by("-made_at", "-id")
    if person is not None:
        rows = rows.filter(person_id=person)
    return [
        Token(
            id=t.id,
            person=t.person_id,
            label=t.label,
            scopes=tuple(Permission[name] for name in t.scopes if name in Permission.__members__),
            made_at=t.made_at,
            expires_at=t.expires_at,
            last_used_at=t.last_used_at,
            state="withdrawn" if t.withdrawn_at else "expired" if t.expires_at <= at else "in_force",
        )
        for t in rows
    ]


def absent_count(clinic: UUID, at: datetime) -> int:
    """How many engaged people the newest workforce feed does not name; 0 where none was ever taken."""
    newest = _newest_file(clinic)
    if newest is None:
        return 0
    missing = models.Person.objects.filter(clinic_id=clinic).filter(Q(in_feed_at=None) | Q(in_feed_at__lt=newest))
    people = missing.select_related("clinic").prefetch_related("engagements")
    return sum(engaged(p.engagements.all(), at, ZoneInfo(p.clinic.time_zone)) for p in people)


def _newest_file(clinic: UUID) -> datetime | None:
    takes = models.FeedTake.objects.filter(clinic_id=clinic, feed="workforce").order_by("-taken_at")
    return takes.values_list("taken_at", flat=True).first()


def _row(
    person: models.Person,
    spans: Sequence[models.Engagement],
    roles: frozenset[str],
    newest: datetime | None,
    at: datetime,
    zone: ZoneInfo,
) -> RosterRow:
    values = identity.opened(person.clinic_id, person.identity)
    there = engaged(spans, at, zone)
    last = spans[-1] if spans else None
    to_come = last is not None and (last.ended_at is None or last.ended_at > at)
    state = "suspended" if person.suspended_at else "engaged" if there else "to_come" if to_come else "ended"
    return RosterRow(
        person=person.id,
        name=identity.display_name(values),
        code=values["code"],
        state=state,
        roles=tuple(sorted(roles)) if state == "engaged" else (),
        feed_role=last.feed_role if last else "",
        employer=last.employer if last else "",
        started_on=last.started_on if last else None,
        ended_at=last.ended_at if last else None,
        linked=person.user_id is not None,
        last_sign_in=person.user.last_login if person.user else None,
        absent=there and newest is not None and (person.in_feed_at is None or person.in_feed_at < newest),
    )
