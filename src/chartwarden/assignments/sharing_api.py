"""The rules for sharing out work, for programs: read, set, looked at, run; and the queue as its feed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, StreamingHttpResponse
from ninja import Path
from pydantic import BaseModel, Field

from chartwarden.assignments import rule_keeping, services, sharing, sharing_rules
from chartwarden.assignments.api_router import router
from chartwarden.assignments.exporting import csv_answer
from chartwarden.assignments.policy_api import AnyKind
from chartwarden.kernel.offered import Body
from chartwarden.people.contracts import Permission, page

CSV = {"responses": {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}}


class QueueRule(Body):
    """Which work goes to whom. Either ``coders`` or a ``team``; neither: anybody."""

    id: UUID = Field(description="Of the sender's choice; it stays the rule's.")
    kinds: list[AnyKind] = Field(default_factory=list, max_length=20, description="None: any.")
    waits_days: int = Field(0, ge=0, le=sharing_rules.MOST_DAYS, description="Only work that waits as long.")
    coders: list[UUID] = Field(default_factory=list, max_length=200)
    team: str | None = Field(None, max_length=100, description="A vendor; empty: the clinic's own people.")
    most: int = Field(0, ge=0, le=sharing_rules.MOST_EACH, description="Until each has so many open; 0: no limit.")


class QueueRules(BaseModel):
    """The rules in their order."""

    rules: list[QueueRule]
    revision: int


class SetQueueRules(Body):
    """All rules anew, in their order."""

    rules: list[QueueRule] = Field(max_length=sharing_rules.MOST_RULES)
    revision: int = Field(ge=0, le=2**31 - 1, description="That of the rules that were seen; 0: there were none.")


class SharePlan(BaseModel):
    """What the rules would do now: how much each coder would get, how much stays and why."""

    given: dict[str, int]
    left: dict[str, int]
    sha256: str = Field(description="By which the plan is known when it is run.")


class RunQueueRules(Body):
    """The plan that was looked at."""

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


def _told(clinic: UUID) -> dict[str, Any]:
    there = rule_keeping.share_rules(clinic)
    return {"rules": sharing_rules.kept(there.rules), "revision": there.revision}


def _shown(plan: sharing_rules.Plan) -> dict[str, Any]:
    each = {str(coder): count for coder, count in plan.each.items()}
    return {"given": each, "left": dict(plan.left), "sha256": plan.digest}


@router.get("/queue-rules", response=QueueRules, summary="The rules by which work is shared out")
@page(Permission.ASSIGN_WORK)
def show_rules(request: HttpRequest, clinic: Path[UUID]) -> Any:
    """In their order."""
    return _told(clinic)


@router.put("/queue-rules", response=QueueRules, summary="Set the rules by which work is shared out")
@page(Permission.ASSIGN_WORK)
def set_rules(request: HttpRequest, clinic: Path[UUID], given: SetQueueRules) -> Any:
    """409 where somebody else changed them meanwhile. The same again changes nothing."""
    wanted = sharing_rules.read(one.model_dump(mode="json") for one in given.rules)
    about = {"actor": request.member.actor, "at": request.now}
    services.set_share_rules(clinic=clinic, given=wanted, revision=given.revision, **about)
    return _told(clinic)


@router.get("/queue-rules/plan", response=SharePlan, summary="What the rules would do now")
@page(Permission.ASSIGN_WORK)
def show_plan(request: HttpRequest, clinic: Path[UUID]) -> Any:
    """Nothing is assigned by it."""
    return _shown(sharing.planned(request.clinic, request.member.person, request.now))


@router.post("/queue-rules/run", response=SharePlan, summary="Share out work by the rules")
@page(Permission.ASSIGN_WORK)
def run_rules(request: HttpRequest, clinic: Path[UUID], given: RunQueueRules) -> Any:
    """As it was looked at: 409 where the queue has changed since."""
    about = {"actor": request.member.actor, "at": request.now}
    return _shown(services.share_by_rules(clinic=request.clinic, seen=given.sha256, **about))


@router.get("/queue-export", summary="The queue as its feed", openapi_extra=CSV)
@page(Permission.IMPORT_QUEUE)
def export_queue(request: HttpRequest, clinic: Path[UUID]) -> StreamingHttpResponse:
    """As CSV with the columns of the assignments feed, which can be imported again; what is nobody's is not in it. The
    reading is written to the ledger."""
    return csv_answer(clinic, request.member.actor, request.now)
