"""The workforce for programs: who is there, and every change that the pages can make."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from django.http import Http404, HttpRequest
from ninja import Path, Router, Status
from pydantic import AwareDatetime, BaseModel, Field

from chartwarden.clinics.contracts import Clinic
from chartwarden.kernel.offered import Body, Column, Row, Table
from chartwarden.people import queries, services
from chartwarden.people.contracts import Member, Permission, RosterRow, Token, page
from chartwarden.people.identity import FIELDS
from chartwarden.people.roles import ROLES

router = Router()
Role: Any = Literal[tuple(ROLES)]


def _stamp(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _people(clinic: Clinic, member: Member, at: datetime, after: str, limit: int) -> Sequence[Row]:
    return _behind([_person(one) for one in queries.roster(clinic.id, at)], after, limit)


def _behind(rows: list[dict[str, Any]], after: str, limit: int) -> list[dict[str, Any]]:
    """By id, so that a page stays in its place where somebody is added meanwhile."""
    ordered = sorted(rows, key=lambda row: str(row["id"]))
    return [row for row in ordered if row["id"] > after][:limit]


def _person(one: RosterRow) -> dict[str, Any]:
    return {
        "id": str(one.person),
        "code": one.code,
        "name": one.name,
        "state": one.state,
        "roles": list(one.roles),
        "feed_role": one.feed_role,
        "employer": one.employer,
        "started_on": one.started_on.isoformat() if one.started_on else None,
        "ended_at": _stamp(one.ended_at),
        "signs_in": one.linked,
        "last_sign_in": _stamp(one.last_sign_in),
        "absent_from_feed": one.absent,
    }


def _tokens(clinic: Clinic, member: Member, at: datetime, after: str, limit: int) -> Sequence[Row]:
    """Everybody's to those who manage people, else one's own."""
    whose = None if member.may(Permission.MANAGE_PEOPLE) else member.person
    return _behind([_token(one) for one in queries.tokens_of(clinic.id, at, whose)], after, limit)


def _token(one: Token) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "person": str(one.person),
        "label": one.label,
        "scopes": [scope.name for scope in one.scopes],
        "made_at": one.made_at.isoformat(),
        "expires_at": one.expires_at.isoformat(),
        "last_used_at": _stamp(one.last_used_at),
        "state": one.state,
    }


TABLES = (
    Table(
        name="people",
        title="The workforce",
        permission=Permission.SEE_PEOPLE,
        key="id",
        columns=(
            Column("id", str, "The person's id here."),
            Column("code", str, "The id in the workforce feed."),
            Column("name", str, "Given and family name."),
            Column("state", str, "engaged, to_come, ended or suspended."),
            Column("roles", list[str], "Roles in force here."),
            Column("feed_role", str, "The role in the workforce feed."),
            Column("employer", str, "The vendor they work for; empty: the clinic."),
            Column("started_on", str | None, "First day of the latest engagement."),
            Column("ended_at", str | None, "Its end (UTC); null while it lasts."),
            Column("signs_in", bool, "Whether somebody signs in as them."),
            Column("last_sign_in", str | None, "When they last signed in (UTC)."),
            Column("absent_from_feed", bool, "Engaged, but not in the newest workforce feed."),
        ),
        read=_people,
    ),
    Table(
        name="tokens",
        title="Tokens of programs",
        permission=Permission.USE_API,
        key="id",
        columns=(
            Column("id", str, "The token's id; its text is not kept."),
            Column("person", str, "Whom it acts for."),
            Column("label", str, "What it is for."),
            Column("scopes", list[str], "What it may do."),
            Column("made_at", str, "When it was made (UTC)."),
            Column("expires_at", str, "When it ends (UTC)."),
            Column("last_used_at", str | None, "When it was last used, to the minute."),
            Column("state", str, "in_force, expired or withdrawn."),
        ),
        read=_tokens,
    ),
)


class NewPerson(Body):
    """Somebody who joins the workforce."""

    code: str = Field(min_length=1, max_length=64, pattern=r"\S", description="The id in the workforce feed.")
    given_name: str = Field("", max_length=80)
    family_name: str = Field("", max_length=80)
    feed_role: str = Field(min_length=1, max_length=64, description="Their work, as the workforce feed names it.")
    started_on: date = Field(ge=date(1900, 1, 1), description="First day of the engagement.")
    employer: str = Field("", max_length=128, description="The vendor they work for; empty: the clinic.")
    time_zone: str = Field("", max_length=64, description="An IANA zone; empty: the clinic's.")
    logins: list[str] = Field(default_factory=list, max_length=20, description="Their logins in the EHR.")


class MadePerson(BaseModel):
    """The person who was added."""

    id: UUID


class End(Body):
    """When an engagement ends."""

    ended_at: AwareDatetime | None = Field(None, description="An instant with an offset; null: now.")


class NewGrant(Body):
    """A role to be given."""

    role: Role = Field(description="The role's name.")
    ends: AwareDatetime | None = Field(None, description="When it ends; an auditor's must.")


class Grant(BaseModel):
    """A role that was given."""

    id: UUID


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
    """The same role until the same end again gives back the grant there is."""
    _known(clinic, person, request.now)
    identity = services.grant_role(
        clinic=clinic, person=person, role=new.role, ends=new.ends, actor=request.member.actor, at=request.now
    )
    return Status(201, {"id": identity})


@router.delete("/people/{person}/roles/{role}", response={204: None}, summary="Withdraw a role")
@page(Permission.GRANT_ROLES)
def withdraw_role(request: HttpRequest, clinic: Path[UUID], person: UUID, role: str) -> Any:
    """At once. Nothing changes where they don't hold it."""
    _known(clinic, person, request.now)
    if role not in ROLES:
        raise Http404
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


def _known(clinic: UUID, person: UUID, at: datetime) -> None:
    if not queries.roster(clinic, at, [person]):
        raise Http404
