"""An access log into canonical Parquet: fast where its format can and the file holds no fault, else with care."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from operator import attrgetter
from pathlib import Path

import duckdb
import numpy as np
import pyarrow.parquet as pq

from chartwarden.logs.contracts import (
    ACCESS_SCHEMA,
    AccessEvent,
    LogFormat,
    Quarantined,
    QuarantinedRow,
    Source,
)
from chartwarden.logs.engine import name, text
from chartwarden.logs.parts import Lines, Part, PartWriter, nulls

# Below this many bytes the careful way is as quick as the fast one.
SMALL = 1 << 20
COLUMNS = tuple(column for column in ACCESS_SCHEMA.names if column != "file")
REQUIRED = tuple(field.name for field in ACCESS_SCHEMA if not field.nullable)
_values = attrgetter(*COLUMNS)


@dataclass
class AccessPart:
    """An access log in Parquet of ACCESS_SCHEMA, how many of its rows are no accesses, by what they are, and notes."""

    part: Part
    not_accesses: dict[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def write_accesses(
    database: duckdb.DuckDBPyConnection, found: LogFormat, source: Source, target: Path, small: int = SMALL
) -> AccessPart:
    """Read ``source`` in that format into ``target``.

    Raises InputRefused where the file as a whole can't be used; then there is no ``target``.
    """
    if source.path.stat().st_size >= small:
        fast = read_fast(database, found, source, target)
        if fast is not None:
            return fast
    return read_careful(found, source, target)


def read_fast(database: duckdb.DuckDBPyConnection, found: LogFormat, source: Source, target: Path) -> AccessPart | None:
    """The format's own SELECT; None where it has none, or the file holds a fault."""
    select = found.fast(source) if found.fast else None
    if select is None:
        return None
    columns = ", ".join(name(column) for column in COLUMNS)
    try:
        database.execute(
            f"COPY (SELECT {columns}, {text(source.name)} AS file FROM ({select})) TO {text(target.as_posix())}"
        )
    except duckdb.Error:
        target.unlink(missing_ok=True)
        return None
    if any(nulls(target, column) for column in REQUIRED):
        target.unlink()
        return None
    rows = pq.read_metadata(target).num_rows
    expected = found.count(source) if found.count else None
    if expected not in (None, rows):
        target.unlink()
        return None
    return AccessPart(Part(source.name, target, partial(_event_lines, found, source), rows))


def read_careful(found: LogFormat, source: Source, target: Path) -> AccessPart:
    """The format's own rows, one by one."""
    quarantined: list[QuarantinedRow] = []
    others: dict[str, int] = {}
    rows, before = 0, None
    with PartWriter(target, ACCESS_SCHEMA) as writer:
        for row in found.read(source):
            rows += row.line != before
            before = row.line
            if isinstance(row, AccessEvent):
                writer.add(row.line, (*_values(row), source.name))
            elif isinstance(row, Quarantined):
                quarantined.append(QuarantinedRow(source.name, row.line, row.reason))
            else:
                others[row.what] = others.get(row.what, 0) + 1
    return AccessPart(Part(source.name, target, writer.lines, rows, 0, True, quarantined), others)


def _event_lines(found: LogFormat, source: Source) -> Lines:
    return np.fromiter((row.line for row in found.read(source) if isinstance(row, AccessEvent)), dtype=np.int64)
