"""The register for programs: devices, networks, what is asked for, exceptions, and the disposal log."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest
from ninja import Path, Router, Status

from chartwarden.clinics.contracts import Clinic
from chartwarden.devices import models, queries, rules, services
from chartwarden.devices.contracts import Device, Precondition
from chartwarden.devices.shapes import (
    Asked,
    AskedFor,
    ChangedDevice,
    InRegister,
    Mdm,
    NewDevice,
    NewDisposal,
    NewException,
    NewMdm,
    NewNetwork,
    NewProof,
    NewTraining,
    Said,
    SeenDevice,
    ShownBy,
    Training,
)
from chartwarden.kernel.offered import Column, Made, Row, Table
from chartwarden.people import queries as people
from chartwarden.people.contracts import Member, Permission, page
from chartwarden.people.services import Presence, show_presence

router = Router()


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


@router.get("/devices/{device}/proofs", response=list[ShownBy], summary="By what a device shows itself")
@page(Permission.SEE_DEVICES)
def show_proofs(request: HttpRequest, clinic: Path[UUID], device: UUID) -> Any:
    """Client certificates, by their fingerprints."""
    _found(request, device)
    return [asdict(one) for one in queries.proofs(clinic, device)]


@router.post("/devices/{device}/proofs", response={201: Made}, summary="Say which certificate a device shows")
@page(Permission.MANAGE_DEVICES)
def add_proof(request: HttpRequest, clinic: Path[UUID], device: UUID, proof: NewProof) -> Any:
    """403 for a device of one's own."""
    _found(request, device)
    return Status(
        201, {"id": services.add_proof(clinic=clinic, device=device, **proof.model_dump(), **_acting(request))}
    )


@router.delete("/devices/{device}/proofs/{proof}", response={204: None}, summary="Take a certificate away")
@page(Permission.MANAGE_DEVICES)
def withdraw_proof(request: HttpRequest, clinic: Path[UUID], device: UUID, proof: UUID) -> Any:
    """It shows no device any more."""
    if proof not in [one.id for one in queries.proofs(clinic, device)]:
        raise Http404
    services.withdraw_proof(clinic=clinic, proof=proof, **_acting(request))
    return Status(204, None)


@router.get("/mdm", response=Mdm, summary="How the MDM is asked")
@page(Permission.MANAGE_DEVICES)
def show_mdm(request: HttpRequest, clinic: Path[UUID]) -> Any:
    """404 where none is."""
    found = queries.mdm_state(clinic)
    if found is None:
        raise Http404
    return asdict(found)


@router.put("/mdm", response={204: None}, summary="Have devices brought from an MDM")
@page(Permission.MANAGE_DEVICES)
def set_mdm(request: HttpRequest, clinic: Path[UUID], given: NewMdm) -> Any:
    """Each hour, beginning now. Beside the token it takes the password and the app's code. No device of whoever sets it
    gains by it.
    """
    show_presence(member=request.member, presence=Presence(given.password, given.code), at=request.now)
    services.set_mdm(clinic=clinic, **given.model_dump(exclude={"password", "code"}), **_acting(request))
    return Status(204, None)


@router.delete("/mdm", response={204: None}, summary="Ask the MDM no more")
@page(Permission.MANAGE_DEVICES)
def stop_mdm(request: HttpRequest, clinic: Path[UUID]) -> Any:
    """Its token is forgotten; the register stays. Again is harmless."""
    services.stop_mdm(clinic=clinic, **_acting(request))
    return Status(204, None)


@router.get("/training", response=list[Training], summary="Who was trained when")
@page(Permission.RECORD_TRAINING)
def show_training(request: HttpRequest, clinic: Path[UUID]) -> Any:
    """Everybody who is engaged."""
    there = [row.person for row in people.roster(clinic, request.now) if row.state == "engaged"]
    return [asdict(queries.trained(request.clinic, person, request.now)) for person in there]


@router.post("/training", response={204: None}, summary="Write a training down")
@page(Permission.RECORD_TRAINING)
def record_training(request: HttpRequest, clinic: Path[UUID], given: NewTraining) -> Any:
    """Again is harmless. 403 where one's own is among them."""
    services.record_training(clinic=request.clinic, **given.model_dump(), **_acting(request))
    return Status(204, None)
