"""Reading a folder's feeds and access logs into the canonical tables."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from chartwarden.kernel.progress import Progress
from chartwarden.logs.canonical import AccessPart, write_accesses
from chartwarden.logs.contracts import ACCESS_SCHEMA, AccessesRead, Feed, FeedRead, InputCount, LogCoverage, Span
from chartwarden.logs.coverage import cover
from chartwarden.logs.cutting import cut
from chartwarden.logs.deduplication import Identity, take_out_duplicates
from chartwarden.logs.engine import connect, parquet
from chartwarden.logs.opening import open_input
from chartwarden.logs.parts import Part
from chartwarden.logs.recognition import Recognised, recognise_all
from chartwarden.logs.references import take_out_strangers
from chartwarden.logs.tables.files import open_table
from chartwarden.logs.tables.reading import read_table
from chartwarden.logs.vault import sha256

EVERYTHING = Span()
ACCESS_IDENTITY = Identity(("event",), tuple(column for column in ACCESS_SCHEMA.names if column != "file"))


def read_feed(
    feed: Feed, path: Path, zone: ZoneInfo, scratch: Path, progress: Progress, people: Collection[str] | None = None
) -> FeedRead:
    """Read one feed file into Parquet in ``scratch``, a folder that exists.

    A row about a person that is not one of ``people`` is quarantined, where they are given. Raises InputRefused where
    the file can't be used; then nothing is left of it.
    """
    progress.stage(f"reading {path.name}")
    plain = open_input(path, scratch)
    table = open_table(feed, plain, path.name)
    with connect(scratch) as database:
        part = read_table(database, feed, table, plain, path.name, zone, scratch / f"{feed.name}.parquet")
        if people is not None and feed.person:
            take_out_strangers(database, part, feed.person, people, "workforce")
        take_out_duplicates(database, [part], Identity(feed.key, tuple(column.name for column in feed.columns)))
    header = table.header()
    count = _count(part, path, "plain", header.notes)
    present = tuple(column.name for column in feed.columns if column.name in header.places)
    return FeedRead(part.parquet, count, tuple(part.quarantined), present, part.guessed)


def read_accesses(
    paths: Sequence[Path],
    zone: ZoneInfo,
    scratch: Path,
    progress: Progress,
    format_id: str | None = None,
    span: Span = EVERYTHING,
) -> AccessesRead:
    """Read access logs into Parquet files of ACCESS_SCHEMA in ``scratch``, in the order of files and rows.

    The same event or row counts once across all files. A file that a format reads along with another is no input of
    its own. Where a file's own statistics allow it, rows far from ``span`` are not read. Raises InputRefused where a
    file can't be used.
    """
    progress.stage("recognising access logs")
    recognised = recognise_all(paths, zone, scratch, format_id)
    read: list[AccessPart] = []
    with connect(scratch) as database:
        for at, found in enumerate(recognised):
            if isinstance(found, Recognised):
                progress.stage(f"reading {found.source.name}")
                source, left_out = cut(database, found.source, span, scratch / f"cut-{at:05}.parquet")
                target = scratch / f"accesses-{at:05}.parquet"
                read.append(replace(write_accesses(database, found.format, source, target), notes=left_out))
        progress.stage("looking for duplicates")
        take_out_duplicates(database, [access.part for access in read], ACCESS_IDENTITY)
        guessed = sum(_guessed(database, access.part) for access in read)
    covered = cover([(access.part.file, access.part.parquet) for access in read], zone, scratch)
    return _accesses_read(paths, recognised, read, guessed, covered)


def _accesses_read(
    paths: Sequence[Path],
    recognised: Sequence[Recognised | Path],
    read: Sequence[AccessPart],
    guessed: int,
    covered: LogCoverage,
) -> AccessesRead:
    counts: list[InputCount] = []
    others: dict[str, int] = {}
    remaining = iter(read)
    for path, found in zip(paths, recognised, strict=True):
        if isinstance(found, Path):
            counts.append(InputCount(path.name, sha256(path), 0, 0, 0, 0, "", ("read along with another file",)))
            continue
        access = next(remaining)
        notes = found.format.notes(found.source) if found.format.notes else ()
        counts.append(_count(access.part, path, found.id, (*notes, *access.notes)))
        for what, times in access.not_accesses.items():
            others[what] = others.get(what, 0) + times
    quarantined = tuple(row for access in read for row in access.part.quarantined)
    return AccessesRead(tuple(a.part.parquet for a in read), tuple(counts), quarantined, guessed, others, covered)


def _guessed(database: duckdb.DuckDBPyConnection, part: Part) -> int:
    return int(database.execute(f"SELECT count(*) FILTER (guessed) FROM {parquet(part.parquet)}").fetchall()[0][0])


def _count(part: Part, path: Path, format_id: str, notes: tuple[str, ...]) -> InputCount:
    quarantined = len(part.quarantined)
    read = part.rows - quarantined - part.duplicates
    return InputCount(path.name, sha256(path), part.rows, read, quarantined, part.duplicates, format_id, notes)
