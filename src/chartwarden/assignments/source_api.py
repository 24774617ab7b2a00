"""Where the EHR keeps its tasks, for programs: how it fares, set up and stopped by somebody who is there themselves."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Path, Status
from pydantic import BaseModel, Field

from chartwarden.assignments import ehr_source, services
from chartwarden.assignments.api_router import router
from chartwarden.kernel.offered import Shown
from chartwarden.people.contracts import Permission, page
from chartwarden.people.services import Presence, show_presence

REVISION = Field(0, ge=0, le=2**31 - 1, description="That of the source that was seen; 0: there was none.")


class MissedTask(BaseModel):
    """Something of the EHR that could not be taken over; its id is the EHR's."""

    kind: str
    id: str
    why: str
    seen_at: str


class QueueSourceNow(BaseModel):
    """How reading the EHR's tasks is set up and fares."""

    base: str
    has_token: bool
    on: bool
    encounters: bool
    revision: int
    read_at: str | None
    failing_since: str | None
    next_try_at: str | None
    trouble: str
    not_taken: int
    missed: list[MissedTask] = Field(description="The 50 latest that could not be taken over.")


class SetQueueSource(Shown):
    """Where the EHR's tasks are read, and that whoever sets it is there themselves."""

    base: str = Field(min_length=10, max_length=500, description="A FHIR R4 base: https, or http to this machine.")
    token: str | None = Field(None, max_length=8000, description="Kept sealed. Null keeps it; empty: none.")
    encounters: bool = Field(False, description="Finished encounters become work that is nobody's.")
    revision: int = REVISION


class StopQueueSource(Shown):
    """The source as it was seen, and that whoever stops it is there themselves."""

    revision: int = REVISION


def _told(clinic: UUID) -> dict[str, Any] | None:
    there = ehr_source.source(clinic)
    if there is None:
        return None
    stamps = {
        name: moment.isoformat() if (moment := getattr(there, name)) else None
        for name in ("read_at", "failing_since", "next_try_at")
    }
    missed = [{**asdict(one), "seen_at": one.seen_at.isoformat()} for one in ehr_source.not_taken(clinic)]
    return {**asdict(there), **stamps, "missed": missed}


@router.get("/queue-source", response=QueueSourceNow | None, summary="Where the EHR's tasks are read")
@page(Permission.IMPORT_QUEUE)
def show_source(request: HttpRequest, clinic: Path[UUID]) -> Any:
    """How it fares; null where it was never set up."""
    return _told(clinic)


@router.put("/queue-source", response=QueueSourceNow | None, summary="Set where the EHR's tasks are read")
@page(Permission.IMPORT_QUEUE)
def set_source(request: HttpRequest, clinic: Path[UUID], given: SetQueueSource) -> Any:
    """They are read within a minute. Beside the token it takes the password and the app's code."""
    show_presence(member=request.member, presence=Presence(given.password, given.code), at=request.now)
    about = given.model_dump(exclude={"password", "code"})
    services.set_source(clinic=clinic, **about, actor=request.member.actor, at=request.now)
    return _told(clinic)


@router.post("/queue-source/stop", response={204: None}, summary="Read the EHR's tasks no more")
@page(Permission.IMPORT_QUEUE)
def stop_source(request: HttpRequest, clinic: Path[UUID], given: StopQueueSource) -> Any:
    """What was taken over stays. Beside the token it takes the password and the app's code."""
    show_presence(member=request.member, presence=Presence(given.password, given.code), at=request.now)
    services.stop_source(clinic=clinic, revision=given.revision, actor=request.member.actor, at=request.now)
    return Status(204, None)
