"""Rows of the register: found, held for a change, sealed and told of. Private to the room's verbs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from chartwarden.clinics.services import blind_index, seal, unseal
from chartwarden.devices import models, rules
from chartwarden.devices.contracts import DeviceFacts
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.decisions import Stale, refused
from chartwarden.kernel.errors import Fault, InputRefused, refuse
from chartwarden.ledger.services import append
from chartwarden.people.queries import names, sharing_logins

HAND, FEED = "hand", "feed"
IDENTITY, NOTE, WHY, WHAT = "device", "workplace statement", "workplace exception", "disposal"
"""What things are sealed for."""
MOST_NAME, MOST_TEXT = 120, 1000
FLAGS = (
    "owner", "encrypted", "managed", "antivirus", "approved", "approved_from", "approved_to", "withdrawn_at", "shared",
)  # fmt: skip


@dataclass(frozen=True)
class Identity:
    """What lies sealed in a device's row: its name in logs, its id in the MDM, whose it is if nobody known."""

    name: str
    mdm: str = ""
    code: str = ""


def sealed_identity(clinic: UUID, name: str, mdm: str, code: str = "") -> bytes:
    """``code``: the id of whose it is, where the workforce knows nobody of that id."""
    return seal(clinic, IDENTITY, msgspec.json.encode(Identity(name, mdm, code)))


def identity(row: models.Device) -> Identity:
    """What a row's device is called."""
    return msgspec.json.decode(unseal(row.clinic_id, IDENTITY, bytes(row.sealed)), type=Identity)


def index(clinic: UUID, name: str) -> bytes:
    """By which a device is found: its name as logs have it."""
    return blind_index(clinic, IDENTITY, name.strip())


def facts(row: models.Device) -> DeviceFacts:
    """A row as the rules take it."""
    return DeviceFacts(person=row.person_id, **{name: getattr(row, name) for name in FLAGS})


def locked(clinic: UUID, device: UUID, revision: int | None = None) -> models.Device:
    """A row, held until the transaction ends. Raises DoesNotExist, also for another clinic's, and Stale where it has
    changed since ``revision``."""
    row: models.Device = models.Device.objects.select_for_update().get(clinic_id=clinic, id=device)
    if revision is not None and row.revision != revision:
        raise Stale(refused("Somebody else has changed this device meanwhile. Nothing of theirs was undone."))
    return row


def tell(row: models.Device, kind: str, actor: Actor, at: datetime, more: Mapping[str, Any] | None = None) -> None:
    """An entry about a device: its safeguards and its stretch, and never its name."""
    append(
        clinic=row.clinic_id,
        kind=kind,
        actor=actor,
        at=at,
        subject={"device": str(row.id), **({"person": str(row.person_id)} if row.person_id else {})},
        facts={
            "owner": row.owner,
            "encrypted": row.encrypted,
            "managed": row.managed,
            "antivirus": row.antivirus,
            "approved_from": _day(row.approved_from),
            "approved_to": _day(row.approved_to),
            **(more or {}),
        },
    )


def _day(day: Any) -> str | None:
    return day.isoformat() if day else None


def begun(clinic: UUID, kinds: tuple[str, ...], actor: Actor, at: datetime) -> None:
    """Let preconditions begin that nobody has decided about: with the first entry of the register, after the grace."""
    there = set(models.Precondition.objects.filter(clinic_id=clinic).values_list("kind", flat=True))
    for kind in kinds:
        if kind not in there:
            row = models.Precondition.objects.create(
                clinic_id=clinic, kind=kind, asked_from=at, grace_days=rules.USUAL_GRACE, decided_at=at
            )
            tell_precondition(row, actor, at, by_itself=True)


def tell_precondition(row: models.Precondition, actor: Actor, at: datetime, by_itself: bool) -> None:
    """An entry about what is asked for when a record opens."""
    append(
        clinic=row.clinic_id,
        kind="devices.precondition_set",
        actor=actor,
        at=at,
        subject={"clinic": str(row.clinic_id)},
        facts={
            "precondition": row.kind,
            "asked_from": row.asked_from.isoformat() if row.asked_from else None,
            "grace_days": row.grace_days,
            "shown": row.shown,
            "by_itself": by_itself,
        },
    )


def checked(where: str, text: str, most: int = MOST_TEXT, required: bool = True) -> str:
    """Text as it is kept. Raises InputRefused where it is missing or too long."""
    text = text.strip()
    if required and not text:
        raise refuse(where, "a few words", "nothing")
    if len(text) > most:
        raise refuse(where, f"at most {most} characters", f"{len(text)} characters")
    return text


def check_people(clinic: UUID, **people: UUID | None) -> None:
    """Whoever is named must be of the clinic; None: nobody is named. Raises InputRefused, naming the fields."""
    known = names(clinic, [one for one in people.values() if one is not None])
    faults = [
        Fault(field.replace("_", " "), "somebody of this clinic", "nobody known here")
        for field, one in people.items()
        if one is not None and one not in known
    ]
    if faults:
        raise InputRefused(*faults)


def own_people(clinic: UUID, actor: Actor) -> frozenset[UUID]:
    """Whose devices somebody else must speak for: the actor's, and those of whoever shares a login with them."""
    return sharing_logins(clinic, actor.person) if actor.person else frozenset()
