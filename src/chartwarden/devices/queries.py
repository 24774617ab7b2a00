"""What others may read of devices, networks and workplaces."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import pyarrow as pa

from chartwarden.clinics.contracts import Clinic
from chartwarden.clinics.services import unseal
from chartwarden.devices import keeping, models, rules
from chartwarden.devices.contracts import Device, Disposed, Excepted, Network, Statement, Trained
from chartwarden.devices.dues import due, facts
from chartwarden.devices.mdm import mdm_state
from chartwarden.devices.showing import certificate, certificate_of, device_shown, header, proofs, whence
from chartwarden.devices.standing import last_trained, preconditions, standing, statement_due, training_due
from chartwarden.people.queries import by_code, work_standing

__all__ = [
    "certificate",
    "certificate_of",
    "device",
    "device_shown",
    "devices",
    "devices_table",
    "disposals",
    "due",
    "exceptions",
    "facts",
    "header",
    "kind_of_address",
    "mdm_state",
    "must_be_shown",
    "network_kinds",
    "networks",
    "networks_table",
    "own_devices",
    "own_statement_due",
    "preconditions",
    "proofs",
    "standing",
    "statement_points",
    "statements",
    "trained",
    "whence",
]

DEVICES = pa.schema(
    [
        ("device", pa.string()), ("person", pa.string()), ("owner", pa.string()), ("encrypted", pa.bool_()),
        ("managed", pa.bool_()), ("antivirus", pa.bool_()), ("approved_from", pa.date32()),
        ("approved_to", pa.date32()),
    ]
)  # fmt: skip
NETWORKS = pa.schema([("cidr", pa.string()), ("kind", pa.string())])
"""The columns of the feeds, as the review reads them."""
MOST = 500


def devices_table(clinic: UUID) -> pa.Table | None:
    """Every stretch in which a device was approved, in the columns of the devices feed; None for an empty register.

    What was never approved is left out, so that the review finds it in no register.
    """
    rows = list(models.Device.objects.filter(clinic_id=clinic))
    if not rows:
        return None
    codes = {person: code for code, person in by_code(clinic).items()}
    found = []
    for row in rows:
        begins, ends, there = row.approved_from, row.approved_to, keeping.identity(row)
        if row.approved and not (begins and ends and ends < begins):
            code = codes.get(row.person_id) if row.person_id else there.code or None
            flags = (row.encrypted, row.managed, row.antivirus)
            found.append((there.name, code, row.owner or None, *flags, begins, ends))
    found.sort(key=lambda one: (one[0], str(one[6] or "")))
    return pa.Table.from_pylist([dict(zip(DEVICES.names, one, strict=True)) for one in found], schema=DEVICES)


def networks_table(clinic: UUID) -> pa.Table | None:
    """Every range in the columns of the networks feed; None where none is known."""
    rows = network_kinds(clinic)
    if not rows:
        return None
    return pa.Table.from_pylist([{"cidr": cidr, "kind": kind} for cidr, kind in sorted(rows.items())], schema=NETWORKS)


def network_kinds(clinic: UUID) -> Mapping[str, str]:
    """Kinds by range."""
    return dict(models.Network.objects.filter(clinic_id=clinic).values_list("cidr", "kind"))


def kind_of_address(clinic: UUID, address: str) -> str:
    """Which network an address is in: office, vpn, other, or public."""
    return rules.network_kind(address, network_kinds(clinic))


def own_statement_due(clinic: Clinic, person: UUID, at: datetime) -> datetime | None:
    """When a person's next statement is due; None where none is asked for."""
    there = work_standing(clinic.id, person, at)
    asked = preconditions(clinic.id).get(rules.ATTESTATION)
    return statement_due(clinic, person, asked, there.begins if there else None)


def trained(clinic: Clinic, person: UUID, at: datetime) -> Trained:
    """When a person was last trained, and when the next training is due."""
    there = work_standing(clinic.id, person, at)
    asked = preconditions(clinic.id).get(rules.TRAINING)
    due_at = training_due(clinic, person, asked, there.begins if there else None)
    return Trained(person, last_trained(clinic.id, person), due_at)


def must_be_shown(clinic: UUID) -> bool:
    """Whether a device must be shown by its certificate, and to be in the register is not enough."""
    asked = preconditions(clinic).get(rules.DEVICE)
    return asked is not None and asked.shown


def devices(clinic: Clinic, at: datetime) -> list[Device]:
    """The whole register, by name; a device's newest stretch first."""
    found = [_device(clinic, row, at) for row in models.Device.objects.filter(clinic_id=clinic.id)]
    found.sort(key=lambda one: str(one.facts.approved_from or ""), reverse=True)
    return sorted(found, key=lambda one: one.name)


def own_devices(clinic: Clinic, person: UUID, at: datetime) -> list[Device]:
    """A person's own devices that are approved, or wait to be."""
    rows = models.Device.objects.filter(clinic_id=clinic.id, person_id=person, withdrawn_at=None)
    return sorted((_device(clinic, row, at) for row in rows), key=lambda one: one.name)


def device(clinic: Clinic, identity: UUID, at: datetime) -> Device | None:
    """One row of the register."""
    row = models.Device.objects.filter(clinic_id=clinic.id, id=identity).first()
    return _device(clinic, row, at) if row else None


def _device(clinic: Clinic, row: models.Device, at: datetime) -> Device:
    there, known = keeping.identity(row), keeping.facts(row)
    faults = rules.faults(known, at, clinic.time_zone)
    return Device(row.id, there.name, there.mdm, known, faults, row.source, row.revision)


def networks(clinic: UUID) -> list[Network]:
    """All ranges, by kind and range."""
    rows = models.Network.objects.filter(clinic_id=clinic).order_by("kind", "cidr")
    return [Network(row.id, row.cidr, row.kind, row.source) for row in rows]


def disposals(clinic: UUID) -> list[Disposed]:
    """The disposal log, the newest first; at most the last 500."""
    rows = models.Disposal.objects.filter(clinic_id=clinic).order_by("-day", "-recorded_at")[:MOST]
    return [
        Disposed(
            row.id, unseal(clinic, keeping.WHAT, bytes(row.what)).decode(), row.kind, row.method, row.day,
            row.disposed_by_id, row.witness_id, row.recorded_by_id, row.recorded_at,
        )
        for row in rows
    ]  # fmt: skip


def exceptions(clinic: UUID, at: datetime) -> list[Excepted]:
    """The exceptions that are in force, those that end first before the others."""
    rows = models.WorkplaceException.objects.filter(clinic_id=clinic, ends__gt=at, ended_at=None).order_by("ends", "id")
    return [
        Excepted(
            row.id, row.person_id, row.reason, unseal(clinic, keeping.WHY, bytes(row.why)).decode(), row.begins,
            row.ends, row.granted_by_id, row.ended_at,
        )
        for row in rows
    ]  # fmt: skip


def statement_points() -> tuple[str, ...]:
    """The points of the statement about a workplace, by their names."""
    return tuple(rules.STATEMENT)


def statements(clinic: UUID, person: UUID | None = None, most: int = MOST) -> list[Statement]:
    """Statements about workplaces, the newest first; of one person, or of all."""
    rows = models.WorkplaceStatement.objects.filter(clinic_id=clinic).order_by("-signed_at", "id")
    rows = rows.filter(person_id=person) if person else rows
    return [
        Statement(
            row.person_id, row.signed_at, row.version, tuple(row.confirmed), row.whole,
            unseal(clinic, keeping.NOTE, bytes(row.note)).decode(),
        )
        for row in rows[:most]
    ]  # fmt: skip
