"""Ledgers made for tests: a clinic's entries, with its keys, as an export."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from chartwarden.ledger import export
from chartwarden.ledger.checkpoint import Checkpoint, SigningKey
from chartwarden.ledger.entry import KEY_ROTATED, OPENED, Entry
from chartwarden.ledger.merkle import leaf_hash, root
from chartwarden.ledger.rotation import KeyInForce, opening_facts, rotation_facts

CLINIC = UUID("5f0c3a52-8d3e-4a53-9f6e-1f4a6c1d2b3a")
ORIGIN = f"chartwarden/{CLINIC}"
BEGAN = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


def signing_key(number: int) -> SigningKey:
    """A key that is the same each time."""
    return SigningKey(ORIGIN, bytes([number]) * 32)


def entry(index: int, kind: str = "review.signed", facts: dict[str, object] | None = None) -> Entry:
    """Entry number ``index``."""
    return Entry(
        CLINIC,
        kind,
        "person:11111111-1111-4111-8111-111111111111",
        BEGAN + timedelta(seconds=index),
        {"review": f"r{index}"},
        {"cases": index} if facts is None else facts,
    )


def made(size: int, rotations: Sequence[int] = ()) -> tuple[list[bytes], list[KeyInForce], SigningKey]:
    """Leaves, keys and the last signing key of a ledger of ``size`` whose key is changed at those entries."""
    key = signing_key(1)
    keys = [KeyInForce(0, key.verifier)]
    leaves = [entry(0, OPENED, dict(opening_facts(ORIGIN, key.verifier))).leaf()]
    for index in range(1, size):
        if index in rotations:
            following = signing_key(len(keys) + 1)
            facts = rotation_facts(ORIGIN, index, following.verifier, key)
            leaves.append(entry(index, KEY_ROTATED, dict(facts)).leaf())
            key = following
            keys.append(KeyInForce(index, key.verifier))
        else:
            leaves.append(entry(index).leaf())
    return leaves, keys, key


def head_of(leaves: Sequence[bytes]) -> Checkpoint:
    """The checkpoint over leaves."""
    return Checkpoint(ORIGIN, len(leaves), root(map(leaf_hash, leaves)))


def exported(out: Path, size: int, rotations: Sequence[int] = ()) -> tuple[Path, str]:
    """Write an export, and give the path and the first key, which one trusts."""
    leaves, keys, key = made(size, rotations)
    export.write(out, key.sign(head_of(leaves).text), size, keys, leaves)
    return out, str(keys[0].key)
