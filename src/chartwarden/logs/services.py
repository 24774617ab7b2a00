"""Reading a folder's feeds and access logs into the canonical tables."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow.parquet as pq

from chartwarden.kernel.progress import Progress
from chartwarden.logs.contracts import AccessesRead, Feed, FeedRead, InputCount, Source
from chartwarden.logs.engine import connect, name, parquet, text
from chartwarden.logs.formats import plain
from chartwarden.logs.tables.files import fast_select
from chartwarden.logs.tables.typed import SOUND


def read_feed(feed: Feed, path: Path, zone: ZoneInfo, scratch: Path, progress: Progress) -> FeedRead:
    """Read one feed file into Parquet in ``scratch``. Raises InputRefused where the file can't be used."""
    progress.stage(f"reading {path.name}")
    target = scratch / f"{feed.name}.parquet"
    select = fast_select(feed, path, path.name, zone)
    columns = ", ".join(name(column.name) for column in feed.columns)
    connect(scratch).execute(
        f"COPY (SELECT {columns} FROM ({select}) WHERE {name(SOUND)}) TO {text(target.as_posix())}"
    )
    rows = pq.read_metadata(target).num_rows
    count = InputCount(path.name, _sha256(path), rows, rows, 0, 0)
    return FeedRead(target, count, (), tuple(column.name for column in feed.columns))


def read_accesses(
    paths: Sequence[Path], zone: ZoneInfo, scratch: Path, progress: Progress, format_id: str | None = None
) -> AccessesRead:
    """Read access logs into Parquet files of ACCESS_SCHEMA in ``scratch``, in the order of files and rows."""
    targets: list[Path] = []
    counts: list[InputCount] = []
    guessed = 0
    for at, path in enumerate(paths):
        progress.stage(f"reading {path.name}")
        target = scratch / f"accesses-{at:05}.parquet"
        select = plain.fast(Source(path.name, path, zone))
        database = connect(scratch)
        database.execute(f"COPY (SELECT *, {text(path.name)} AS file FROM ({select})) TO {text(target.as_posix())}")
        rows = pq.read_metadata(target).num_rows
        found = database.execute(f"SELECT count(*) FILTER (guessed) FROM {parquet(target)}").fetchone()
        guessed += found[0] if found else 0
        targets.append(target)
        counts.append(InputCount(path.name, _sha256(path), rows, rows, 0, 0))
    return AccessesRead(tuple(targets), tuple(counts), (), guessed, {})


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
