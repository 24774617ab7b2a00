"""The minimum-necessary policy for programs: read, drafted, and approved by an officer who is there themselves."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from django.http import Http404, HttpRequest
from ninja import Path, Status
from pydantic import BaseModel, Field

from chartwarden.assignments import policy_keeping, policy_rules, rules, services
from chartwarden.assignments.api_router import router
from chartwarden.assignments.contracts import RecordClass
from chartwarden.assignments.policy_keeping import Policy
from chartwarden.kernel.offered import Body, Made, Shown
from chartwarden.people.contracts import Permission, page
from chartwarden.people.services import Presence, show_presence

Role: Any = Literal[tuple(policy_rules.ROLES)]
AnyKind: Any = Literal[tuple(rules.KINDS)]


class PolicyClause(Body):
    """What one class of the workforce sees for one kind of work."""

    role: Role
    kind: AnyKind
    classes: list[RecordClass] = Field(min_length=1, max_length=20, description="The overview among them.")
    encounter_only: bool = Field(False, description="Only what belongs to the assignment's encounter.")
    printing: bool = False
    copies: bool = False


class PolicyVersion(BaseModel):
    """A version of the policy; ``version`` 0: the draft."""

    id: UUID
    version: int
    clauses: list[PolicyClause]
    justifications: dict[str, str] = Field(description="Why each kind of work takes the whole record.")
    sha256: str
    drafted_by: UUID | None
    drafted_at: str
    approved_by: UUID | None
    approved_at: str | None
    revision: int


class PolicyNow(BaseModel):
    """What is in force, what waits to be approved, and the ids of every version, the newest first."""

    in_force: PolicyVersion | None
    draft: PolicyVersion | None
    versions: list[UUID]


class DraftPolicy(Body):
    """The draft anew: every clause."""

    clauses: list[PolicyClause] = Field(min_length=1, max_length=50)
    revision: int = Field(0, ge=0, le=2**31 - 1, description="That of the draft that was seen; 0: there was none.")


class ApprovePolicy(Shown):
    """The draft as it was read, and that whoever approves it is there themselves."""

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class ApprovedPolicy(BaseModel):
    """The version that it became."""

    version: int


def _shown(one: Policy) -> dict[str, Any]:
    names = ("id", "version", "justifications", "drafted_by", "approved_by", "revision")
    return {
        **{name: getattr(one, name) for name in names},
        "clauses": policy_rules.contents(one.clauses)["clauses"],
        "sha256": one.digest,
        "drafted_at": one.drafted_at.isoformat(),
        "approved_at": one.approved_at.isoformat() if one.approved_at else None,
    }


@router.get("/policy", response=PolicyNow, summary="The minimum-necessary policy")
@page(Permission.SEE_POLICY)
def show_policy(request: HttpRequest, clinic: Path[UUID]) -> Any:
    """What is in force, and the draft."""
    versions, draft = policy_keeping.versions(clinic), policy_keeping.draft(clinic)
    return {
        "in_force": _shown(versions[0]) if versions else None,
        "draft": _shown(draft) if draft else None,
        "versions": [one.id for one in versions],
    }


@router.get("/policies/{policy}", response=PolicyVersion, summary="One version of the policy")
@page(Permission.SEE_POLICY)
def show_version(request: HttpRequest, clinic: Path[UUID], policy: UUID) -> Any:
    """As it was approved."""
    found = policy_keeping.policy(clinic, policy)
    if found is None:
        raise Http404
    return _shown(found)


@router.put("/policy/draft", response=Made, summary="Draft the policy")
@page(Permission.ASSIGN_WORK)
def draft_policy(request: HttpRequest, clinic: Path[UUID], given: DraftPolicy) -> Any:
    """409 where the draft changed meanwhile."""
    clauses = [
        policy_rules.Clause(one.role, one.kind, frozenset(one.classes), one.encounter_only, one.printing, one.copies)
        for one in given.clauses
    ]
    about = {"clinic": clinic, "actor": request.member.actor, "at": request.now}
    return {"id": services.draft_policy(clauses=clauses, revision=given.revision, **about)}


@router.delete("/policy/draft", response={204: None}, summary="Throw the draft away")
@page(Permission.ASSIGN_WORK)
def discard_policy(request: HttpRequest, clinic: Path[UUID], revision: int = 0) -> Any:
    """As it was seen in this revision: 409 where it is gone or changed meanwhile."""
    services.discard_policy(clinic=clinic, revision=revision, actor=request.member.actor, at=request.now)
    return Status(204, None)


@router.post("/policy/approve", response=ApprovedPolicy, summary="Approve the draft")
@page(Permission.APPROVE_POLICY)
def approve_policy(request: HttpRequest, clinic: Path[UUID], given: ApprovePolicy) -> Any:
    """It is in force from now on. Beside the token it takes the password and the app's code of the officer."""
    show_presence(member=request.member, presence=Presence(given.password, given.code), at=request.now)
    about = {"clinic": clinic, "actor": request.member.actor, "at": request.now}
    return {"version": services.approve_policy(digest=given.sha256, **about)}
