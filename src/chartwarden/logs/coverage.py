"""What a log does not hold: hours without rows, clock jumps, rows written down before they happened.

45 CFR 164.312(b) asks that recording be on; a log cannot show that by what it holds, only by where it is silent.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from chartwarden.logs.engine import connect, parquet, text

HOUR = timedelta(hours=1)
WEEKS_ALIKE = 3
"""An hour is expected to hold rows when the same hour of the week did in so many other weeks, and in most of them."""

HOURS = "SELECT date_trunc('hour', occurred_at) AS hour, count(*) AS rows FROM {file} GROUP BY hour"
EARLY = "SELECT count(*) FROM {file} WHERE recorded_at < occurred_at - INTERVAL 60 SECOND"
# Blocks of rows stand for rows: a window over every row of a large log would take as long as the review.
BLOCKS = """
SELECT file_row_number // 1000 AS block, min(occurred_at) AS first_at, max(occurred_at) AS last_at
FROM read_parquet({file}, file_row_number = true) GROUP BY block ORDER BY block
"""
IN_ORDER = """
SELECT count(*) FILTER (s.moment >= s.before) / greatest(count(s.before), 1) FROM (
  SELECT occurred_at AS moment, lag(occurred_at) OVER (ORDER BY file_row_number) AS before
  FROM read_parquet({file}, file_row_number = true) WHERE file_row_number < 100000
) AS s
"""
ORDERLY = 0.99


@dataclass(frozen=True)
class Silence:
    """A stretch of whole hours (naive UTC, the end excluded) without a row, where other weeks have rows."""

    begins: datetime
    ends: datetime


@dataclass(frozen=True)
class LogCoverage:
    """What there is to say of the logs together. ``jumps`` are instants (naive UTC) at which a file's time went back."""

    silences: tuple[Silence, ...]
    jumps: tuple[tuple[str, datetime], ...]
    recorded_early: int


def cover(files: Sequence[tuple[str, Path]], zone: ZoneInfo, scratch: Path) -> LogCoverage:
    """Look over canonical Parquet files (with their inputs' names). Hours are judged by the clinic's local week."""
    hours: Counter[datetime] = Counter()
    jumps: list[tuple[str, datetime]] = []
    early = 0
    with connect(scratch) as database:
        for file, path in files:
            table = parquet(path)
            hours.update(dict(database.execute(HOURS.format(file=table)).fetchall()))
            early += database.execute(EARLY.format(file=table)).fetchall()[0][0]
            place = text(path.as_posix())
            if database.execute(IN_ORDER.format(file=place)).fetchall()[0][0] >= ORDERLY:
                blocks = database.execute(BLOCKS.format(file=place)).fetchall()
                jumps += [(file, moment) for moment in steps_back([(first, last) for _, first, last in blocks])]
    return LogCoverage(tuple(silences(hours, zone)), tuple(sorted(jumps)), early)


def steps_back(blocks: Iterable[tuple[datetime, datetime]]) -> list[datetime]:
    """Where an orderly file's time went back by an hour or more: the earliest time of each such run. Pure.

    ``blocks`` are the first and last times of successive runs of rows. A clock was set back, or rows were moved.
    """
    found: list[datetime] = []
    latest = None
    for first, last in blocks:
        if latest is not None and first < latest - HOUR:
            found.append(first)
            latest = first
        else:
            latest = last if latest is None else max(latest, last)
    return found


def silences(hours: Iterable[datetime], zone: ZoneInfo) -> list[Silence]:
    """Stretches of hours without rows between the first and the last of ``hours`` (naive UTC, with rows). Pure."""
    held = set(hours)
    if not held:
        return []
    slots: dict[tuple[int, int], list[datetime]] = defaultdict(list)
    every: list[datetime] = []
    hour = min(held)
    while hour <= max(held):
        local = hour.replace(tzinfo=UTC).astimezone(zone)
        slots[local.weekday(), local.hour].append(hour)
        every.append(hour)
        hour += HOUR
    missed = {hour for alike in slots.values() for hour in _missed(alike, held)}
    return _joined([hour for hour in every if hour in missed])


def _missed(alike: Sequence[datetime], held: set[datetime]) -> list[datetime]:
    """The hours without rows of one hour of the week, where that hour nearly always has some."""
    filled = sum(hour in held for hour in alike)
    if filled < WEEKS_ALIKE or 2 * filled <= len(alike):
        return []
    return [hour for hour in alike if hour not in held]


def _joined(hours: Sequence[datetime]) -> list[Silence]:
    found: list[Silence] = []
    for hour in hours:
        if found and found[-1].ends == hour:
            found[-1] = Silence(found[-1].begins, hour + HOUR)
        else:
            found.append(Silence(hour, hour + HOUR))
    return found
