"""The clinic for programs: its settings, the token's own standing, and webhooks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import Http404, HttpRequest
from ninja import Path, Router, Status
from pydantic import BaseModel, Field, StringConstraints

from chartwarden.clinics import queries, services
from chartwarden.clinics.contracts import Clinic, Webhook
from chartwarden.kernel.decisions import require
from chartwarden.kernel.offered import Column, Row, Shown, Table
from chartwarden.people.contracts import Member, Permission, page, signed_in
from chartwarden.people.services import Presence, decide, show_presence
from chartwarden.web.changing_settings import change_as

router = Router()
root = Router()
Kind = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,30}\.[a-z_]{1,33}$")]


class Settings(BaseModel):
    """A clinic and its settings."""

    id: UUID
    name: str
    time_zone: str = Field(description="An IANA time zone.")
    holidays: str
    grace_minutes: int = Field(description="How long log rows may trail an assignment.")
    idle_minutes: int = Field(description="After how long a session locks.")
    review_due_days: int
    lookback_days: int
    reviews_from: str | None
    thresholds: dict[str, dict[str, float]] = Field(description="Detectors' parameters, by detector.")
    demo: bool


class Standing(BaseModel):
    """Whom a token acts for, and what it may do."""

    clinic: UUID
    person: UUID
    token: UUID | None
    permissions: list[str]


class Changes(Shown):
    """Settings to be changed; what is left out stays. And that whoever changes them is there themselves."""

    name: str = Field("", min_length=1, max_length=120)
    time_zone: str = Field("", min_length=1, max_length=64, description="An IANA time zone.")
    holidays: str = Field("", min_length=1, max_length=16)
    grace_minutes: int = Field(0, ge=0, le=240)
    idle_minutes: int = Field(0, ge=2, le=60)
    review_due_days: int = Field(0, ge=1, le=60)
    lookback_days: int = Field(0, ge=7, le=365)
    reviews_from: date | None = None
    thresholds: dict[str, dict[str, float]] = Field(
        default_factory=dict, description="All that differ from the detectors' own; what is left out is theirs again."
    )


class NewWebhook(Shown):
    """A webhook to be made, and that whoever makes it is there themselves."""

    url: str = Field(min_length=10, max_length=500, description="https, or http to the same machine.")
    kinds: list[Kind] = Field(
        default_factory=list, max_length=100, description="Kinds of entries it hears of; none: all."
    )


class MadeWebhook(BaseModel):
    """A webhook just made. The secret is told now and never again."""

    id: UUID
    secret: str = Field(description="`whsec_…`: the key that signs each message, as Standard Webhooks has it.")


class Tried(BaseModel):
    """What became of a test message."""

    arrived: bool
    trouble: str = Field(description="What went wrong, in a few words; empty where it arrived.")


@root.get("/token", response=Standing, summary="What this token may do")
@signed_in
def token_standing(request: HttpRequest) -> Any:
    """The clinic and person it acts for, and its permissions."""
    member = request.member
    names = sorted(permission.name for permission in member.permissions)
    return {"clinic": member.clinic, "person": member.person, "token": member.token, "permissions": names}


@router.get("/settings", response=Settings, summary="The clinic's settings")
@page(Permission.SEE_SETTINGS)
def clinic_settings(request: HttpRequest, clinic: Path[UUID]) -> Any:
    """Its settings as they are now."""
    found = request.clinic
    first = found.reviews_from
    return {
        **{name: getattr(found, name) for name in Settings.model_fields},
        "time_zone": found.time_zone.key,
        "reviews_from": first.isoformat() if first else None,
        "thresholds": {detector: dict(parameters) for detector, parameters in found.thresholds.items()},
    }


@router.patch("/settings", response=Settings, summary="Change settings")
@page(Permission.CHANGE_SETTINGS)
def change_settings(request: HttpRequest, clinic: Path[UUID], changes: Changes) -> Any:
    """Those that are given; the rest stays. Again changes nothing. Beside the token it takes the password and the
    app's code of whoever changes them. 403 for how accesses are judged while a case about that person is not decided.
    """
    wanted = changes.model_dump(exclude_unset=True, exclude=set(Shown.model_fields))
    _is_there(request, changes)
    if wanted:
        change_as(request.member, clinic=clinic, changes=wanted, at=request.now)
    request.clinic = queries.clinic(clinic)
    return clinic_settings(request, clinic)


def _webhooks(clinic: Clinic, member: Member, at: datetime, after: str, limit: int) -> Sequence[Row]:
    rows = [_row(one) for one in queries.webhooks(clinic.id)]
    keys = [row["id"] for row in rows]
    begin = keys.index(after) + 1 if after in keys else 0
    return rows[begin : begin + limit]


def _row(one: Webhook) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "url": one.url,
        "kinds": list(one.kinds),
        "next_index": one.next_index,
        "made_at": one.made_at.isoformat(),
        "failing_since": one.failing_since.isoformat() if one.failing_since else None,
        "trouble": one.trouble,
    }


TABLES = (
    Table(
        name="webhooks",
        title="Webhooks in force",
        permission=Permission.MANAGE_WEBHOOKS,
        key="id",
        columns=(
            Column("id", str, "Its id."),
            Column("url", str, "Where messages go."),
            Column("kinds", list[str], "Kinds of entries it hears of; none: all."),
            Column("next_index", int, "The first entry it has not been told of."),
            Column("made_at", str, "When it was made (UTC)."),
            Column("failing_since", str | None, "Since when messages don't arrive; null while they do."),
            Column("trouble", str, "What went wrong last."),
        ),
        read=_webhooks,
    ),
)


@router.post("/webhooks", response={201: MadeWebhook}, summary="Add a webhook")
@page(Permission.MANAGE_WEBHOOKS)
def add_webhook(request: HttpRequest, clinic: Path[UUID], new: NewWebhook) -> Any:
    """It is told of every entry from now on. Each call makes another one. It takes the right to see the ledger as
    well and, beside the token, the password and the app's code of whoever makes it.
    """
    require(decide(request.member, Permission.SEE_LEDGER))
    _is_there(request, new)
    made = services.add_webhook(clinic=clinic, url=new.url, kinds=new.kinds, actor=request.member.actor, at=request.now)
    return Status(201, {"id": made.id, "secret": made.secret})


@router.post("/webhooks/{webhook}/test", response=Tried, summary="Send a test message")
@page(Permission.MANAGE_WEBHOOKS)
def try_webhook(request: HttpRequest, clinic: Path[UUID], webhook: UUID, given: Shown) -> Any:
    """One message, now. Its kind says that it is a test. Takes what making a webhook takes."""
    _known(clinic, webhook)
    require(decide(request.member, Permission.SEE_LEDGER))
    _is_there(request, given)
    trouble = services.try_webhook(clinic=clinic, webhook=webhook, actor=request.member.actor, at=request.now)
    return {"arrived": not trouble, "trouble": trouble}


@router.delete("/webhooks/{webhook}", response={204: None}, summary="Withdraw a webhook")
@page(Permission.MANAGE_WEBHOOKS)
def withdraw_webhook(request: HttpRequest, clinic: Path[UUID], webhook: UUID, given: Shown) -> Any:
    """It hears nothing more. 404 where there is none, or it was withdrawn before. Takes what making one takes."""
    _known(clinic, webhook)
    require(decide(request.member, Permission.SEE_LEDGER))
    _is_there(request, given)
    services.withdraw_webhook(clinic=clinic, webhook=webhook, actor=request.member.actor, at=request.now)
    return Status(204, None)


def _is_there(request: HttpRequest, given: Shown) -> None:
    show_presence(member=request.member, presence=Presence(given.password, given.code), at=request.now)


def _known(clinic: UUID, webhook: UUID) -> None:
    if all(one.id != webhook for one in queries.webhooks(clinic)):
        raise Http404
