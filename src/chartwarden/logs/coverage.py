"""What a log does not hold: hours without rows, clock jumps, rows written down before they happened.

45 CFR 164.312(b) asks that recording be on; a log cannot show that by what it holds, only by where it is silent.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from zoneinfo import ZoneInfo

from chartwarden.logs.contracts import LogCoverage, Silence
from chartwarden.logs.engine import connect, parquet, text

HOUR = timedelta(hours=1)
WEEKS_ALIKE, USUAL_LOGINS = 3, 5
"""An hour is expected to hold rows when in so many weeks that hour held rows of about so many logins (the median).

Logins, not rows: one person at work alone at night takes a break, a clinic at work does not.
"""

HOURS = (
    "SELECT date_trunc('hour', occurred_at) AS hour, approx_count_distinct(actor) AS logins FROM {file} GROUP BY hour"
)
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


def silences(hours: Mapping[datetime, int], zone: ZoneInfo) -> list[Silence]:
    """Stretches of hours without rows between the first and the last of ``hours`` (naive UTC; their logins). Pure."""
    if not hours:
        return []
    slots: dict[tuple[int, int], list[datetime]] = defaultdict(list)
    hour, last = min(hours), max(hours)
    while hour <= last:
        local = hour.replace(tzinfo=UTC).astimezone(zone)
        slots[local.weekday(), local.hour].append(hour)
        hour += HOUR
    return _joined(sorted(hour for alike in slots.values() for hour in _missed(alike, hours)))


def _missed(alike: Sequence[datetime], hours: Mapping[datetime, int]) -> list[datetime]:
    """The hours without rows of one hour of the week, where that hour is a busy one."""
    if len(alike) < WEEKS_ALIKE or median(hours.get(hour, 0) for hour in alike) < USUAL_LOGINS:
        return []
    return [hour for hour in alike if hour not in hours]


def _joined(hours: Sequence[datetime]) -> list[Silence]:
    found: list[Silence] = []
    for hour in hours:
        if found and found[-1].ends == hour:
            found[-1] = Silence(found[-1].begins, hour + HOUR)
        else:
            found.append(Silence(hour, hour + HOUR))
    return found
