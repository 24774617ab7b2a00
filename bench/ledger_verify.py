"""How long an auditor waits: an export checked whole, every entry and hash, on all cores."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from uuid import UUID

from chartwarden.ledger import export
from chartwarden.ledger.checkpoint import Checkpoint, SigningKey
from chartwarden.ledger.entry import OPENED, Entry
from chartwarden.ledger.merkle import Frontier, leaf_hash
from chartwarden.ledger.rotation import KeyInForce, opening_facts
from chartwarden.ledger.verify import verify

ENTRIES = 10_000_000
CLINIC = UUID("0b7e4a51-93f0-4d0e-8a59-0c8f5f0f8d11")
AT = datetime(2026, 11, 24, 9, tzinfo=UTC)


def run(entries: int = ENTRIES) -> list[dict[str, object]]:
    """Make an export of so many entries (about 400 bytes each) and check it once."""
    key = SigningKey.new(f"chartwarden/{CLINIC}")
    with TemporaryDirectory() as folder:
        path = Path(folder) / "ledger"
        frontier = Frontier()
        for leaf in _leaves(key, entries):
            frontier.push(leaf_hash(leaf))
        note = key.sign(Checkpoint(key.name, entries, frontier.root()).text)
        export.write(path, note, entries, [KeyInForce(0, key.verifier)], _leaves(key, entries))
        began = perf_counter()
        found = verify(path, str(key.verifier))
        seconds = perf_counter() - began
    assert found.sound, found.faults[:3]
    return [
        {"name": "ledger_verify_10_million", "figure": round(seconds / entries * 1e7, 3), "unit": "s", "goal": "≤ 15"},
        {"name": "ledger_verify", "figure": round(entries / seconds), "unit": "entries/s", "goal": "none"},
    ]


def _leaves(key: SigningKey, entries: int) -> Iterator[bytes]:
    """The same leaves each time: one real entry, its number put in."""
    subject = {"assignment": str(CLINIC), "record": str(CLINIC)}
    facts = {"allowed": True, "reasons": [], "bytes": 1}
    actor = f"person:{CLINIC}"
    yield Entry(CLINIC, OPENED, actor, AT, {"clinic": str(CLINIC)}, opening_facts(key.name, key.verifier)).leaf()
    before, after = (
        Entry(CLINIC, "gateway.record_opened", actor, AT + timedelta(days=1), subject, facts).leaf().split(b'"bytes":1')
    )
    for number in range(1, entries):
        yield b'%b"bytes":%d%b' % (before, number, after)
