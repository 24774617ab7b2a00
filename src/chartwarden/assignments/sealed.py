"""What of an assignment lies sealed: ids of the EHR and free text, as JSON, those without a value left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import msgspec

from chartwarden.clinics.services import blind_index, seal, unseal, unseal_many

PURPOSE, REF, PATIENT, CONTENTS = "assignments", "assignment", "patient", "assignment row"
FIELDS = ("assignment", "patient", "encounter", "reason")


class Sealed(msgspec.Struct):
    """What is in a sealed value."""

    assignment: str
    patient: str
    encounter: str | None = None
    reason: str | None = None


def encoded(values: Mapping[str, Any]) -> bytes:
    """Always in the same order, so that equal values have equal bytes."""
    return msgspec.json.encode({name: values[name] for name in FIELDS if values.get(name) is not None})


def sealed(clinic: UUID, data: bytes) -> bytes:
    """Encoded values, sealed."""
    return seal(clinic, PURPOSE, data)


def opened(clinic: UUID, kept: bytes) -> bytes:
    """Encoded values, unsealed."""
    return unseal(clinic, PURPOSE, kept)


def opened_many(clinic: UUID, kept: Iterable[bytes]) -> list[Sealed]:
    """Many of them, decoded."""
    return msgspec.json.decode(b"[%b]" % b",".join(unseal_many(clinic, PURPOSE, kept)), type=list[Sealed])


def index(clinic: UUID, purpose: str, text: str) -> bytes:
    """By which an id is found: the queue's own (REF), or the EHR's of a patient (PATIENT)."""
    return blind_index(clinic, purpose, text)


def row_index(clinic: UUID, row: Mapping[str, Any], data: bytes) -> bytes:
    """By which a row is told from any other: over all that it says. Without the clinic's key it tells nothing."""
    told = [data.decode(), *(row[name] for name in ("coder", "kind", "assigned_at", "ended_at", "outcome"))]
    return blind_index(clinic, CONTENTS, msgspec.json.encode(told).decode())
