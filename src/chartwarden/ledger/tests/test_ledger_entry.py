"""Entries: their bytes, what can't be one, and private facts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from typing import Any

import pytest

from chartwarden.ledger.canonical import NotCanonical
from chartwarden.ledger.entry import Entry, NotAnEntry, commitment, commits_to, new_salt
from chartwarden.ledger.tests.ledger_made import CLINIC

ENTRY = Entry(
    CLINIC,
    "review.signed",
    "person:1",
    datetime(2026, 11, 24, 9, tzinfo=UTC),
    {"review": "r1"},
    {"cases": [1, None, True]},
)


def test_an_entry_has_one_form() -> None:
    assert ENTRY.leaf() == (
        b'{"actor":"person:1","at":"2026-11-24T09:00:00.000000Z","clinic":"5f0c3a52-8d3e-4a53-9f6e-1f4a6c1d2b3a",'
        b'"facts":{"cases":[1,null,true]},"kind":"review.signed","private":{},"subject":{"review":"r1"}}'
    )
    assert Entry.parse(ENTRY.leaf()) == ENTRY


@pytest.mark.parametrize(
    ("part", "value", "said"),
    [
        ("at", datetime(2026, 11, 24, 9), "at: expected an aware instant in UTC"),
        ("at", datetime(2026, 11, 24, 9, tzinfo=timezone(timedelta(hours=1))), "at: expected an aware instant in UTC"),
        ("kind", "review", "kind: expected room.past_tense"),
        ("kind", "Review.signed", "kind: expected room.past_tense"),
        ("actor", "", "actor: expected an opaque reference"),
        ("facts", {"text": "x" * 70_000}, "at most 65535 bytes"),
    ],
)
def test_what_cannot_be_an_entry_is_refused(part: str, value: Any, said: str) -> None:
    with pytest.raises(NotAnEntry, match=said):
        replace(ENTRY, **{part: value}).leaf()


def test_facts_without_fractions() -> None:
    with pytest.raises(NotCanonical, match=r"\$\.facts\.share: expected"):
        replace(ENTRY, facts={"share": 0.5}).leaf()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"actor":"person:1",', b""),
        (b"09:00:00.000000Z", b"09:00:00Z"),
        (b"2026-11-24T09", b"2026-13-24T09"),
        (b"5f0c3a52", b"zf0c3a52"),
        (b'"private":{}', b'"private":{"note":"short"}'),
        (b'"subject":{"review":"r1"}', b'"subject":{"review":1}'),
        (b'"subject":{"review":"r1"}', b'"subject":[]'),
        (b"review.signed", b"review"),
        (b'"facts":', b'"fact":'),
    ],
)
def test_bytes_of_no_entry_are_refused(old: bytes, new: bytes) -> None:
    with pytest.raises(NotAnEntry):
        Entry.parse(ENTRY.leaf().replace(old, new))


def test_a_commitment_is_a_digest_of_salt_and_canonical_text() -> None:
    salt = bytes(range(32))
    sealed = commitment(salt, 'He said "no"')
    assert sealed == sha256(salt + b'"He said \\"no\\""').hexdigest()
    assert commits_to(sealed, salt, 'He said "no"')
    assert not commits_to(sealed, salt, "He said no")
    assert not commits_to(sealed, new_salt(), 'He said "no"')
    assert not commits_to(sealed, b"short", 'He said "no"')
    with pytest.raises(ValueError, match="a salt of 32 bytes; found 5"):
        commitment(b"short", "x")
