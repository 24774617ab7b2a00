"""Reading a folder's feeds and access logs into the canonical tables."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from chartwarden.kernel.progress import Progress
from chartwarden.logs.canonical import AccessPart, write_accesses
from chartwarden.logs.contracts import (
    ACCESS_SCHEMA,
    AccessesRead,
    Feed,
    FeedRead,
    InputCount,
    Span,
)
from chartwarden.logs.coverage import cover
from chartwarden.logs.cutting import cut
from chartwarden.logs.deduplication import Identity, take_out_duplicates
from chartwarden.logs.engine import connect, parquet
from chartwarden.logs.opening import open_input
from chartwarden.logs.parts import Part
from chartwarden.logs.recognition import ReadAlong, Recognised, names_of, recognise_all
from chartwarden.logs.references import take_out_strangers
from chartwarden.logs.tables.files import open_table
from chartwarden.logs.tables.reading import read_table
from chartwarden.logs.unreadable import refuse_unreadable
from chartwarden.logs.vault import sha256, store, verify

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
    count = _count([part], path.name, sha256(path), "plain", header.notes)
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
    file can't be used, or not one row of it can be read.
    """
    progress.stage("recognising access logs")
    names = names_of(paths)
    recognised = recognise_all(paths, zone, scratch, format_id)
    read: list[AccessPart] = []
    # Hashing needs one core only, so it is done while a single one is busy anyway.
    with ThreadPoolExecutor(1) as hashing, connect(scratch) as database:
        digests = [hashing.submit(sha256, path) for path in paths]
        for at, found in enumerate(recognised):
            if isinstance(found, Recognised):
                progress.stage(f"reading {found.source.name}")
                source, left_out = cut(database, found.source, span, scratch / f"cut-{at:05}.parquet")
                target = scratch / f"accesses-{at:05}.parquet"
                read.append(replace(write_accesses(database, found.format, source, target), notes=left_out))
        refuse_unreadable([found for found in recognised if isinstance(found, Recognised)], read)
        progress.stage("looking for duplicates")
        parts = [part for access in read for part in access.parts]
        take_out_duplicates(database, parts, ACCESS_IDENTITY)
        guessed = sum(_guessed(database, part) for part in parts)
    covered = cover([(part.file, part.parquet) for part in parts], zone, scratch)
    counts, others = _counts([names[path] for path in paths], recognised, [digest.result() for digest in digests], read)
    quarantined = tuple(row for part in parts for row in part.quarantined)
    return AccessesRead(tuple(part.parquet for part in parts), counts, quarantined, guessed, others, covered)


def vault_store(path: Path, vault: Path) -> str:
    """Keep a file's bytes as received in the vault, and return their SHA-256.

    The web application keeps raw files there. Raises InputRefused where the file can't be read.
    """
    return store(path, vault)


def vault_verify(digest: str, vault: Path) -> bool:
    """Whether the vault, where the web application keeps raw files, holds exactly the bytes of that SHA-256."""
    return verify(digest, vault)


def _counts(
    names: Sequence[str],
    recognised: Sequence[Recognised | ReadAlong],
    digests: Sequence[str],
    read: Sequence[AccessPart],
) -> tuple[tuple[InputCount, ...], dict[str, int]]:
    """The inputs as counted, and the rows that are no accesses by what they are."""
    counts: list[InputCount] = []
    others: dict[str, int] = {}
    remaining = iter(read)
    for name, found, digest in zip(names, recognised, digests, strict=True):
        if isinstance(found, ReadAlong):
            told = ("read along with another file",)
            counts.append(InputCount(name, digest, found.rows, found.rows, 0, 0, found.id, told))
            continue
        access = next(remaining)
        notes = found.format.notes(found.source) if found.format.notes else ()
        counts.append(_count(access.parts, name, digest, found.id, (*notes, *access.notes)))
        for what, times in access.not_accesses.items():
            others[what] = others.get(what, 0) + times
    return tuple(counts), others


def _guessed(database: duckdb.DuckDBPyConnection, part: Part) -> int:
    return int(database.execute(f"SELECT count(*) FILTER (guessed) FROM {parquet(part.parquet)}").fetchall()[0][0])


def _count(parts: Sequence[Part], name: str, digest: str, format_id: str, notes: tuple[str, ...]) -> InputCount:
    rows = sum(part.rows for part in parts)
    quarantined = sum(len(part.quarantined) for part in parts)
    duplicates = sum(part.duplicates for part in parts)
    read = rows - quarantined - duplicates
    return InputCount(name, digest, rows, read, quarantined, duplicates, format_id, notes)
