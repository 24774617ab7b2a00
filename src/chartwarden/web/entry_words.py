"""Entries of the ledger as people read them: who, what, when. The ledger itself holds opaque references only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from chartwarden.ledger.contracts import StoredEntry
from chartwarden.people.contracts import PersonName
from chartwarden.people.queries import names
from chartwarden.web.entry_kinds import KINDS


@dataclass(frozen=True)
class Event:
    """An entry in words. ``index`` is its place in the ledger; ``kind`` as it is written there."""

    index: int
    at: datetime
    who: str
    what: str
    kind: str


def events(clinic: UUID, entries: Iterable[StoredEntry]) -> list[Event]:
    """Entries in words, in the order given."""
    found = list(entries)
    wanted = {one for entry in found for one in (_person(entry.actor), _uuid(entry.subject.get("person", ""))) if one}
    known = names(clinic, wanted)
    return [Event(e.index, e.at, who(e.actor, known), what(e, known), e.kind) for e in found]


def who(actor: str, known: Mapping[UUID, PersonName]) -> str:
    """Whoever did it: a person's name, their program, or Chartwarden itself."""
    kind, _, _ = actor.partition(":")
    if kind == "token":
        return "A program"
    person = _person(actor)
    if person is None:
        return "Chartwarden"
    return known[person].name if person in known else "Somebody"


def what(entry: StoredEntry, known: Mapping[UUID, PersonName]) -> str:
    """What was done. A kind that has no sentence here is told by its own words."""
    known_kind = KINDS.get(entry.kind)
    if known_kind is None:
        room, _, verb = entry.kind.partition(".")
        return f"{room.replace('_', ' ')}: {verb.replace('_', ' ')}"
    person = _uuid(entry.subject.get("person", ""))
    name = known[person].name if person is not None and person in known else "somebody"
    return known_kind.said.format_map(_Said({**entry.facts, "person": name}))


class _Said(dict[str, Any]):
    """Facts for a sentence; a word with underscores is read with spaces, and what is missing says so."""

    def __getitem__(self, key: str) -> str:
        return str(self.get(key, "(not said)")).replace("_", " ")


def _person(ref: str) -> UUID | None:
    kind, _, identity = ref.partition(":")
    return _uuid(identity) if kind == "person" else None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
