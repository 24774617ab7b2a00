"""Counting what became of an input's rows: law 5, nothing dropped."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from chartwarden.logs.canonical import AccessPart
from chartwarden.logs.contracts import InputCount
from chartwarden.logs.engine import parquet
from chartwarden.logs.parts import Part
from chartwarden.logs.recognition import ReadAlong, Recognised


def count_of(parts: Sequence[Part], name: str, digest: str, format_id: str, notes: tuple[str, ...]) -> InputCount:
    """One input's rows: read, quarantined, duplicates."""
    rows = sum(part.rows for part in parts)
    quarantined = sum(len(part.quarantined) for part in parts)
    duplicates = sum(part.duplicates for part in parts)
    read = rows - quarantined - duplicates
    return InputCount(name, digest, rows, read, quarantined, duplicates, format_id, notes)


def counts_of(
    names: Sequence[str],
    recognised: Sequence[Recognised | ReadAlong],
    digests: Sequence[str],
    read: Sequence[AccessPart],
) -> tuple[tuple[InputCount, ...], dict[str, int]]:
    """The inputs as counted, and the rows that are no accesses by what they are."""
    counts: list[InputCount] = []
    others: dict[str, int] = {}
    remaining = iter(read)
    for name, found, digest in zip(names, recognised, digests, strict=True):
        if isinstance(found, ReadAlong):
            told = ("read along with another file",)
            counts.append(InputCount(name, digest, found.rows, found.rows, 0, 0, found.id, told))
            continue
        access = next(remaining)
        notes = found.format.notes(found.source) if found.format.notes else ()
        counts.append(count_of(access.parts, name, digest, found.id, (*notes, *access.notes)))
        for what, times in access.not_accesses.items():
            others[what] = others.get(what, 0) + times
    return tuple(counts), others


def guessed_in(database: duckdb.DuckDBPyConnection, part: Part) -> int:
    """How many rows have a local time that a clock change left open."""
    return int(database.execute(f"SELECT count(*) FILTER (guessed) FROM {parquet(part.parquet)}").fetchall()[0][0])
