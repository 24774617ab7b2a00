"""Only the asked-for days of a Parquet log: its statistics let whole row groups be passed over unread."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from chartwarden.logs.contracts import Source, Span
from chartwarden.logs.engine import name, parquet, text

COLUMN = "occurred_at"
MARGIN = timedelta(days=2)
"""Kept on either side: the column may be local time, and what is close to the period may matter to it."""


def cut(
    database: duckdb.DuckDBPyConnection, source: Source, span: Span, target: Path
) -> tuple[Source, tuple[str, ...]]:
    """The source with only the rows around ``span``, written to ``target``, and a note of what was left out.

    Anything but a Parquet file with a timestamp column ``occurred_at`` comes back as it is.
    """
    kind = _kind(source.path)
    if kind is None or span == Span():
        return source, ()
    sql_type = "TIMESTAMPTZ" if kind.tz else "TIMESTAMP"
    limits = [
        f"{name(COLUMN)} {sign} {sql_type} {text(f'{moment:%Y-%m-%d %H:%M:%S}' + ('+00' if kind.tz else ''))}"
        for sign, moment in ((">=", span.begins and span.begins - MARGIN), ("<", span.ends and span.ends + MARGIN))
        if moment is not None
    ]
    kept = f"SELECT * FROM {parquet(source.path)} WHERE {' AND '.join(limits)} OR {name(COLUMN)} IS NULL"
    database.execute(f"COPY ({kept}) TO {text(target.as_posix())}")
    left = pq.read_metadata(source.path).num_rows - pq.read_metadata(target).num_rows
    note = f"{left:,} rows are further than {MARGIN.days} days from the asked-for ones and were not looked at"
    return replace(source, path=target), (note,) if left else ()


def _kind(path: Path) -> pa.DataType | None:
    try:
        kind = pq.read_schema(path).field(COLUMN).type
    except (pa.ArrowException, KeyError, OSError):
        return None
    return kind if pa.types.is_timestamp(kind) else None
