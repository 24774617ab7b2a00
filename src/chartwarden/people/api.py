"""The workforce for programs: who is there, and every change that the pages can make."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest
from ninja import Path, Router, Status

from chartwarden.kernel.decisions import Refused, refused, require
from chartwarden.kernel.offered import Made, Shown
from chartwarden.people import queries, services
from chartwarden.people.bodies import (
    ChangedPerson,
    End,
    Grant,
    HoursOfWeek,
    Invitation,
    Invite,
    MadePerson,
    NewGrant,
    NewLeave,
    NewPerson,
    PersonInFull,
    Rehire,
    ResetsSeen,
)
from chartwarden.people.contracts import Hours, Permission, Profile, page
from chartwarden.people.identity import FIELDS
from chartwarden.people.roles import ROLES
from chartwarden.people.signin.invitations import address_of, invitations
from chartwarden.people.signin.presence import Presence
from chartwarden.people.tables import TABLES, person_row, stamp

__all__ = ["TABLES", "router"]

router = Router()


@router.post("/people", response={201: MadePerson}, summary="Add a person")
@page(Permission.MANAGE_PEOPLE)
def add_person(request: HttpRequest, clinic: Path[UUID], new: NewPerson) -> Any:
    """A workforce member with an engagement. A code that is taken is refused, so again adds nobody."""
    given = new.model_dump()
    identity = services.add_person(
        clinic=clinic,
        values={name: given[name] for name in FIELDS if given.get(name)},
        feed_role=new.feed_role,
        started_on=new.started_on,
        employer=new.employer,
        time_zone=new.time_zone,
        logins=new.logins,
        actor=request.member.actor,
        at=request.now,
    )
    return Status(201, {"id": identity})


@router.get("/people/{person}", response=PersonInFull, summary="A person in full")
@page(Permission.SEE_PEOPLE)
def show_person(request: HttpRequest, clinic: Path[UUID], person: UUID) -> Any:
    """Engagements, roles, hours, leave and logins."""
    found = _profile(clinic, person, request.now)
    row = person_row(found.row)
    return {
        "given_name": found.values.get("given_name", ""),
        "family_name": found.values.get("family_name", ""),
        "time_zone": found.time_zone,
        "logins": list(found.logins),
        "engagements": [
            {
                "started_on": one.started_on.isoformat(),
                "ended_at": stamp(one.ended_at),
                "employer": one.employer,
                "feed_role": one.feed_role,
            }
            for one in found.engagements
        ],
        "roles": [{"role": h.role, "begins": stamp(h.begins), "ends": stamp(h.ends)} for h in found.roles],
        "hours": [
            {
                "weekday": one.weekday,
                "starts": _clock(one.starts),
                "ends": _clock(one.ends),
                "first_day": one.first_day,
                "last_day": one.last_day,
            }
            for one in found.hours
        ],
        "leave": [
            {"id": one.id, "first_day": str(one.first_day), "last_day": str(one.last_day), "kind": one.kind}
            for one in found.leave
        ],
        "suspended_at": stamp(found.suspended_at),
        **{name: row[name] for name in ("id", "code", "state", "signs_in", "last_sign_in", "absent_from_feed")},
    }


@router.patch("/people/{person}", response={204: None}, summary="Change a person")
@page(Permission.MANAGE_PEOPLE)
def change_person(request: HttpRequest, clinic: Path[UUID], person: UUID, changes: ChangedPerson) -> Any:
    """What is given; the rest stays, and the code always. Again changes nothing. Refused on one's own record."""
    _known(clinic, person, request.now)
    given = changes.model_dump(exclude_unset=True)
    services.change_person(
        clinic=clinic,
        person=person,
        values={name: given.pop(name) for name in ("given_name", "family_name") if name in given},
        **given,
        actor=request.member.actor,
        at=request.now,
    )
    return Status(204, None)


@router.post("/people/{person}/rehire", response={201: Made}, summary="Begin a further engagement")
@page(Permission.MANAGE_PEOPLE)
def rehire(request: HttpRequest, clinic: Path[UUID], person: UUID, new: Rehire) -> Any:
    """Of somebody whose last one has ended. No role comes back with it."""
    _known(clinic, person, request.now)
    made = services.rehire(clinic=clinic, person=person, **new.model_dump(), actor=request.member.actor, at=request.now)
    return Status(201, {"id": made})


@router.put("/people/{person}/hours", response={204: None}, summary="Set a person's working hours")
@page(Permission.IMPORT_SCHEDULES)
def set_hours(request: HttpRequest, clinic: Path[UUID], person: UUID, week: HoursOfWeek) -> Any:
    """They take the place of those that are kept. Again changes nothing."""
    _known(clinic, person, request.now)
    hours = [
        Hours(one.weekday, _minutes(one.starts), _minutes(one.ends), one.first_day, one.last_day) for one in week.hours
    ]
    services.set_working_hours(clinic=clinic, person=person, hours=hours, actor=request.member.actor, at=request.now)
    return Status(204, None)


@router.post("/people/{person}/leave", response={201: Made}, summary="Record leave")
@page(Permission.IMPORT_SCHEDULES)
def record_leave(request: HttpRequest, clinic: Path[UUID], person: UUID, new: NewLeave) -> Any:
    """Days off, both included."""
    _known(clinic, person, request.now)
    made = services.record_leave(
        clinic=clinic, person=person, **new.model_dump(), actor=request.member.actor, at=request.now
    )
    return Status(201, {"id": made})


@router.delete("/people/{person}/leave/{leave}", response={204: None}, summary="Withdraw leave")
@page(Permission.IMPORT_SCHEDULES)
def withdraw_leave(request: HttpRequest, clinic: Path[UUID], person: UUID, leave: UUID) -> Any:
    """Take noted days off back."""
    if all(one.id != leave for one in _profile(clinic, person, request.now).leave):
        raise Http404
    services.withdraw_leave(clinic=clinic, leave=leave, actor=request.member.actor, at=request.now)
    return Status(204, None)


@router.get("/people/{person}/invitation", response=Invitation, summary="A person's newest invitation")
@page(Permission.MANAGE_PEOPLE)
def show_invitation(request: HttpRequest, clinic: Path[UUID], person: UUID) -> Any:
    """How it stands. 404 where there never was one."""
    _known(clinic, person, request.now)
    found = next(iter(invitations(clinic, person)), None)
    if found is None:
        raise Http404
    over = "expired" if found.expires_at <= request.now else "open"
    return {
        "state": "accepted" if found.accepted_at else "withdrawn" if found.withdrawn_at else over,
        "email": address_of(found),
        "made_at": stamp(found.made_at),
        "expires_at": stamp(found.expires_at),
        "sent_at": stamp(found.sent_at),
        "accepted_at": stamp(found.accepted_at),
    }


@router.post("/people/{person}/invitation", response={201: Made}, summary="Invite a person to sign in")
@page(Permission.MANAGE_PEOPLE)
def invite(request: HttpRequest, clinic: Path[UUID], person: UUID, new: Invite) -> Any:
    """By a mail with a link that works for a week; an earlier one no longer does. Where they hold roles already, it
    takes the right to grant roles as well. Beside the token it takes the password and the app's code of whoever
    invites.
    """
    if _profile(clinic, person, request.now).roles:
        require(services.decide(request.member, Permission.GRANT_ROLES))
    _is_there(request, new)
    made = services.invite(clinic=clinic, person=person, email=new.email, actor=request.member.actor, at=request.now)
    return Status(201, {"id": made})


@router.delete("/people/{person}/invitation", response={204: None}, summary="Withdraw an invitation")
@page(Permission.MANAGE_PEOPLE)
def withdraw_invitation(request: HttpRequest, clinic: Path[UUID], person: UUID, given: Shown) -> Any:
    """Its link no longer works. Nothing changes where none is open. Takes what inviting takes."""
    _known(clinic, person, request.now)
    _is_there(request, given)
    services.withdraw_invitation(clinic=clinic, person=person, actor=request.member.actor, at=request.now)
    return Status(204, None)


@router.post("/people/{person}/factors/reset", response={204: None}, summary="Reset a person's second factors")
@page(Permission.MANAGE_PEOPLE)
def reset_factors(request: HttpRequest, clinic: Path[UUID], person: UUID, given: Shown) -> Any:
    """For who has lost phone and codes. Beside the token it takes the password and the app's code of whoever resets.
    A link to set up a new factor goes to the address that the person signs in with.
    """
    _known(clinic, person, request.now)
    if not services.mail_configured():
        raise Refused(refused("No mail server is set up, so the link could not be sent."))
    _is_there(request, given)
    services.reset_factors(clinic=clinic, person=person, actor=request.member.actor, at=request.now)
    return Status(204, None)


@router.post("/people/{person}/factors/seen", response=ResetsSeen, summary="Say that a reset elsewhere was seen")
@page(Permission.MANAGE_PEOPLE)
def see_factor_reset(request: HttpRequest, clinic: Path[UUID], person: UUID) -> Any:
    """That another clinic reset somebody's second factors. Again changes nothing."""
    _known(clinic, person, request.now)
    seen = services.see_factor_reset(clinic=clinic, person=person, actor=request.member.actor, at=request.now)
    return {"seen": seen}


@router.post("/people/{person}/end", response={204: None}, summary="End an engagement")
@page(Permission.MANAGE_PEOPLE)
def end_engagement(request: HttpRequest, clinic: Path[UUID], person: UUID, end: End) -> Any:
    """Roles end with it, tokens at once. Refused where it has ended already."""
    _known(clinic, person, request.now)
    services.end_engagement(
        clinic=clinic, person=person, ended_at=end.ended_at, actor=request.member.actor, at=request.now
    )
    return Status(204, None)


@router.post("/people/{person}/suspend", response={204: None}, summary="Suspend a person")
@page(Permission.MANAGE_PEOPLE)
def suspend(request: HttpRequest, clinic: Path[UUID], person: UUID) -> Any:
    """Shut out until reinstated. Again changes nothing."""
    _known(clinic, person, request.now)
    services.suspend(clinic=clinic, person=person, actor=request.member.actor, at=request.now)
    return Status(204, None)


@router.post("/people/{person}/reinstate", response={204: None}, summary="Reinstate a person")
@page(Permission.MANAGE_PEOPLE)
def reinstate(request: HttpRequest, clinic: Path[UUID], person: UUID) -> Any:
    """Let a suspended person in again. Again changes nothing."""
    _known(clinic, person, request.now)
    services.reinstate(clinic=clinic, person=person, actor=request.member.actor, at=request.now)
    return Status(204, None)


@router.post("/people/{person}/roles", response={201: Grant}, summary="Give a role")
@page(Permission.GRANT_ROLES)
def grant_role(request: HttpRequest, clinic: Path[UUID], person: UUID, new: NewGrant) -> Any:
    """The same role until the same end again gives back the grant there is. Beside the token it takes the password
    and the app's code of whoever gives it.
    """
    _known(clinic, person, request.now)
    _is_there(request, new)
    identity = services.grant_role(
        clinic=clinic, person=person, role=new.role, ends=new.ends, actor=request.member.actor, at=request.now
    )
    return Status(201, {"id": identity})


@router.delete("/people/{person}/roles/{role}", response={204: None}, summary="Withdraw a role")
@page(Permission.GRANT_ROLES)
def withdraw_role(request: HttpRequest, clinic: Path[UUID], person: UUID, role: str, given: Shown) -> Any:
    """At once. Nothing changes where they don't hold it. Takes what giving a role takes."""
    _known(clinic, person, request.now)
    if role not in ROLES:
        raise Http404
    _is_there(request, given)
    services.withdraw_role(clinic=clinic, person=person, role=role, actor=request.member.actor, at=request.now)
    return Status(204, None)


@router.delete("/tokens/{token}", response={204: None}, summary="Withdraw a token")
@page(Permission.USE_API)
def withdraw_token(request: HttpRequest, clinic: Path[UUID], token: UUID) -> Any:
    """One's own, or anybody's for those who manage people. Again changes nothing."""
    whose = None if request.member.may(Permission.MANAGE_PEOPLE) else request.member.person
    if all(one.id != token for one in queries.tokens_of(clinic, request.now, whose)):
        raise Http404
    services.withdraw_token(clinic=clinic, token=token, actor=request.member.actor, at=request.now)
    return Status(204, None)


def _is_there(request: HttpRequest, given: Shown) -> None:
    presence = Presence(given.password, given.code)
    services.show_presence(member=request.member, presence=presence, at=request.now)


def _known(clinic: UUID, person: UUID, at: datetime) -> None:
    if not queries.roster(clinic, at, [person]):
        raise Http404


def _profile(clinic: UUID, person: UUID, at: datetime) -> Profile:
    found = queries.profile(clinic, person, at)
    if found is None:
        raise Http404
    return found


def _clock(minutes: int) -> str:
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}"


def _minutes(clock: str) -> int:
    hours, _, minutes = clock.partition(":")
    return int(hours) * 60 + int(minutes)
