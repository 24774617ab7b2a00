"""What the ledger hands to others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from chartwarden.kernel.actors import Actor
from chartwarden.kernel.errors import Fault


@dataclass(frozen=True)
class Draft:
    """An entry to be: what ``append`` takes, as one value. ``private`` holds plain text, which goes no further than
    its commitment.
    """

    clinic: UUID
    kind: str
    actor: Actor
    at: datetime
    subject: Mapping[str, str]
    facts: Mapping[str, Any] = field(default_factory=dict)
    private: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Appended:
    """Where an entry stands, counted from 0; its leaf hash; and the salt of each private fact, by name, to be kept
    beside the text it belongs to.
    """

    index: int
    leaf_hash: bytes
    salts: Mapping[str, bytes]


@dataclass(frozen=True)
class StoredEntry:
    """An entry as it stands. ``private`` holds commitments in hex; ``leaf`` canonical bytes; ``at`` is aware UTC."""

    index: int
    at: datetime
    kind: str
    actor: str
    subject: Mapping[str, str]
    facts: Mapping[str, Any]
    private: Mapping[str, str]
    leaf: bytes
    leaf_hash: bytes


@dataclass(frozen=True)
class Head:
    """A tree's size and root (32 bytes)."""

    size: int
    root: bytes


@dataclass(frozen=True)
class SignedHead:
    """A checkpoint: ``note`` is the C2SP text that anybody can check with the key."""

    size: int
    root: bytes
    at: datetime
    note: str


@dataclass(frozen=True)
class Proof:
    """That entry ``index`` stands in the tree of ``size``: the leaf hash and the audit path, from the leaf up."""

    index: int
    size: int
    leaf_hash: bytes
    path: tuple[bytes, ...]
    root: bytes


@dataclass(frozen=True)
class Verified:
    """What a check found. Sound where there is no fault; each fault says where, what was expected, what was found.

    ``checkpoints`` counts the signed heads that it was held against, ``outside`` those of them that were kept outside
    the database or the export. With none, nothing shows that history was not rewritten.
    """

    origin: str
    size: int
    root: bytes
    keys: tuple[str, ...]
    faults: tuple[Fault, ...]
    checkpoints: int = 0
    outside: int = 0

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults
