"""The register for programs: devices, networks, what is asked for, exceptions, and the disposal log."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from django.http import Http404, HttpRequest
from ninja import Path, Router, Status
from pydantic import AwareDatetime, BaseModel, Field

from chartwarden.clinics.contracts import Clinic
from chartwarden.devices import models, queries, rules, services
from chartwarden.devices.contracts import Device, Precondition
from chartwarden.kernel.offered import Body, Column, Made, Row, Table
from chartwarden.people.contracts import Member, Permission, page

router = Router()
Owner: Any = Literal[tuple(rules.OWNERS)]
NetworkKind: Any = Literal[tuple(rules.NETWORKS)]
Kind: Any = Literal[tuple(rules.PRECONDITIONS)]
Reason: Any = Literal[tuple(rules.REASONS)]
Thing: Any = Literal[tuple(rules.THINGS)]
Method: Any = Literal[tuple(rules.METHODS)]
TEXT = Field(min_length=1, max_length=1000, pattern=r"\S", description="Kept sealed.")
REVISION = Field(ge=0, le=2**31 - 1, description="The device's revision as it was seen.")


def _behind(rows: Iterable[Row], after: str, limit: int) -> Sequence[Row]:
    return sorted((row for row in rows if row["id"] > after), key=lambda row: str(row["id"]))[:limit]


def _devices(clinic: Clinic, member: Member, at: datetime, after: str, limit: int) -> Sequence[Row]:
    return _behind((_row(one) for one in queries.devices(clinic, at)), after, limit)


def _networks(clinic: Clinic, member: Member, at: datetime, after: str, limit: int) -> Sequence[Row]:
    rows = ({"id": str(one.id), "cidr": one.cidr, "kind": one.kind} for one in queries.networks(clinic.id))
    return _behind(rows, after, limit)


def _disposals(clinic: Clinic, member: Member, at: datetime, after: str, limit: int) -> Sequence[Row]:
    rows = (
        {
            "id": str(one.id), "what": one.what, "kind": one.kind, "method": one.method, "day": one.day.isoformat(),
            "disposed_by": str(one.disposed_by), "witness": str(one.witness),
        }
        for one in queries.disposals(clinic.id)
    )  # fmt: skip
    return _behind(rows, after, limit)


TABLES = (
    Table(
        name="devices",
        title="The register of devices, a row a stretch of approval",
        permission=Permission.SEE_DEVICES,
        key="id",
        columns=(
            Column("id", str, "Its id here."),
            Column("name", str, "Its name, as access logs have it."),
            Column("mdm", str, "Its id in the MDM."),
            Column("person", str | None, "Whose it is; null where it is shared, or nobody's who is known here."),
            Column("shared", bool, "Whether it is shared."),
            Column("owner", str, "clinic, vendor or personal; empty where nobody said."),
            Column("encrypted", bool | None, "Whether the whole disk is encrypted; null: not known."),
            Column("managed", bool | None, "Whether it is managed; null: not known."),
            Column("antivirus", bool | None, "Whether antivirus runs; null: not known."),
            Column("approved_from", str | None, "The first day of its approval."),
            Column("approved_to", str | None, "The last day of its approval."),
            Column("faults", str, "What speaks against it now, separated by spaces; empty: it is approved."),
            Column("revision", int, "Grows with each change."),
        ),
        read=_devices,
    ),
    Table(
        name="networks",
        title="The ranges of the office, the VPN and others",
        permission=Permission.SEE_DEVICES,
        key="id",
        columns=(
            Column("id", str, "Its id here."),
            Column("cidr", str, "The range of addresses."),
            Column("kind", str, "office, vpn or other."),
        ),
        read=_networks,
    ),
    Table(
        name="disposals",
        title="What was disposed of",
        permission=Permission.SEE_DEVICES,
        key="id",
        columns=(
            Column("id", str, "Its id here."),
            Column("what", str, "What it was."),
            Column("kind", str, "device, media or paper."),
            Column("method", str, "How."),
            Column("day", str, "When."),
            Column("disposed_by", str, "The person who did it."),
            Column("witness", str, "The person who saw it."),
        ),
        read=_disposals,
    ),
)


class Safeguards(Body):
    """Whose a device is, and how it is secured."""

    person: UUID | None = Field(None, description="Whose it is; null: shared, in the office.")
    owner: Owner
    encrypted: bool = False
    managed: bool = False
    antivirus: bool = False


class NewDevice(Safeguards):
    """A device for the register, not approved yet."""

    name: str = Field(min_length=1, max_length=120, pattern=r"\S", description="As access logs name it.")
    mdm: str = Field("", max_length=120, description="Its id in the MDM.")


class ChangedDevice(Safeguards):
    """All of it anew; what is left out is not so."""

    revision: int = REVISION


class SeenDevice(Body):
    """The device as it was seen."""

    revision: int = REVISION


class InRegister(BaseModel):
    """A device in one stretch of approval, in the columns of the table of devices."""

    id: UUID
    name: str
    mdm: str
    person: UUID | None
    shared: bool
    owner: str
    encrypted: bool | None
    managed: bool | None
    antivirus: bool | None
    approved_from: date | None
    approved_to: date | None
    faults: str
    revision: int


class NewNetwork(Body):
    """A range of addresses."""

    cidr: str = Field(min_length=1, max_length=60)
    kind: NetworkKind


class NewDisposal(Body):
    """What was disposed of, when, how, by whom, and who saw it."""

    what: str = TEXT
    kind: Thing
    method: Method
    day: date
    disposed_by: UUID
    witness: UUID
    device: UUID | None = Field(None, description="The device of the register; it loses its approval.")


class AskedFor(Body):
    """Whether something is asked for when a record opens."""

    kind: Kind
    asked: bool
    grace_days: int = Field(rules.USUAL_GRACE, ge=0, le=rules.LONGEST_GRACE)
    shown: bool = Field(False, description="Of devices: whether the device itself must be shown.")


class Asked(BaseModel):
    """A precondition; ``enforced_from`` is when it begins to keep records shut."""

    kind: str
    asked_from: datetime | None
    enforced_from: datetime | None
    grace_days: int
    shown: bool
    decided_by: UUID | None


class NewException(Body):
    """Something set aside for somebody else, until an instant."""

    person: UUID
    reason: Reason
    why: str = TEXT
    ends: AwareDatetime = Field(description="At most 30 days ahead.")


class Said(BaseModel):
    """A statement about a workplace: the points that were confirmed, and whether these are all."""

    person: UUID
    signed_at: datetime
    version: int
    confirmed: list[str]
    whole: bool
    note: str


def _row(device: Device) -> Row:
    known = device.facts
    flags = {name: getattr(known, name) for name in ("shared", "owner", "encrypted", "managed", "antivirus")}
    return {
        "id": str(device.id),
        "name": device.name,
        "mdm": device.mdm,
        "person": str(known.person) if known.person else None,
        **flags,
        "approved_from": known.approved_from.isoformat() if known.approved_from else None,
        "approved_to": known.approved_to.isoformat() if known.approved_to else None,
        "faults": " ".join(device.faults),
        "revision": device.revision,
    }


def _found(request: HttpRequest, device: UUID) -> Device:
    found = queries.device(request.clinic, device, request.now)
    if found is None:
        raise Http404
    return found


def _acting(request: HttpRequest) -> dict[str, Any]:
    return {"actor": request.member.actor, "at": request.now}


@router.get("/devices/{device}", response=InRegister, summary="One device")
@page(Permission.SEE_DEVICES)
def show_device(request: HttpRequest, clinic: Path[UUID], device: UUID) -> Any:
    """In one stretch of its approval."""
    return _row(_found(request, device))


@router.post("/devices", response={201: Made}, summary="Put a device into the register")
@page(Permission.MANAGE_DEVICES)
def register_device(request: HttpRequest, clinic: Path[UUID], device: NewDevice) -> Any:
    """Not approved yet. The state of a whole MDM is better sent as the devices feed."""
    return Status(201, {"id": services.register_device(clinic=clinic, **device.model_dump(), **_acting(request))})


@router.patch("/devices/{device}", response={204: None}, summary="Say how a device is secured")
@page(Permission.MANAGE_DEVICES)
def change_device(request: HttpRequest, clinic: Path[UUID], device: UUID, changed: ChangedDevice) -> Any:
    """What is not so any more shuts records on it at once. 409 where it changed meanwhile."""
    _found(request, device)
    services.change_device(clinic=clinic, device=device, **changed.model_dump(), **_acting(request))
    return Status(204, None)


@router.post("/devices/{device}/approve", response=Made, summary="Approve a device from today on")
@page(Permission.MANAGE_DEVICES)
def approve_device(request: HttpRequest, clinic: Path[UUID], device: UUID, seen: SeenDevice) -> Any:
    """One that was withdrawn gets a new row, whose id comes back. 403 for a personal one, or one's own."""
    _found(request, device)
    approved = services.approve_device(
        clinic=request.clinic, device=device, revision=seen.revision, **_acting(request)
    )  # fmt: skip
    return {"id": approved}


@router.post("/devices/{device}/withdraw", response={204: None}, summary="Withdraw a device's approval")
@page(Permission.MANAGE_DEVICES)
def withdraw_device(request: HttpRequest, clinic: Path[UUID], device: UUID, seen: SeenDevice) -> Any:
    """At this instant. 409 where it changed meanwhile."""
    _found(request, device)
    services.withdraw_device(clinic=request.clinic, device=device, revision=seen.revision, **_acting(request))
    return Status(204, None)


@router.post("/networks", response={201: Made}, summary="Put a range of addresses into the register")
@page(Permission.MANAGE_DEVICES)
def add_network(request: HttpRequest, clinic: Path[UUID], network: NewNetwork) -> Any:
    """Where two ranges hold an address, the narrower one decides."""
    return Status(201, {"id": services.add_network(clinic=clinic, **network.model_dump(), **_acting(request))})


@router.delete("/networks/{network}", response={204: None}, summary="Take a range out of the register")
@page(Permission.MANAGE_DEVICES)
def remove_network(request: HttpRequest, clinic: Path[UUID], network: UUID) -> Any:
    """Whoever comes from it is on a public network from now on."""
    try:
        services.remove_network(clinic=clinic, network=network, **_acting(request))
    except models.Network.DoesNotExist:
        raise Http404 from None
    return Status(204, None)


@router.post("/disposals", response={201: Made}, summary="Write down a disposal")
@page(Permission.MANAGE_DEVICES)
def record_disposal(request: HttpRequest, clinic: Path[UUID], disposal: NewDisposal) -> Any:
    """The witness is somebody else than who did it."""
    if disposal.device is not None:
        _found(request, disposal.device)
    done = services.record_disposal(clinic=request.clinic, **disposal.model_dump(), **_acting(request))
    return Status(201, {"id": done})


@router.get("/preconditions", response=list[Asked], summary="What is asked for when a record opens")
@page(Permission.MANAGE_DEVICES)
def show_preconditions(request: HttpRequest, clinic: Path[UUID]) -> Any:
    """Devices, networks and statements about workplaces."""
    there = queries.preconditions(clinic)
    known = [there.get(kind, Precondition(kind)) for kind in rules.PRECONDITIONS]
    names = ("kind", "asked_from", "grace_days", "shown", "decided_by")
    return [
        {**{name: getattr(one, name) for name in names}, "enforced_from": rules.enforced_from(one)} for one in known
    ]


@router.put("/preconditions", response={204: None}, summary="Decide what is asked for when a record opens")
@page(Permission.MANAGE_DEVICES)
def set_precondition(request: HttpRequest, clinic: Path[UUID], given: AskedFor) -> Any:
    """What is asked for anew keeps records shut after its days of grace."""
    services.set_precondition(clinic=clinic, **given.model_dump(), **_acting(request))
    return Status(204, None)


@router.post("/exceptions", response={201: Made}, summary="Set a precondition aside for somebody")
@page(Permission.MANAGE_DEVICES)
def make_exception(request: HttpRequest, clinic: Path[UUID], given: NewException) -> Any:
    """Until an instant, with the name of who makes it. 403 for oneself."""
    return Status(201, {"id": services.make_exception(clinic=clinic, **given.model_dump(), **_acting(request))})


@router.delete("/exceptions/{exception}", response={204: None}, summary="End an exception")
@page(Permission.MANAGE_DEVICES)
def end_exception(request: HttpRequest, clinic: Path[UUID], exception: UUID) -> Any:
    """Before its time."""
    try:
        services.end_exception(clinic=clinic, exception=exception, **_acting(request))
    except models.WorkplaceException.DoesNotExist:
        raise Http404 from None
    return Status(204, None)


@router.get("/workplace-statements", response=list[Said], summary="What people said about their workplaces")
@page(Permission.MANAGE_DEVICES)
def show_statements(request: HttpRequest, clinic: Path[UUID]) -> Any:
    """The newest 500, the newest first."""
    names = ("person", "signed_at", "version", "confirmed", "whole", "note")
    return [{name: getattr(one, name) for name in names} for one in queries.statements(clinic)]
