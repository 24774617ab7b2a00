"""A feed file into typed Parquet: fast where it is large and holds no fault, else with care."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import numpy as np

from chartwarden.logs.contracts import Feed, QuarantinedRow, feed_schema
from chartwarden.logs.engine import name, write
from chartwarden.logs.parts import Lines, Part, PartWriter
from chartwarden.logs.tables.files import Table, read_rows
from chartwarden.logs.tables.rows import RowReader, Texts, Values
from chartwarden.logs.tables.typed import GUESSED, SOUND
from chartwarden.logs.tables.values import RowFault

# Below this many bytes the careful way is as quick as the fast one.
SMALL = 1 << 20


def read_table(
    database: duckdb.DuckDBPyConnection, feed: Feed, table: Table, path: Path, file: str, zone: ZoneInfo, target: Path
) -> Part:
    """The feed file at ``path`` into ``target``. Raises InputRefused where it can't be used as a whole."""
    fast = read_fast(database, feed, table, file, zone, target) if path.stat().st_size >= SMALL else None
    return fast or read_careful(feed, table, file, zone, target)


def read_fast(
    database: duckdb.DuckDBPyConnection, feed: Feed, table: Table, file: str, zone: ZoneInfo, target: Path
) -> Part | None:
    """The feed by DuckDB; None where its file holds a fault, or what only the careful way knows."""
    select = table.select(zone)
    if select is None:
        return None
    counts = f"count(*), count(*) FILTER (NOT {name(SOUND)}), count(*) FILTER ({name(GUESSED)})"
    columns = ", ".join(name(column.name) for column in feed.columns)
    try:
        rows, faulty, guessed = database.execute(f"SELECT {counts} FROM ({select})").fetchall()[0]
        if faulty or rows != table.count():
            return None
        database.execute(write(f"SELECT {columns} FROM ({select})", target))
    except duckdb.Error:
        target.unlink(missing_ok=True)
        return None
    return Part(file, target, partial(_lines, table), rows, guessed)


def read_careful(feed: Feed, table: Table, file: str, zone: ZoneInfo, target: Path) -> Part:
    """The feed row by row. Raises InputRefused where the file as a whole can't be used; then there is no Parquet."""
    reader = RowReader(feed, zone)

    def read(line: int, texts: Texts) -> Values:  # noqa: ARG001
        return reader.read(texts)

    rows = guessed = 0
    quarantined: list[QuarantinedRow] = []
    with PartWriter(target, feed_schema(feed)) as writer:
        for line, found in read_rows(table, file, read):
            rows += 1
            if isinstance(found, RowFault):
                quarantined.append(QuarantinedRow(file, line, str(found)))
            else:
                guessed += found.guessed
                writer.add(line, found.values)
    return Part(file, target, writer.lines, rows, guessed, quarantined=quarantined)


def _lines(table: Table) -> Lines:
    return np.fromiter((line for line, _ in table.rows(lambda line, texts: None)), dtype=np.int64)  # noqa: ARG005
