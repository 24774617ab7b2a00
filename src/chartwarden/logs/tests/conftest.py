"""What the tests of the logs room share: a small good file, and how to read bytes as a feed or an access log."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from chartwarden.kernel.progress import Quiet
from chartwarden.kernel.zones import zone
from chartwarden.logs.contracts import AccessesRead, Column, Feed, FeedRead
from chartwarden.logs.services import read_accesses, read_feed

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
        Column("reason", "text", "why"),
    ),
    key=("assignment",),
    ordered=(("assigned_at", "ended_at"),),
)
HEADER = b"assignment,patient,kind,assigned_at,ended_at,due_on,starts,logins,urgent,pages,reason\n"


@pytest.fixture
def feed(tmp_path: Path) -> Callable[..., FeedRead]:
    """Read bytes as the assignments feed."""

    def read(content: bytes, name: str = "assignments.csv") -> FeedRead:
        path = tmp_path / name
        path.write_bytes(content)
        scratch = tmp_path / "scratch"
        scratch.mkdir(exist_ok=True)
        return read_feed(ASSIGNMENTS, path, CHICAGO, scratch, Quiet())

    return read


@pytest.fixture
def accesses(tmp_path: Path) -> Callable[..., AccessesRead]:
    """Read bytes as access logs, given by name."""

    def read(format_id: str | None = None, **contents: bytes) -> AccessesRead:
        folder = tmp_path / "in"
        folder.mkdir(exist_ok=True)
        paths = []
        for name, content in contents.items():
            path = folder / name.replace("_", ".")
            path.write_bytes(content)
            paths.append(path)
        scratch = tmp_path / "scratch"
        scratch.mkdir(exist_ok=True)
        return read_accesses(paths, CHICAGO, scratch, Quiet(), format_id)

    return read


def rows(parquet: Path) -> list[dict[str, object]]:
    """The rows of a Parquet file."""
    return pq.read_table(parquet).to_pylist()
