"""A patient's identity as it lies sealed: the feed's columns as JSON, those without a value left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
import pyarrow as pa

from chartwarden.clinics.services import blind_index, seal, unseal, unseal_many

PURPOSE, REF = "patients", "patient"
COLUMNS = pa.schema(
    [
        pa.field("patient", pa.string()),
        pa.field("family_name", pa.string()),
        pa.field("given_name", pa.string()),
        pa.field("birth_date", pa.date32()),
        pa.field("address_line", pa.string()),
        pa.field("city", pa.string()),
        pa.field("state", pa.string()),
        pa.field("postal_code", pa.string()),
        pa.field("phone", pa.string()),
        pa.field("contact_name", pa.string()),
        pa.field("contact_phone", pa.string()),
        pa.field("flags", pa.list_(pa.string())),
    ]
)
"""The columns of the patients feed, as the review reads them."""


class Identity(msgspec.Struct):
    """A patient's identity, decoded."""

    patient: str
    family_name: str | None = None
    given_name: str | None = None
    birth_date: date | None = None
    address_line: str | None = None
    city: str | None = None
    state: str | None = None
    postal_code: str | None = None
    phone: str | None = None
    contact_name: str | None = None
    contact_phone: str | None = None
    flags: list[str] | None = None


def encoded(values: Mapping[str, Any]) -> bytes:
    """The values that are there, always in the same order, so that equal patients have equal bytes."""
    return msgspec.json.encode({name: values[name] for name in COLUMNS.names if values.get(name) not in (None, [])})


def decoded(data: bytes) -> dict[str, Any]:
    """What ``encoded`` was given; a birth date stays text (ISO 8601)."""
    found: dict[str, Any] = msgspec.json.decode(data)
    return found


def sealed(clinic: UUID, data: bytes) -> bytes:
    """Encoded values, sealed."""
    return seal(clinic, PURPOSE, data)


def opened(clinic: UUID, identity: bytes) -> bytes:
    """Encoded values, unsealed."""
    return unseal(clinic, PURPOSE, identity)


def opened_many(clinic: UUID, kept: Iterable[bytes]) -> list[Identity]:
    """Many of them, decoded."""
    return msgspec.json.decode(b"[%b]" % b",".join(unseal_many(clinic, PURPOSE, kept)), type=list[Identity])


def index(clinic: UUID, ref: str) -> bytes:
    """By which the patient of an EHR id is found."""
    return blind_index(clinic, REF, ref)
