"""The coding queue for programs: all of it as a table, and what a supervisor does with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.http import Http404, HttpRequest
from ninja import Path, Status
from pydantic import AwareDatetime, BaseModel, Field

from chartwarden.assignments import policy_api, queries, rules, services, sharing_api, source_api
from chartwarden.assignments.api_router import router
from chartwarden.assignments.contracts import Work
from chartwarden.assignments.services import note_table_read
from chartwarden.clinics.contracts import Clinic
from chartwarden.kernel.offered import Body, Column, Made, Row, Table
from chartwarden.people.contracts import Member, Permission, page

Kind: Any = Literal[tuple(one for one in rules.KINDS if one not in rules.REOPENS)]
Reopening: Any = Literal[rules.REOPENS]
State: Any = Literal[(rules.UNASSIGNED, *rules.OPEN)]
PATIENT = Field(min_length=1, max_length=200, pattern=r"\S", description="The patient's id in the EHR.")
REASON = Field(min_length=1, max_length=1000, pattern=r"\S", description="Kept sealed.")
REVISION = Field(ge=0, le=2**31 - 1, description="The assignment's revision as it was seen.")

__all__ = ["TABLES", "policy_api", "router", "sharing_api", "source_api"]


def _assignments(clinic: Clinic, member: Member, at: datetime, after: str, limit: int) -> Sequence[Row]:
    return queries.assignments_behind(clinic.id, after, limit)


def _note(clinic: Clinic, member: Member, at: datetime) -> None:
    note_table_read(clinic=clinic.id, actor=member.actor, at=at)


TABLES = (
    Table(
        name="assignments",
        title="The coding queue; each reading of it is written to the ledger",
        permission=Permission.IMPORT_QUEUE,
        key="id",
        columns=(
            Column("id", str, "Its id here."),
            Column("assignment", str, "The queue's own id."),
            Column("patient", str, "The patient's id in the EHR."),
            Column("coder", str | None, "The person it is assigned to; null: nobody yet."),
            Column("kind", str, "The kind of work."),
            Column("state", str, "How it stands."),
            Column("assigned_at", str, "From when (UTC)."),
            Column("ended_at", str | None, "Until when (UTC); null while it is open."),
            Column("outcome", str, "How it ended."),
            Column("encounter", str | None, "The encounter's id in the EHR."),
            Column("reason", str | None, "Why it was opened again."),
        ),
        read=_assignments,
        before=_note,
    ),
)


class InQueue(BaseModel):
    """An assignment that isn't over, without its patient: the table of assignments has those, and tells the ledger."""

    id: UUID
    kind: str
    state: str
    coder: UUID | None
    assigned_at: str
    expires_at: str | None = Field(description="When a reopening runs out (UTC).")
    hold: str = Field(description="Why it is on hold, where it is.")
    revision: int


class Queue(BaseModel):
    """How much is in each state, how much each coder has before them, and the oldest of the state asked for."""

    counts: dict[str, int]
    open_by_coder: dict[str, int]
    oldest: list[InQueue]


class NewWork(Body):
    """A record that is to be coded."""

    patient: str = PATIENT
    encounter: str = Field("", max_length=200, description="The encounter's id in the EHR.")
    kind: Kind = Field("initial", description="The kind of work.")
    coder: UUID | None = Field(None, description="Whose it is; null: nobody's yet.")
    reason: str = Field("", max_length=1000, description="Kept sealed.")


class GiveWork(Body):
    """Whose it becomes. From a coder to another only with a reason."""

    coder: UUID
    revision: int = REVISION
    reason: str = Field("", max_length=1000, description="Kept sealed.")


class ReopenWork(Body):
    """Why a submitted record opens again, to whom, and until when."""

    kind: Reopening
    reason: str = REASON
    coder: UUID
    expires_at: AwareDatetime = Field(description="At most 30 days ahead.")


class EndWork(Body):
    """The assignment as it was seen."""

    revision: int = REVISION


class ShareWork(Body):
    """Among whom, and how many at most."""

    coders: list[UUID] = Field(min_length=1, max_length=200)
    most: int = Field(50, ge=1, le=1000)


class DrawSample(Body):
    """Of whose work in which span, how much, and who looks at it. Either ``percent`` or ``each``."""

    begins: AwareDatetime
    ends: AwareDatetime
    reviewer: UUID
    percent: int = Field(0, ge=0, le=100, description="So many in a hundred of each coder's work.")
    each: int = Field(0, ge=0, le=100, description="So many of each coder's work.")


class Done(BaseModel):
    """How many were given out."""

    given: int


def _shown(work: Work) -> dict[str, Any]:
    names = ("id", "kind", "state", "coder", "hold", "revision")
    return {
        **{name: getattr(work, name) for name in names},
        "assigned_at": work.assigned_at.isoformat(),
        "expires_at": work.expires_at.isoformat() if work.expires_at else None,
    }


def _found(clinic: UUID, assignment: UUID) -> Work:
    work = queries.work(clinic, assignment)
    if work is None:
        raise Http404
    return work


def _acting(request: HttpRequest) -> dict[str, Any]:
    return {"clinic": request.clinic.id, "actor": request.member.actor, "at": request.now}


@router.get("/queue", response=Queue, summary="How the coding queue stands")
@page(Permission.SEE_QUEUE)
def show_queue(request: HttpRequest, clinic: Path[UUID], state: State = rules.UNASSIGNED) -> Any:
    """The 50 oldest of one state, and the counts of all."""
    return {
        "counts": queries.counts(clinic),
        "open_by_coder": {str(one.coder): one.open for one in queries.loads(clinic)},
        "oldest": [_shown(one) for one in queries.board(clinic, [state], None, 50)],
    }


@router.post("/queue", response={201: Made}, summary="Put a record into the queue")
@page(Permission.ASSIGN_WORK)
def add_work(request: HttpRequest, clinic: Path[UUID], work: NewWork) -> Any:
    """With a coder, it opens to them at once. 403 where that is oneself."""
    return Status(201, {"id": services.add_work(**work.model_dump(), **_acting(request))})


@router.post("/queue/share", response=Done, summary="Share out what is nobody's, by load")
@page(Permission.ASSIGN_WORK)
def share(request: HttpRequest, clinic: Path[UUID], given: ShareWork) -> Any:
    """The oldest first, each to whoever has least before them."""
    return {"given": services.assign_by_load(coders=given.coders, most=given.most, **_acting(request))}


@router.post("/queue/sample", response=Done, summary="Draw a sample for quality review")
@page(Permission.ASSIGN_WORK)
def sample(request: HttpRequest, clinic: Path[UUID], given: DrawSample) -> Any:
    """At least one of everybody's; the seed stands in the ledger."""
    return {"given": services.draw_sample(**given.model_dump(), **_acting(request))}


@router.get("/queue/{assignment}", response=InQueue, summary="One assignment")
@page(Permission.SEE_QUEUE)
def show_assignment(request: HttpRequest, clinic: Path[UUID], assignment: UUID) -> Any:
    """Without its patient."""
    return _shown(_found(clinic, assignment))


@router.post("/queue/{assignment}/assign", response=Made, summary="Give an assignment to a coder")
@page(Permission.ASSIGN_WORK)
def assign(request: HttpRequest, clinic: Path[UUID], assignment: UUID, given: GiveWork) -> Any:
    """What is somebody's ends for them at once, and another follows, whose id comes back. 409 where it changed."""
    about = {"assignment": assignment, "coder": given.coder, "revision": given.revision, **_acting(request)}
    if _found(clinic, assignment).coder is None:
        services.assign(**about)
        return {"id": assignment}
    return {"id": services.reassign(reason=given.reason, **about)}


@router.post("/queue/{assignment}/reopen", response={201: Made}, summary="Open a submitted record again")
@page(Permission.ASSIGN_WORK)
def reopen(request: HttpRequest, clinic: Path[UUID], assignment: UUID, given: ReopenWork) -> Any:
    """The assignment that follows, with its expiry."""
    _found(clinic, assignment)
    return Status(201, {"id": services.reopen(assignment=assignment, **given.model_dump(), **_acting(request))})


@router.post("/queue/{assignment}/end", response={204: None}, summary="Cancel or close an assignment")
@page(Permission.ASSIGN_WORK)
def end(request: HttpRequest, clinic: Path[UUID], assignment: UUID, given: EndWork) -> Any:
    """Submitted work is closed; what isn't submitted is cancelled. 409 where it changed meanwhile."""
    verb = services.close if _found(clinic, assignment).state == rules.SUBMITTED else services.cancel
    verb(assignment=assignment, revision=given.revision, **_acting(request))
    return Status(204, None)
