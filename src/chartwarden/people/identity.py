"""A person's identity as it lies sealed: a few fields as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

import msgspec

from chartwarden.clinics.services import seal, unseal

PURPOSE = "people"
FIELDS = (
    "code", "family_name", "given_name", "birth_date", "address_line", "city", "state", "postal_code", "phone",
)  # fmt: skip


def sealed(clinic: UUID, values: Mapping[str, str]) -> bytes:
    """The fields that have a value, sealed."""
    return seal(clinic, PURPOSE, msgspec.json.encode({name: values[name] for name in FIELDS if values.get(name)}))


def opened(clinic: UUID, identity: bytes) -> dict[str, str]:
    """The fields by name; those without a value are absent."""
    return msgspec.json.decode(unseal(clinic, PURPOSE, identity), type=dict[str, str])


def display_name(values: Mapping[str, str]) -> str:
    """Given and family name, or the code where neither is known."""
    parts = [values.get("given_name", ""), values.get("family_name", "")]
    return " ".join(part for part in parts if part) or values.get("code", "")


def text_sealed(clinic: UUID, text: str) -> bytes:
    """One text, such as a login, sealed by itself."""
    return seal(clinic, PURPOSE, text.encode())


def text_opened(clinic: UUID, sealed_text: bytes) -> str:
    """What ``text_sealed`` was given."""
    return unseal(clinic, PURPOSE, sealed_text).decode()
