"""Duties for programs: what comes round, how it stands, and closing it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest
from ninja import Path, Router, Status
from pydantic import Field

from chartwarden.clinics.contracts import Clinic
from chartwarden.duties import queries, services
from chartwarden.duties.contracts import DutyYear, Standing
from chartwarden.kernel.offered import Body, Column, Row, Table
from chartwarden.people.contracts import Member, Permission, page

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


class Close(Body):
    """What a duty is closed with."""

    day: date = Field(description="The local day on which it came round.")
    note: str = Field(min_length=1, max_length=services.MOST_NOTE, description="What was done. Kept sealed.")
    evidence: str = Field("", pattern=r"^([0-9a-f]{64})?$", description="The SHA-256 of a file that shows it.")


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
