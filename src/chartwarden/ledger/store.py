"""Rows of the ledger written and read in plain SQL, where every microsecond is one of each record opened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from chartwarden.kernel.decisions import Refused, refused
from chartwarden.ledger.contracts import Appended, Draft
from chartwarden.ledger.entry import Entry, commitment, new_salt
from chartwarden.ledger.merkle import Frontier, leaf_hash, root
from chartwarden.ledger.tiles import HEIGHT, WIDTH, hash_levels

LOCK = "SELECT size, frontier FROM ledger_head WHERE clinic_id = %s"
GROW = "UPDATE ledger_head SET size = %s, frontier = %s WHERE clinic_id = %s"
ADD = 'INSERT INTO ledger_entry (clinic_id, "index", at, kind, body, leaf_hash) VALUES (%s, %s, %s, %s, %s, %s)'
ADD_TILE = "INSERT INTO ledger_tile (clinic_id, level, number, hashes, root) VALUES (%s, %s, %s, %s, %s)"
LEAVES = 'SELECT leaf_hash FROM ledger_entry WHERE clinic_id = %s AND "index" >= %s AND "index" < %s ORDER BY "index"'
ROOTS = (
    "SELECT root FROM ledger_tile WHERE clinic_id = %s AND level = %s AND number >= %s AND number < %s ORDER BY number"
)

Prepared = tuple[Draft, bytes, dict[str, bytes]]


def prepare(draft: Draft) -> Prepared:
    """A draft's leaf and the salts of its private facts. Raises NotAnEntry or NotCanonical. Touches no database."""
    salts = {name: new_salt() for name in draft.private}
    sealed = {name: commitment(salts[name], text) for name, text in draft.private.items()}
    entry = Entry(draft.clinic, draft.kind, draft.actor.ref, draft.at, draft.subject, draft.facts, sealed)
    return draft, entry.leaf(), salts


def in_transaction() -> None:
    """Raise RuntimeError outside a transaction."""
    if not connection.in_atomic_block:
        raise RuntimeError("an entry commits together with its change: call this inside transaction.atomic()")


def lock(clinic: UUID) -> Frontier:
    """Wait for one's turn to append, and give the tree's frontier. Raises Refused where the ledger is not open.

    On SQLite the transaction itself is the lock: each begins IMMEDIATE, so there is one at a time.
    """
    with connection.cursor() as cursor:
        cursor.execute(LOCK + (" FOR UPDATE" if connection.features.has_select_for_update else ""), [_id(clinic)])
        row = cursor.fetchone()
    if row is None:
        raise Refused(refused("This clinic's ledger has not been opened.", "45 CFR 164.312(b)"))
    return Frontier.of_bytes(row[0], bytes(row[1]))


def write(clinic: UUID, frontier: Frontier, entries: Sequence[Prepared]) -> list[Appended]:
    """Append prepared entries to a locked tree."""
    first, key = frontier.size, _id(clinic)
    instant = connection.ops.adapt_datetimefield_value
    rows: list[tuple[Any, ...]] = []
    found: list[Appended] = []
    for index, (draft, leaf, salts) in enumerate(entries, first):
        hashed = leaf_hash(leaf)
        frontier.push(hashed)
        rows.append((key, index, instant(draft.at), draft.kind, leaf.decode(), hashed))
        found.append(Appended(index, hashed, salts))
    with connection.cursor() as cursor:
        cursor.executemany(ADD, rows)
        cursor.execute(GROW, [frontier.size, frontier.to_bytes(), key])
    if frontier.size >> HEIGHT > first >> HEIGHT:
        _complete_tiles(clinic, first, frontier.size)
    return found


def tile_hashes(clinic: UUID, level: int, number: int, size: int) -> list[bytes]:
    """The hashes of a tile, full or partial, in the tree of ``size``."""
    begin = number * WIDTH
    end = min(begin + WIDTH, size >> (HEIGHT * level))
    with connection.cursor() as cursor:
        if level == 0:
            cursor.execute(LEAVES, [_id(clinic), begin, end])
        else:
            cursor.execute(ROOTS, [_id(clinic), level - 1, begin, end])
        return [bytes(row[0]) for row in cursor.fetchall()]


def _complete_tiles(clinic: UUID, old: int, new: int) -> None:
    """Write the tiles that became full as the tree grew, from level 0 up."""
    for level in hash_levels(new):
        shift = HEIGHT * (level + 1)
        rows = []
        for number in range(old >> shift, new >> shift):
            hashes = tile_hashes(clinic, level, number, new)
            rows.append((_id(clinic), level, number, b"".join(hashes), root(hashes)))
        with connection.cursor() as cursor:
            cursor.executemany(ADD_TILE, rows)


def _id(clinic: UUID) -> Any:
    return clinic if connection.features.has_native_uuid_field else clinic.hex
