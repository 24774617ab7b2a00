"""Salts of the ledger's commitments, sealed like the words that they belong to.

A salt in clear beside sealed words would let whoever reads the database try guesses against the ledger's commitment.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from chartwarden.clinics.keys import seal, unseal
from chartwarden.clinics.tenancy import EVERY, acting

PURPOSE = "salt of a commitment"
IN_CLEAR = 32
"""The length of a salt; one that is sealed is longer."""


def seal_salt(clinic: UUID, salt: bytes) -> bytes:
    """The salt of a commitment, sealed."""
    return seal(clinic, PURPOSE, salt)


def open_salt(clinic: UUID, sealed: bytes | memoryview) -> bytes:
    """The salt again. Raises SealBroken."""
    return unseal(clinic, PURPOSE, sealed)


def seal_those_in_clear(model: Any, *fields: str) -> int:
    """For a migration: seal a table's salts that lie in clear. Says how many; again is harmless."""
    done = 0
    with acting(EVERY):
        for row in model.objects.only("clinic_id", *fields).iterator():
            clear = [name for name in fields if len(getattr(row, name) or b"") == IN_CLEAR]
            for name in clear:
                setattr(row, name, seal_salt(row.clinic_id, bytes(getattr(row, name))))
            if clear:
                row.save(update_fields=clear)
                done += len(clear)
    return done
