"""What tells of people, packed and sealed: JSON, compressed, under the clinic's own key."""

from __future__ import annotations

import zlib
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from chartwarden.clinics.services import blind_index, seal, unseal
from chartwarden.kernel.sealing import SealBroken

T = TypeVar("T")
SUMMARY, HEAD, BODY, TEXT, ACCESSES, DOCUMENT = (
    f"review.{what}" for what in ("summary", "head", "body", "text", "accesses", "document")
)
CHANGED = "(This text was changed or moved outside of Chartwarden. Verify the ledger.)"
FAST = 1
"""zlib's level: these are read more often than they are written, and small."""


def pack(clinic: UUID, purpose: str, value: Any) -> bytes:
    """A contract as sealed bytes."""
    return seal(clinic, purpose, zlib.compress(msgspec.json.encode(value), FAST))


def unpack(clinic: UUID, purpose: str, sealed: bytes | memoryview, kind: type[T]) -> T:
    """The contract again. Raises SealBroken, also where it belongs to another clinic."""
    return msgspec.json.decode(zlib.decompress(unseal(clinic, purpose, sealed)), type=kind)


def seal_text(clinic: UUID, text: str, place: bytes) -> bytes:
    """A note, a question, an answer or a reason, sealed for its place alone."""
    return seal(clinic, TEXT, text.encode(), place)


def open_text(clinic: UUID, sealed: bytes | memoryview | None, place: bytes) -> str:
    """The text again; nothing where there is none. Raises SealBroken, also where it was moved to another place."""
    return unseal(clinic, TEXT, sealed, place).decode() if sealed else ""


def shown_text(clinic: UUID, sealed: bytes | memoryview | None, place: bytes) -> str:
    """The text as a page shows it: where it can't be opened, that it was changed, so that the rest can be read."""
    try:
        return open_text(clinic, sealed, place)
    except SealBroken:
        return CHANGED


def note_place(disposition: UUID, case: UUID, outcome: str) -> bytes:
    """Where a note belongs: to one disposition of one case, with that outcome."""
    return f"note {disposition} {case} {outcome}".encode()


def place(what: str, row: UUID) -> bytes:
    """Where a ``question``, an ``answer`` or the ``reason`` of a reopening belongs: to one row."""
    return f"{what} {row}".encode()


def coder_index(clinic: UUID, coder: str) -> bytes:
    """By which the cases of a coder, or of a login that is nobody's, are found."""
    return blind_index(clinic, "review.coder", coder)


def patient_index(clinic: UUID, patient: str | None) -> bytes | None:
    """By which the cases about a patient are found."""
    return blind_index(clinic, "review.patient", patient) if patient else None
