"""A feed's columns as Arrow types."""

from __future__ import annotations

import pyarrow as pa

from chartwarden.logs.contracts import Feed

TYPES = {
    "id": pa.string(),
    "text": pa.string(),
    "word": pa.string(),
    "words": pa.list_(pa.string()),
    "instant": pa.timestamp("us"),
    "date": pa.date32(),
    "time": pa.int32(),
    "flag": pa.bool_(),
    "number": pa.float64(),
}
SQL_TYPES = {
    "id": "VARCHAR",
    "text": "VARCHAR",
    "word": "VARCHAR",
    "words": "VARCHAR[]",
    "instant": "TIMESTAMP",
    "date": "DATE",
    "time": "INTEGER",
    "flag": "BOOLEAN",
    "number": "DOUBLE",
}


def schema(feed: Feed) -> pa.Schema:
    """The feed's Parquet: all of its columns, in its order. Instants are UTC, times minutes since midnight."""
    return pa.schema([pa.field(column.name, TYPES[column.kind]) for column in feed.columns])
