"""A week of a large clinic as the web application reviews it: kept logs put together, tables made feeds, judged.

One million accesses in the week, 200,000 assignments, 100,000 patients; then the same week at the end of nine.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import pyarrow.parquet as pq

from bench import big_clinic
from chartwarden.kernel.progress import Quiet
from chartwarden.logs.contracts import FeedRead, LogRead, Span, StoredLog
from chartwarden.logs.services import feed_from_rows, gather, read_feed, read_log
from chartwarden.review.folder import open_folder
from chartwarden.review.queries import feeds
from chartwarden.review.services import review_tables

ROWS = 1_000_000
WEEKS = 9


def run(rows: int = ROWS) -> Iterator[dict[str, Any]]:
    """Figures as they come. The review ends when cases and judged accesses are there."""
    with TemporaryDirectory(prefix="chartwarden-bench-") as place:
        week = _Clinic(Path(place), rows, 1)
        yield _figure("log_read_for_preview", week.read_seconds, "s", "≤ 5")
        yield _figure("feeds_from_rows", week.feeds_from_rows(), "s", "≤ 1")
        yield _figure("week_review_of_million", week.review(0), "s", "≤ 6")
    with TemporaryDirectory(prefix="chartwarden-bench-") as place:
        yield _figure(
            "week_review_with_eight_before", _Clinic(Path(place), WEEKS * rows, WEEKS).review(56), "s", "none"
        )


class _Clinic:
    """A large clinic read and kept, a log a clinic."""

    def __init__(self, folder: Path, rows: int, weeks: int) -> None:
        days, big_clinic.DAYS = big_clinic.DAYS, 7 * weeks
        try:
            big_clinic.make(folder / "clinic", rows)
        finally:
            big_clinic.DAYS = days
        self._folder = folder
        inputs = open_folder(folder / "clinic")
        self._clinic, zone = inputs.clinic, inputs.clinic.time_zone
        first = date.fromisoformat(big_clinic.FIRST_DAY) + timedelta(days=7 * (weeks - 1))
        self._week = (first, first + timedelta(days=6))
        self._feeds: dict[str, FeedRead] = {}
        for feed in feeds():
            self._feeds[feed.name] = read_feed(feed, inputs.feeds[feed.name], zone, self._scratch("feeds"), Quiet())
        began = perf_counter()
        read: LogRead = read_log(inputs.accesses, zone, self._scratch("log"), Quiet())
        self.read_seconds = perf_counter() - began
        self._stored = StoredLog(read.parquet, read.counts, read.quarantined, read.not_accesses)

    def feeds_from_rows(self) -> float:
        """Seconds to make feeds of the two large tables, as a database gives their rows."""
        rows = {name: pq.read_table(self._feeds[name].parquet).to_pylist() for name in ("assignments", "patients")}
        began = perf_counter()
        for feed in feeds():
            if feed.name in rows:
                feed_from_rows(feed, rows[feed.name], self._scratch("rows"))
        return perf_counter() - began

    def review(self, lookback_days: int) -> float:
        """Seconds from kept logs to cases and judged accesses, the best of two."""
        times = []
        for number in range(2):
            scratch = self._scratch(f"review-{number}")
            began = perf_counter()
            logs = gather([self._stored], self._clinic.time_zone, scratch, Span())
            review_tables(
                self._clinic, logs, self._feeds, week=self._week, lookback_days=lookback_days, scratch=scratch
            )
            times.append(perf_counter() - began)
        return min(times)

    def _scratch(self, name: str) -> Path:
        place = self._folder / name
        place.mkdir(exist_ok=True)
        return place


def _figure(name: str, value: float, unit: str, goal: str) -> dict[str, Any]:
    return {"name": name, "figure": round(value, 2), "unit": unit, "goal": goal}
