"""What the tests of the logs room share."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq

from chartwarden.kernel.zones import zone
from chartwarden.logs.contracts import Column, Feed

CHICAGO = zone("America/Chicago", "test")
ASSIGNMENTS = Feed(
    "assignments",
    (
        Column("assignment", "id", "its id", required=True),
        Column("patient", "id", "the patient", required=True),
        Column("kind", "word", "kind of work", required=True, words=("initial", "audit")),
        Column("assigned_at", "instant", "from", required=True),
        Column("ended_at", "instant", "until"),
        Column("due_on", "date", "the day it is due"),
        Column("starts", "time", "earliest time of day"),
        Column("logins", "words", "logins it is for"),
        Column("urgent", "flag", "whether it is urgent"),
        Column("pages", "number", "how long the chart is"),
        Column("time_zone", "zone", "where"),
        Column("reason", "text", "why"),
    ),
    key=("assignment",),
    ordered=(("assigned_at", "ended_at"), ("due_on", "ended_at")),
)
HEADER = ",".join(column.name for column in ASSIGNMENTS.columns).encode() + b"\n"


def rows(parquet: Path) -> list[dict[str, object]]:
    """The rows of a Parquet file."""
    found: list[dict[str, object]] = pq.read_table(parquet).to_pylist()
    return found
