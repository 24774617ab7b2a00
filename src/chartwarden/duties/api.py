"""Duties for programs: what comes round, how it stands, and closing it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from django.http import Http404, HttpRequest
from ninja import Path, Router, Status
from pydantic import BaseModel, Field

from chartwarden.clinics.contracts import Clinic
from chartwarden.duties import queries, services
from chartwarden.duties.contracts import DutyYear, Standing
from chartwarden.duties.recertification import DUTY, candidates
from chartwarden.duties.recertifying import UNCOMPARED
from chartwarden.kernel.offered import Body, Column, Row, Shown, Table
from chartwarden.people.contracts import Member, Permission, page
from chartwarden.people.services import Presence, show_presence

router = Router()


def _occurrences(clinic: Clinic, member: Member, at: datetime, after: str, limit: int) -> Sequence[Row]:
    rows = [_row(one, stands) for one in queries.years(clinic, at) for stands in {*one.open, *one.year}]
    ordered = sorted(rows, key=lambda row: row["id"])
    return [row for row in ordered if row["id"] > after][:limit]


def _row(one: DutyYear, stands: Standing) -> dict[str, Any]:
    occurrence, closed = stands.occurrence, stands.closed
    return {
        "id": f"{one.id}/{occurrence.day.isoformat()}",
        "duty": one.id,
        "title": one.duty.title,
        "citation": one.duty.citation,
        "owner": one.duty.owner,
        "day": occurrence.day.isoformat(),
        "due": occurrence.due.isoformat(),
        "state": stands.state.value,
        "closed_at": closed.at.isoformat() if closed else None,
        "closed_by": str(closed.person) if closed and closed.person else None,
        "entry": closed.entry if closed else None,
        "evidence": closed.evidence if closed else "",
    }


TABLES = (
    Table(
        name="duties",
        title="Duties of this year, and what is open from earlier ones",
        permission=Permission.SEE_DUTIES,
        key="id",
        columns=(
            Column("id", str, "The duty and the day it came round."),
            Column("duty", str, "The duty's id."),
            Column("title", str, "What it is called."),
            Column("citation", str, "The rule it rests on."),
            Column("owner", str, "The role that answers for it."),
            Column("day", str, "The local day on which it comes round."),
            Column("due", str, "Before when it is to be done (UTC)."),
            Column("state", str, "upcoming, due, overdue, done or done late."),
            Column("closed_at", str | None, "When it was done (UTC)."),
            Column("closed_by", str | None, "The person who closed it."),
            Column("entry", int | None, "The ledger entry that shows it."),
            Column("evidence", str, "The SHA-256 of a file that shows it, where one was given."),
        ),
        read=_occurrences,
    ),
)


class Occurred(BaseModel):
    """One time that a duty comes round."""

    day: str
    due: str
    state: str
    closed_at: str | None
    closed_by: UUID | None
    entry: int | None
    evidence: str
    note: str = Field(description="What was done; empty where it was not closed by hand.")


class DutyInFull(BaseModel):
    """A duty, what is open of it, this year of it, and when it comes round next."""

    id: str
    title: str
    citation: str
    why: str
    how: str
    owner: str
    closed_by: str | None = Field(description="The ledger kind whose entry closes it; null: by hand.")
    proposed: str = Field(description="What of it is a proposal and not law.")
    open: list[Occurred]
    year: list[Occurred]
    next_day: str | None


class CandidateShown(BaseModel):
    """Somebody who has access, or has some left. ``asks`` are the reasons to look twice."""

    person: UUID
    name: str
    code: str
    state: str
    roles: list[str]
    signs_in: bool
    last_sign_in: str | None
    asks: list[str]
    own: bool = Field(description="The token's own person: on whom they don't decide.")


class Recertification(BaseModel):
    """Whose access is to be kept or revoked, and what is not compared."""

    day: str | None = Field(description="The occurrence that waits; null where none does.")
    people: list[CandidateShown]
    uncompared: list[str]


class Decided(Body):
    """Whether somebody keeps their access."""

    person: UUID
    decision: Literal["keep", "revoke"]


class Recertify(Shown):
    """A decision on everybody of the list but oneself, and that whoever decides is there themselves."""

    decisions: list[Decided] = Field(max_length=20_000)
    note: str = Field("", max_length=services.MOST_NOTE, description="Kept sealed.")


class Close(Body):
    """What a duty is closed with."""

    day: date = Field(description="The local day on which it came round.")
    note: str = Field(min_length=1, max_length=services.MOST_NOTE, description="What was done. Kept sealed.")
    evidence: str = Field("", pattern=r"^([0-9a-f]{64})?$", description="The SHA-256 of a file that shows it.")


@router.get("/duties/{duty}", response=DutyInFull, summary="A duty in full")
@page(Permission.SEE_DUTIES)
def show_duty(request: HttpRequest, clinic: Path[UUID], duty: str) -> Any:
    """What it is for, how it is done, what is open, and what was done this year, with the notes."""
    found = queries.duty_year(request.clinic, duty, request.now)
    if found is None:
        raise Http404
    one, notes = found.duty, queries.notes(clinic, duty)
    coming = found.upcoming.occurrence.day if found.upcoming else None
    return {
        "id": found.id,
        **{name: getattr(one, name) for name in ("title", "citation", "why", "how", "owner", "closed_by", "proposed")},
        "open": [_occurred(found, stands, notes) for stands in found.open],
        "year": [_occurred(found, stands, notes) for stands in found.year],
        "next_day": coming.isoformat() if coming else None,
    }


def _occurred(found: DutyYear, stands: Standing, notes: Mapping[date, str]) -> dict[str, Any]:
    row = _row(found, stands)
    names = ("day", "due", "state", "closed_at", "closed_by", "entry", "evidence")
    return {**{name: row[name] for name in names}, "note": notes.get(stands.occurrence.day, "")}


@router.get("/recertification", response=Recertification, summary="Whose access is to be recertified")
@page(Permission.RECERTIFY_ACCESS)
def show_recertification(request: HttpRequest, clinic: Path[UUID]) -> Any:
    """Everybody with access, those to look at twice first."""
    found = queries.duty_year(request.clinic, DUTY, request.now)
    return {
        "day": found.open[0].occurrence.day.isoformat() if found and found.open else None,
        "people": [
            {
                **{name: getattr(one, name) for name in ("person", "name", "code", "state", "own")},
                "roles": list(one.roles),
                "asks": list(one.asks),
                "signs_in": one.linked,
                "last_sign_in": one.last_sign_in.isoformat() if one.last_sign_in else None,
            }
            for one in candidates(clinic, request.member.person, request.now)
        ],
        "uncompared": list(UNCOMPARED),
    }


@router.post("/recertification", response={204: None}, summary="Recertify who has access")
@page(Permission.RECERTIFY_ACCESS)
def recertify(request: HttpRequest, clinic: Path[UUID], given: Recertify) -> Any:
    """Keep or revoke each person's access, all or none; to revoke takes the right to grant roles as well. Beside the
    token it takes the password and the app's code of whoever decides.
    """
    show_presence(member=request.member, presence=Presence(given.password, given.code), at=request.now)
    services.recertify_access(
        clinic=request.clinic,
        decisions={one.person: one.decision for one in given.decisions},
        note=given.note,
        member=request.member,
        actor=request.member.actor,
        at=request.now,
    )
    return Status(204, None)


@router.post("/duties/{duty}/close", response={204: None}, summary="Close a duty by hand")
@page(Permission.CLOSE_DUTIES)
def close_duty(request: HttpRequest, clinic: Path[UUID], duty: str, close: Close) -> Any:
    """The occurrence of that day. 409 where it was closed before."""
    if queries.duty(duty) is None:
        raise Http404
    services.close_duty(
        clinic=request.clinic,
        duty=duty,
        day=close.day,
        note=close.note,
        evidence=close.evidence,
        member=request.member,
        actor=request.member.actor,
        at=request.now,
    )
    return Status(204, None)
