"""Reading access logs: all of a folder's together, or one upload by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from chartwarden.kernel.progress import Progress
from chartwarden.logs.canonical import AccessPart, write_accesses
from chartwarden.logs.contracts import ACCESS_SCHEMA, AccessesRead, InputCount, LogRead, Span
from chartwarden.logs.counting import counts_of, guessed_in
from chartwarden.logs.coverage import cover
from chartwarden.logs.cutting import cut
from chartwarden.logs.deduplication import Identity, take_out_duplicates
from chartwarden.logs.digests import sha256
from chartwarden.logs.engine import connect, parquet
from chartwarden.logs.lines import keep_lines
from chartwarden.logs.parts import Part
from chartwarden.logs.queries import formats
from chartwarden.logs.recognition import Recognised, names_of, recognise_all
from chartwarden.logs.unreadable import refuse_unreadable

EVERYTHING = Span()
ACCESS_IDENTITY = Identity(("event",), tuple(column for column in ACCESS_SCHEMA.names if column != "file"))


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
    read = _read(paths, zone, scratch, progress, format_id, span)
    covered = cover([(part.file, part.parquet) for part in read.parts], zone, scratch)
    quarantined = tuple(row for part in read.parts for row in part.quarantined)
    files = tuple(part.parquet for part in read.parts)
    return AccessesRead(files, read.counts, quarantined, read.guessed, read.not_accesses, covered)


def read_log(
    paths: Sequence[Path], zone: ZoneInfo, scratch: Path, progress: Progress, format_id: str | None = None
) -> LogRead:
    """Read one upload by itself, to be shown before it counts and kept after. ``scratch`` is a folder of its own.

    Raises InputRefused as ``read_accesses`` does.
    """
    read = _read(paths, zone, scratch, progress, format_id, EVERYTHING, with_lines=True)
    progress.stage("looking for gaps")
    covered = cover([(part.file, part.parquet) for part in read.parts], zone, scratch)
    first_at, logins, last_seen, days = _contents(read.parts, zone, scratch)
    between = [days[0] + timedelta(days=at) for at in range((days[-1] - days[0]).days)] if days else []
    present = set(days)
    found = next(count.format for count in read.counts if count.sha256)
    return LogRead(
        format=found,
        title=formats()[found].title,
        parquet=tuple(part.parquet for part in read.parts),
        counts=read.counts,
        quarantined=tuple(row for part in read.parts for row in part.quarantined),
        not_accesses=read.not_accesses,
        guessed=read.guessed,
        first_at=first_at,
        last_at=max(last_seen.values(), default=None),
        days=tuple(days),
        days_missing=tuple(day for day in between if day not in present),
        logins=logins,
        last_seen=last_seen,
        coverage=covered,
    )


@dataclass(frozen=True)
class _Read:
    parts: list[Part]
    counts: tuple[InputCount, ...]
    not_accesses: Mapping[str, int]
    guessed: int


def _read(
    paths: Sequence[Path],
    zone: ZoneInfo,
    scratch: Path,
    progress: Progress,
    format_id: str | None,
    span: Span,
    with_lines: bool = False,
) -> _Read:
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
        if with_lines:
            for part in parts:
                keep_lines(part)
        take_out_duplicates(database, parts, ACCESS_IDENTITY)
        guessed = sum(guessed_in(database, part) for part in parts)
    digested = [digest.result() for digest in digests]
    counts, others = counts_of([names[path] for path in paths], recognised, digested, read)
    return _Read(parts, counts, others, guessed)


# All zones' offsets are whole quarters of an hour, so a quarter lies within one local day.
QUARTERS = """
SELECT DISTINCT date_trunc('hour', occurred_at) + extract(minute FROM occurred_at) // 15 * INTERVAL 15 MINUTE AS quarter
FROM {file}
"""
LOGINS = "SELECT actor, count(*) AS accesses, min(occurred_at), max(occurred_at) FROM {file} GROUP BY actor"


def _contents(
    parts: Sequence[Part], zone: ZoneInfo, scratch: Path
) -> tuple[datetime | None, dict[str, int], dict[str, datetime], list[date]]:
    """First instant, accesses by login (the busiest first), the last instant of each, and local days with any."""
    logins: dict[str, int] = {}
    last_seen: dict[str, datetime] = {}
    begins: list[datetime] = []
    quarters: set[datetime] = set()
    with connect(scratch) as database:
        for part in parts:
            file = parquet(part.parquet)
            for actor, accesses, first, last in database.execute(LOGINS.format(file=file)).fetchall():
                logins[actor] = logins.get(actor, 0) + accesses
                last_seen[actor] = max(last, last_seen.get(actor, last))
                begins.append(first)
            quarters |= {row[0] for row in database.execute(QUARTERS.format(file=file)).fetchall()}
    days = sorted({quarter.replace(tzinfo=UTC).astimezone(zone).date() for quarter in quarters})
    busiest = dict(sorted(logins.items(), key=lambda item: (-item[1], item[0])))
    return min(begins, default=None), busiest, last_seen, days
