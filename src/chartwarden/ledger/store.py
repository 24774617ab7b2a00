"""Rows of the ledger written and read in plain SQL, where every microsecond is one of each record opened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import connection, connections

from chartwarden.kernel.decisions import Refused, refused
from chartwarden.ledger.contracts import Appended, Draft
from chartwarden.ledger.entry import commitment, instant, leaf_of, new_salt
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

SIZE = "SELECT size FROM ledger_head WHERE clinic_id = %s"
LAST = 'SELECT max("index") FROM ledger_entry WHERE clinic_id = %s AND "index" >= %s AND kind NOT IN ({})'

Prepared = tuple[Draft, str, bytes, dict[str, bytes]]


def prepare(drafts: Sequence[Draft]) -> list[Prepared]:
    """Of drafts of one clinic: their instants as text, their leaves, and the salts of their private facts.

    Raises NotAnEntry, NotCanonical, or ValueError where they are not of one clinic. Touches no database.
    """
    clinic = drafts[0].clinic
    text = str(clinic)
    found: list[Prepared] = []
    for draft in drafts:
        if draft.clinic is not clinic and draft.clinic != clinic:
            raise ValueError("expected drafts of one clinic; found another's among them")
        salts, sealed = _seal(draft.private) if draft.private else ({}, {})
        at = instant(draft.at)
        leaf = leaf_of(text, draft.kind, draft.actor.ref, at, draft.subject, draft.facts, sealed)
        found.append((draft, at, leaf, salts))
    return found


def _seal(private: Mapping[str, str]) -> tuple[dict[str, bytes], dict[str, str]]:
    salts = {name: new_salt() for name in private}
    return salts, {name: commitment(salts[name], text) for name, text in private.items()}


def in_transaction() -> None:
    """Raise RuntimeError outside a transaction."""
    if not connection.in_atomic_block:
        raise RuntimeError("an entry commits together with its change: call this inside transaction.atomic()")


def lock(clinic: UUID) -> Frontier:
    """Wait for one's turn to append, and give the tree's frontier. Raises Refused where the ledger is not open.

    On SQLite the transaction itself is the lock: each begins IMMEDIATE, so there is one at a time.
    """
    database = connections["default"]
    wait = " FOR UPDATE" if database.features.has_select_for_update else ""
    row = next(iter(_ask(database, LOCK + wait, [_id(database, clinic)])), None)
    if row is None:
        raise Refused(refused("This clinic's ledger has not been opened.", "45 CFR 164.312(b)"))
    return Frontier.of_bytes(row[0], bytes(row[1]))


def write(clinic: UUID, frontier: Frontier, entries: Sequence[Prepared]) -> list[Appended]:
    """Append prepared entries to a locked tree."""
    database = connections["default"]
    first, key = frontier.size, _id(database, clinic)
    as_text = not database.features.has_native_uuid_field  # SQLite keeps instants as text, in the form Django gives
    rows: list[tuple[Any, ...]] = []
    found: list[Appended] = []
    for index, (draft, at, leaf, salts) in enumerate(entries, first):
        hashed = leaf_hash(leaf)
        frontier.push(hashed)
        when = f"{at[:10]} {at[11:-1].removesuffix('.000000')}" if as_text else draft.at
        rows.append((key, index, when, draft.kind, leaf.decode(), hashed))
        found.append(Appended(index, hashed, salts))
    _do(database, ADD, rows)
    _do(database, GROW, [(frontier.size, frontier.to_bytes(), key)])
    if frontier.size >> HEIGHT > first >> HEIGHT:
        _complete_tiles(clinic, first, frontier.size)
    return found


def last_beside(clinic: UUID, index: int, kinds: Sequence[str]) -> tuple[int, int]:
    """The tree's size, and the last entry from ``index`` on that is of none of these kinds (-1: there is none)."""
    database = connections["default"]
    key = _id(database, clinic)
    row = next(iter(_ask(database, SIZE, [key])), None)
    there = row[0] if row else 0
    if there <= index:
        return there, -1
    ((last,),) = _ask(database, LAST.format(", ".join(["%s"] * len(kinds))), [key, index, *kinds])
    return there, -1 if last is None else last


def tile_hashes(clinic: UUID, level: int, number: int, size: int) -> list[bytes]:
    """The hashes of a tile, full or partial, in the tree of ``size``."""
    begin = number * WIDTH
    end = min(begin + WIDTH, size >> (HEIGHT * level))
    database = connections["default"]
    if level == 0:
        rows = _ask(database, LEAVES, [_id(database, clinic), begin, end])
    else:
        rows = _ask(database, ROOTS, [_id(database, clinic), level - 1, begin, end])
    return [bytes(row[0]) for row in rows]


def _complete_tiles(clinic: UUID, old: int, new: int) -> None:
    """Write the tiles that became full as the tree grew, from level 0 up."""
    database = connections["default"]
    for level in hash_levels(new):
        shift = HEIGHT * (level + 1)
        rows = []
        for number in range(old >> shift, new >> shift):
            hashes = tile_hashes(clinic, level, number, new)
            rows.append((_id(database, clinic), level, number, b"".join(hashes), root(hashes)))
        _do(database, ADD_TILE, rows)


def _ask(database: Any, statement: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    """A query's rows. On SQLite past Django's cursor, which takes longer than SQLite itself."""
    if database.vendor == "sqlite":
        database.ensure_connection()
        with database.wrap_database_errors:
            found: list[tuple[Any, ...]] = database.connection.execute(_marks(statement), parameters).fetchall()
            return found
    with database.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())


def _do(database: Any, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """A statement once for each row."""
    if database.vendor == "sqlite":
        with database.wrap_database_errors:
            if len(rows) == 1:
                database.connection.execute(_marks(statement), rows[0])
            else:
                database.connection.executemany(_marks(statement), rows)
        return
    with database.cursor() as cursor:
        cursor.executemany(statement, rows)


@lru_cache(maxsize=16)
def _marks(statement: str) -> str:
    return statement.replace("%s", "?")


def _id(database: Any, clinic: UUID) -> Any:
    return clinic if database.features.has_native_uuid_field else clinic.hex
