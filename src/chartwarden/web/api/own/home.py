"""The Today page for programs: what is due from the token's person, and what is true now."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Path, Router
from pydantic import BaseModel, Field

from chartwarden.people.contracts import Permission, page
from chartwarden.web import home

router = Router()


class DueShown(BaseModel):
    """One thing to do, without any patient."""

    what: str
    detail: str
    action: str
    by: str | None = Field(description="When it is due (UTC); null where it only waits.")
    late: bool
    page: str = Field(description="The address of the page where it is done.")


class FactShown(BaseModel):
    """One thing that is true now."""

    what: str
    value: str
    note: str
    late: bool


class Today(BaseModel):
    """What the Today page shows."""

    due: list[DueShown]
    facts: list[FactShown]


@router.get("/today", response=Today, summary="What is due from the person")
@page(Permission.SEE_HOME)
def today(request: HttpRequest, clinic: Path[UUID]) -> Any:
    """Late things first. What a token's scopes leave out is not told."""
    member, house, now = request.member, request.clinic, request.now
    return {
        "due": [
            {
                "what": task.due.what,
                "detail": task.due.detail,
                "action": task.due.action,
                "by": task.due.by.isoformat() if task.due.by else None,
                "late": task.due.late,
                "page": task.address,
            }
            for task in home.tasks(member, house, now)
        ],
        "facts": [
            {"what": one.fact.what, "value": one.fact.value, "note": one.fact.note, "late": one.fact.late}
            for one in home.figures(member, house, now)
        ],
    }
