"""Which key may sign when: the ledger's own entries say it, each new key vouched for by the one before.

Entry 0 is ``ledger.opened`` and names the first key. ``ledger.key_rotated`` names the next one, with a note over
origin, entry number and new key, signed by the key before. Whoever trusts one key can so trust all that follow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chartwarden.kernel.errors import Fault
from chartwarden.ledger.checkpoint import NotSound, SigningKey, VerifierKey, opened
from chartwarden.ledger.entry import KEY_ROTATED, OPENED, Entry


@dataclass(frozen=True)
class KeyInForce:
    """A key, and the entry that brought it: it signs trees that hold this entry, until the next key's."""

    since: int
    key: VerifierKey

    def __str__(self) -> str:
        return f"{self.since} {self.key}"


def opening_facts(origin: str, key: VerifierKey) -> dict[str, str]:
    """The facts of ``ledger.opened``."""
    return {"origin": origin, "key": str(key)}


def rotation_facts(origin: str, index: int, key: VerifierKey, before: SigningKey) -> dict[str, str]:
    """The facts of ``ledger.key_rotated``, which will be entry ``index``."""
    return {"key": str(key), "note": before.sign(_statement(origin, index, key))}


def _statement(origin: str, index: int, key: VerifierKey) -> str:
    return f"{origin}\nkey from entry {index}\n{key}\n"


def keys_of(entries: Sequence[tuple[str, int, Entry]], origin: str) -> tuple[list[KeyInForce], list[Fault]]:
    """The keys that entries (place, index, entry; in order) bring, and what is wrong with how they do."""
    keys: list[KeyInForce] = []
    faults: list[Fault] = []
    for where, index, entry in entries:
        if entry.kind not in (OPENED, KEY_ROTATED):
            continue
        try:
            keys.append(_next(index, entry, origin, keys))
        except NotSound as wrong:
            expected, _, found = str(wrong).removeprefix("expected ").partition("; found ")
            faults.append(Fault(f"{where}, entry {index}", expected, found))
    return keys, faults


def _next(index: int, entry: Entry, origin: str, keys: Sequence[KeyInForce]) -> KeyInForce:
    key = VerifierKey.parse(_text(entry.facts, "key"))
    if (entry.kind == OPENED) != (index == 0) or (index > 0 and not keys):
        raise NotSound("expected a ledger that is opened once, by entry 0; found otherwise")
    if entry.kind == OPENED and _text(entry.facts, "origin") != origin:
        raise NotSound("expected the origin that the checkpoint names; found another")
    if entry.kind == KEY_ROTATED:
        text, _ = opened(_text(entry.facts, "note"), [keys[-1].key])
        if text != _statement(origin, index, key):
            raise NotSound("expected a note of the key before over this new key; found another note")
    return KeyInForce(index, key)


def _text(facts: Mapping[str, object], name: str) -> str:
    value = facts.get(name)
    if not isinstance(value, str):
        raise NotSound(f"expected a fact named {name}; found none")
    return value
