"""An access log into canonical Parquet: fast where its format can and the file holds no fault, else with care."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from operator import attrgetter
from pathlib import Path

import duckdb
import numpy as np
import pyarrow.parquet as pq

from chartwarden.kernel.errors import InputRefused
from chartwarden.logs.contracts import (
    ACCESS_SCHEMA,
    AccessEvent,
    LogFormat,
    Quarantined,
    QuarantinedRow,
    Source,
)
from chartwarden.logs.engine import name, parquet, text, write
from chartwarden.logs.parts import Lines, Part, PartWriter, nulls
from chartwarden.logs.pieces import SIZE, pieces

# Below this many bytes the careful way is as quick as the fast one.
SMALL = 1 << 20
COLUMNS = tuple(column for column in ACCESS_SCHEMA.names if column != "file")
REQUIRED = tuple(field.name for field in ACCESS_SCHEMA if not field.nullable)
_values = attrgetter(*COLUMNS)
BEGINS, ENDS = datetime(2000, 1, 1), datetime(2100, 1, 1)
"""No access log is older, and none is of the future: what says so has a wrong clock, and would make weeks by the
thousand to be reviewed. Naive UTC, the end excluded."""


@dataclass
class AccessPart:
    """An access log in Parquet of ACCESS_SCHEMA, in one part or several in the order of its rows.

    ``not_accesses`` counts the rows that are no accesses, by what they are.
    """

    parts: list[Part]
    not_accesses: dict[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def write_accesses(
    database: duckdb.DuckDBPyConnection,
    found: LogFormat,
    source: Source,
    target: Path,
    small: int = SMALL,
    piece: int = SIZE,
) -> AccessPart:
    """Read ``source`` in that format into ``target``, or into several files named after it.

    A file of ``small`` bytes or more goes the fast way; if that finds a fault, by pieces of ``piece`` bytes. Raises
    InputRefused where the file as a whole can't be used; then there is no ``target``.
    """
    size = source.path.stat().st_size
    fast = read_fast(database, found, source, target) if size >= small else None
    if fast is None and size > piece:
        fast = read_pieces(database, found, source, target, piece)
    return fast or read_careful(found, source, target)


def read_pieces(
    database: duckdb.DuckDBPyConnection, found: LogFormat, source: Source, target: Path, size: int
) -> AccessPart | None:
    """Each piece by the fast way or, where it holds a fault, with care.

    None where the file can't be cut, or a piece would be refused: what is true of a piece need not be of the whole.
    """
    header_lines = found.header_lines(source) if found.header_lines else None
    if header_lines is None:
        return None
    whole = AccessPart([])
    try:
        for piece in pieces(source.path, header_lines, target.with_suffix(".piece"), size):
            part_source = replace(source, path=piece.path)
            part_target = target.with_name(f"{target.stem}-{len(whole.parts):05}.parquet")
            read = read_fast(database, found, part_source, part_target) or read_careful(found, part_source, part_target)
            _add(whole, read, piece.offset)
    except InputRefused:
        for part in whole.parts:
            part.parquet.unlink()
        return None
    return whole


def _add(whole: AccessPart, read: AccessPart, offset: int) -> None:
    (part,) = read.parts
    part.offset = offset
    part.quarantined = [replace(row, line=row.line + offset) for row in part.quarantined]
    whole.parts.append(part)
    for what, times in read.not_accesses.items():
        whole.not_accesses[what] = whole.not_accesses.get(what, 0) + times


def read_fast(database: duckdb.DuckDBPyConnection, found: LogFormat, source: Source, target: Path) -> AccessPart | None:
    """The format's own SELECT; None where it has none, or the file holds a fault."""
    select = found.fast(source) if found.fast else None
    if select is None:
        return None
    columns = ", ".join(name(column) for column in COLUMNS)
    try:
        database.execute(write(f"SELECT {columns}, {text(source.name)} AS file FROM ({select})", target))
    except duckdb.Error:
        target.unlink(missing_ok=True)
        return None
    if any(nulls(target, column) for column in REQUIRED):
        target.unlink()
        return None
    outside = f"SELECT count(*) FROM {parquet(target)} WHERE NOT (occurred_at >= ? AND occurred_at < ?)"
    if database.execute(outside, [BEGINS, ENDS]).fetchall()[0][0]:
        target.unlink()
        return None
    rows = pq.read_metadata(target).num_rows
    expected = found.count(source) if found.count else None
    if expected not in (None, rows):
        target.unlink()
        return None
    return AccessPart([Part(source.name, target, partial(_event_lines, found, source), rows)])


def read_careful(found: LogFormat, source: Source, target: Path) -> AccessPart:
    """The format's own rows, one by one."""
    quarantined: list[QuarantinedRow] = []
    others: dict[str, int] = {}
    rows, before = 0, None
    with PartWriter(target, ACCESS_SCHEMA) as writer:
        for row in found.read(source):
            rows += row.line != before
            before = row.line
            if isinstance(row, AccessEvent) and not BEGINS <= row.occurred_at < ENDS:
                quarantined.append(QuarantinedRow(source.name, row.line, _untimely(row)))
            elif isinstance(row, AccessEvent):
                writer.add(row.line, (*_values(row), source.name))
            elif isinstance(row, Quarantined):
                quarantined.append(QuarantinedRow(source.name, row.line, row.reason))
            else:
                others[row.what] = others.get(row.what, 0) + 1
    return AccessPart([Part(source.name, target, writer.lines, rows, 0, True, quarantined)], others)


def _untimely(row: AccessEvent) -> str:
    return f"occurred_at: expected a time from {BEGINS.year} to {ENDS.year - 1}; found {row.occurred_at.isoformat()!r}"


def _event_lines(found: LogFormat, source: Source) -> Lines:
    return np.fromiter((row.line for row in found.read(source) if isinstance(row, AccessEvent)), dtype=np.int64)
