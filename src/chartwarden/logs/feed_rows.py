"""Feeds that come from tables rather than from files: the web application's own records."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from chartwarden.logs.contracts import FEED_TYPES, Column, Feed, FeedRead, InputCount, feed_schema


def feed_from_rows(feed: Feed, rows: Iterable[Mapping[str, Any]], scratch: Path) -> FeedRead:
    """A feed from rows by column name, in values of the columns' kinds; a column that a row lacks is empty.

    An instant may be naive UTC or aware; a time is minutes since midnight or a ``time``. The rows are taken to be
    sound: ``read_feed`` checked them when they were imported. Raises ValueError, naming the column and no value, for
    one of another kind or an empty one that is required.
    """
    given = list(rows)
    columns = [_array(feed, column, [row.get(column.name) for row in given]) for column in feed.columns]
    return _feed(feed, pa.table(columns, schema=feed_schema(feed)), scratch)


def feed_from_table(feed: Feed, table: pa.Table, scratch: Path) -> FeedRead:
    """The same from an Arrow table; columns that it lacks are empty, others of its own are left out."""
    columns = []
    for column, field in zip(feed.columns, feed_schema(feed), strict=True):
        found = table[column.name] if column.name in table.column_names else pa.nulls(table.num_rows, field.type)
        try:
            columns.append(found.cast(field.type))
        except pa.ArrowException:
            raise _wrong(feed, column) from None
    return _feed(feed, pa.table(columns, schema=feed_schema(feed)), scratch)


def _array(feed: Feed, column: Column, values: list[Any]) -> pa.Array:
    if column.kind == "time":
        values = [60 * value.hour + value.minute if isinstance(value, time) else value for value in values]
    try:
        return pa.array(values, FEED_TYPES[column.kind])
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        raise _wrong(feed, column) from None


def _wrong(feed: Feed, column: Column) -> ValueError:
    return ValueError(f"{feed.name}, {column.name}: expected values of kind {column.kind}; found another")


def _feed(feed: Feed, table: pa.Table, scratch: Path) -> FeedRead:
    for column in feed.columns:
        if column.required and table[column.name].null_count:
            raise ValueError(f"{feed.name}, {column.name}: expected a value in every row; found none in some")
    table = _in_order(feed, table)
    path = scratch / f"{feed.name}.parquet"
    pq.write_table(table, path, compression="none", use_dictionary=False, write_statistics=False)
    count = InputCount(feed.name, _digest(table), table.num_rows, table.num_rows, 0, 0, "table")
    filled = [name for name in table.column_names if table[name].null_count < table.num_rows]
    required = {column.name for column in feed.columns if column.required}
    present = tuple(name for name in table.column_names if name in filled or name in required)
    return FeedRead(path, count, (), present)


def _in_order(feed: Feed, table: pa.Table) -> pa.Table:
    """The rows in an order of their own, so that a database's order changes neither digest nor findings."""
    keys = feed.key or [column.name for column in feed.columns if column.kind != "words"]
    return table.sort_by([(name, "ascending") for name in keys]).combine_chunks()


def _digest(table: pa.Table) -> str:
    """SHA-256 of the rows as an Arrow IPC stream: the same rows have the same digest."""
    digest = hashlib.sha256()
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    digest.update(sink.getvalue())
    return digest.hexdigest()
