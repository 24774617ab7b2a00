"""One entry: what happened, when, by whom, to what; and private facts as commitments that outlive the facts.

An entry's bytes are its leaf in the tree. They hold opaque references, counts, digests and states; no name, no free
text. A private fact stands in it as SHA-256 over a random salt of 32 bytes and the canonical text: with text and salt
at hand anybody can check it; once both are destroyed it says nothing.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any
from uuid import UUID

from chartwarden.ledger.canonical import NotCanonical, canonical, parse
from chartwarden.ledger.tiles import LONGEST_ENTRY

SALT_SIZE = 32
OPENED, KEY_ROTATED = "ledger.opened", "ledger.key_rotated"
_KIND = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
_COMMITMENT = re.compile(r"[0-9a-f]{64}")
_MEMBERS = {"actor", "at", "clinic", "facts", "kind", "private", "subject"}


class NotAnEntry(ValueError):
    """Something that can't be an entry. Names the part, never its value."""


@dataclass(frozen=True)
class Entry:
    """What an entry says. ``at`` is aware UTC; ``actor`` and the values of ``subject`` are opaque references.

    ``private`` holds commitments, by name, in hex.
    """

    clinic: UUID
    kind: str
    actor: str
    at: datetime
    subject: Mapping[str, str]
    facts: Mapping[str, Any] = field(default_factory=dict)
    private: Mapping[str, str] = field(default_factory=dict)

    def leaf(self) -> bytes:
        """Its canonical bytes. Raises NotAnEntry, or NotCanonical for facts that canonical JSON can't hold."""
        at = instant(self.at)
        return leaf_of(str(self.clinic), self.kind, self.actor, at, self.subject, self.facts, self.private)

    @staticmethod
    def parse(leaf: bytes) -> Entry:
        """The entry of its bytes. Raises NotAnEntry or NotCanonical."""
        value = parse(leaf)
        if not isinstance(value, dict) or set(value) != _MEMBERS:
            raise NotAnEntry(f"expected the members {', '.join(sorted(_MEMBERS))}; found others")
        at, actor, kind, clinic = (value[name] for name in ("at", "actor", "kind", "clinic"))
        subject, facts, private = (value[name] for name in ("subject", "facts", "private"))
        if not (isinstance(at, str) and _INSTANT.fullmatch(at)):
            raise NotAnEntry("at: expected RFC 3339 with microseconds and Z; found something else")
        if not (isinstance(kind, str) and _KIND.fullmatch(kind) and isinstance(actor, str) and isinstance(clinic, str)):
            raise NotAnEntry("kind, actor, clinic: expected room.past_tense and references; found something else")
        if not (isinstance(subject, dict) and isinstance(facts, dict) and isinstance(private, dict)):
            raise NotAnEntry("subject, facts, private: expected mappings; found something else")
        refs = {name: ref for name, ref in subject.items() if isinstance(ref, str)}
        sealed = {name: of for name, of in private.items() if isinstance(of, str) and _COMMITMENT.fullmatch(of)}
        if len(refs) != len(subject) or len(sealed) != len(private):
            raise NotAnEntry("subject, private: expected references and commitments; found something else")
        try:
            return Entry(UUID(clinic), kind, actor, datetime.fromisoformat(at), refs, facts, sealed)
        except ValueError:
            raise NotAnEntry("at, clinic: expected an instant and a UUID; found something else") from None


def leaf_of(
    clinic: str,
    kind: str,
    actor: str,
    at: str,
    subject: Mapping[str, str],
    facts: Mapping[str, Any],
    private: Mapping[str, str],
) -> bytes:
    """An entry's canonical bytes from its parts, ``at`` as ``instant`` writes it. Raises as ``Entry.leaf``."""
    if not _is_kind(kind):
        raise NotAnEntry("kind: expected room.past_tense; found something else")
    if not actor:
        raise NotAnEntry("actor: expected an opaque reference; found none")
    found = canonical(
        {
            "actor": actor,
            "at": at,
            "clinic": clinic,
            "facts": facts if type(facts) is dict else dict(facts),
            "kind": kind,
            "private": private if type(private) is dict else dict(private),
            "subject": subject if type(subject) is dict else dict(subject),
        }
    )
    if len(found) > LONGEST_ENTRY:
        raise NotAnEntry(f"expected at most {LONGEST_ENTRY} bytes; found {len(found)}")
    return found


@lru_cache(maxsize=1024)
def _is_kind(text: str) -> bool:
    return _KIND.fullmatch(text) is not None


def instant(at: datetime) -> str:
    """RFC 3339 in UTC, with microseconds and Z. Raises NotAnEntry for an instant that is not aware, or not in UTC."""
    text = at.isoformat()
    if text[-6:] != "+00:00":
        raise NotAnEntry("at: expected an aware instant in UTC; found another")
    return f"{text[:-6]}Z" if at.microsecond else f"{text[:-6]}.000000Z"


def new_salt() -> bytes:
    """A salt that nobody can guess."""
    return secrets.token_bytes(SALT_SIZE)


def commitment(salt: bytes, text: str) -> str:
    """What an entry holds of a private fact."""
    if len(salt) != SALT_SIZE:
        raise ValueError(f"a salt of {SALT_SIZE} bytes; found {len(salt)}")
    return sha256(salt + canonical(text)).hexdigest()


def commits_to(sealed: str, salt: bytes, text: str) -> bool:
    """Whether the commitment is one to this text under this salt."""
    try:
        return secrets.compare_digest(sealed, commitment(salt, text))
    except (NotCanonical, ValueError, TypeError):
        return False
