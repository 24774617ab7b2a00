"""What stands of a person's workplace at an instant: read each time a record is to open."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

from chartwarden.clinics.contracts import Clinic
from chartwarden.devices import keeping, models, rules
from chartwarden.devices.contracts import DeviceFacts, Precondition, WorkplaceStanding

IN_ORDER = WorkplaceStanding()


def standing(
    clinic: Clinic, person: UUID, device: str, address: str, at: datetime, engaged_from: datetime | None = None
) -> WorkplaceStanding:
    """Whether a person's device, network and statement are in order, as far as the clinic asks for them.

    ``device`` is the name of the device that was shown, or "": none was; ``address`` the network address that the
    person comes from, or "": not known, which is a public one. ``engaged_from``: nobody owes a statement before.
    """
    asked = preconditions(clinic.id)
    if not any(one.asked_from for one in asked.values()):
        return IN_ORDER
    kind = rules.network_kind(address, _networks(clinic.id)) if address else rules.PUBLIC
    return WorkplaceStanding(
        device_approved=_device(clinic, person, device, kind, asked.get(rules.DEVICE), at),
        network_secured=not rules.is_enforced(asked.get(rules.NETWORK), at) or rules.is_secured(kind),
        attestation_due=shut_from(clinic, person, asked.get(rules.ATTESTATION), engaged_from),
        training_due=_training_shut(clinic, person, asked.get(rules.TRAINING), engaged_from),
        excused=_excused(clinic.id, person, at),
    )


def preconditions(clinic: UUID) -> Mapping[str, Precondition]:
    """What was begun or decided about what is asked for, by kind."""
    rows = models.Precondition.objects.filter(clinic_id=clinic)
    return {
        row.kind: Precondition(
            row.kind, row.asked_from, row.grace_days, row.shown, row.decided_by_id, row.decided_at
        )
        for row in rows
    }  # fmt: skip


def statement_due(
    clinic: Clinic, person: UUID, asked: Precondition | None, engaged_from: datetime | None = None
) -> datetime | None:
    """When a person's next statement is due; None where none is asked for."""
    if asked is None or asked.asked_from is None:
        return None
    since = max(asked.asked_from, engaged_from) if engaged_from else asked.asked_from
    return max(rules.statement_due(last_signed(clinic.id, person), since, clinic.time_zone), since)


def shut_from(
    clinic: Clinic, person: UUID, asked: Precondition | None, engaged_from: datetime | None = None
) -> datetime | None:
    """From when an outstanding statement keeps records shut: its day, and the grace."""
    due = statement_due(clinic, person, asked, engaged_from)
    return due + timedelta(days=asked.grace_days) if due and asked else None


def training_due(
    clinic: Clinic, person: UUID, asked: Precondition | None, engaged_from: datetime | None = None
) -> datetime | None:
    """When a person's next training is due; None where none is asked for."""
    if asked is None or asked.asked_from is None:
        return None
    since = max(asked.asked_from, engaged_from) if engaged_from else asked.asked_from
    return max(rules.training_due(last_trained(clinic.id, person), since, clinic.time_zone), since)


def last_trained(clinic: UUID, person: UUID) -> date | None:
    """The day on which a person was last trained."""
    rows = models.Training.objects.filter(clinic_id=clinic, person_id=person)
    found: date | None = rows.order_by("-day").values_list("day", flat=True).first()
    return found


def _training_shut(
    clinic: Clinic, person: UUID, asked: Precondition | None, engaged_from: datetime | None
) -> datetime | None:
    due = training_due(clinic, person, asked, engaged_from)
    return due + timedelta(days=asked.grace_days) if due and asked else None


def last_signed(clinic: UUID, person: UUID) -> datetime | None:
    """When a person last confirmed every point."""
    rows = models.WorkplaceStatement.objects.filter(clinic_id=clinic, person_id=person, whole=True)
    found: datetime | None = rows.order_by("-signed_at").values_list("signed_at", flat=True).first()
    return found


def _device(clinic: Clinic, person: UUID, device: str, kind: str, asked: Precondition | None, at: datetime) -> bool:
    if asked is None or not rules.is_enforced(asked, at):
        return True
    rows = models.Device.objects.filter(clinic_id=clinic.id)
    if device:
        shown = rows.filter(ref_index=keeping.index(clinic.id, device))
        return rules.device_approved([keeping.facts(row) for row in shown], (), person, kind, at, clinic.time_zone)
    if asked.shown:
        return False
    registered: list[DeviceFacts] = [keeping.facts(row) for row in rows.filter(person_id=person)]
    if kind == "office":
        registered += [keeping.facts(row) for row in rows.filter(shared=True)]
    return rules.device_approved(None, registered, person, kind, at, clinic.time_zone)


def _networks(clinic: UUID) -> Mapping[str, str]:
    return dict(models.Network.objects.filter(clinic_id=clinic).values_list("cidr", "kind"))


def _excused(clinic: UUID, person: UUID, at: datetime) -> Mapping[str, datetime]:
    rows = models.WorkplaceException.objects.filter(
        clinic_id=clinic, person_id=person, begins__lte=at, ends__gt=at, ended_at=None
    )
    return dict(rows.order_by("ends").values_list("reason", "ends"))
