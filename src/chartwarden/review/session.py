"""A folder's feeds, read and explained on an engine, ready to be looked at."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pyarrow.parquet as pq

from chartwarden.kernel.errors import Fault, InputRefused, refuse
from chartwarden.kernel.plugins import discover
from chartwarden.kernel.progress import Progress
from chartwarden.logs.contracts import AccessesRead, FeedRead, InputCount, Span, feed_schema
from chartwarden.logs.services import read_accesses, read_feed
from chartwarden.review.contracts import Clinic, Detector, Explanation
from chartwarden.review.deriving import derive
from chartwarden.review.engines.contracts import Engine
from chartwarden.review.engines.duckdb import DuckDBEngine
from chartwarden.review.explaining import explain
from chartwarden.review.feeds import FEEDS, WORKFORCE
from chartwarden.review.folder import ReviewFolder, check_thresholds
from chartwarden.review.period import midnight
from chartwarden.review.prepare import Prepared, load


@dataclass(frozen=True)
class Session:
    """What a review holds while it runs. ``feeds`` are those that the folder has."""

    engine: Engine
    clinic: Clinic
    feeds: Mapping[str, FeedRead]
    logs: AccessesRead
    prepared: Prepared
    explanations: Mapping[str, Explanation]


def explanations() -> dict[str, Explanation]:
    """Every explanation plugged in, by id."""
    return discover("chartwarden.review.explanations", "EXPLANATION", Explanation)


def detectors() -> dict[str, Detector]:
    """Every detector plugged in, by id."""
    return discover("chartwarden.review.detectors", "DETECTOR", Detector)


@contextmanager
def explained(
    inputs: ReviewFolder,
    engine: str,
    progress: Progress,
    days: tuple[date | None, date | None] = (None, None),
    log_format: str | None = None,
) -> Iterator[Session]:
    """Read a folder's feeds and explain its accesses; everything goes away at the end. Raises InputRefused."""
    check_thresholds(inputs.clinic, detectors())
    with tempfile.TemporaryDirectory(prefix="chartwarden-", ignore_cleanup_errors=True) as place:
        scratch = Path(place)
        with _running(engine, scratch) as running:
            feeds, logs = _read(inputs, scratch, days, log_format, progress)
            yield _explain(running, inputs.clinic, feeds, logs, days, scratch, progress)


@contextmanager
def explained_tables(
    clinic: Clinic,
    logs: AccessesRead,
    feeds: Mapping[str, FeedRead],
    days: tuple[date, date],
    engine: str,
    progress: Progress,
    scratch: Path,
) -> Iterator[Session]:
    """Explain accesses that were read before, by feeds that were read before. Raises InputRefused."""
    check_thresholds(clinic, detectors())
    missing = [feed.name for feed in FEEDS if feed.must_exist and feed.name not in feeds]
    if missing:
        raise InputRefused(*(Fault(clinic.name, f"a feed {name}", "none") for name in missing))
    if not logs.parquet:
        raise refuse("accesses", "at least one access log", "none")
    with _running(engine, scratch) as running:
        yield _explain(running, clinic, feeds, logs, days, scratch, progress)


@contextmanager
def _running(name: str, scratch: Path) -> Iterator[Engine]:
    engine = _engine(name, scratch)
    try:
        yield engine
    finally:
        engine.close()


def _explain(
    engine: Engine,
    clinic: Clinic,
    feeds: Mapping[str, FeedRead],
    logs: AccessesRead,
    days: tuple[date | None, date | None],
    scratch: Path,
    progress: Progress,
) -> Session:
    progress.stage("Explaining accesses by the coding queue")
    every = _with_empty(feeds, scratch)
    prepared = load(engine, clinic, logs, every, days)
    reasons = explanations()
    explain(engine, reasons, clinic)
    progress.stage("Looking for links between staff and patients")
    derive(engine, clinic, every, prepared.period)
    return Session(engine, clinic, feeds, logs, prepared, reasons)


def _engine(name: str, scratch: Path) -> Engine:
    if name == "spark":
        from chartwarden.review.engines.spark import SparkEngine  # an extra, and slow to import

        return SparkEngine(scratch)
    return DuckDBEngine(scratch)


def _read(
    inputs: ReviewFolder,
    scratch: Path,
    days: tuple[date | None, date | None],
    log_format: str | None,
    progress: Progress,
) -> tuple[dict[str, FeedRead], AccessesRead]:
    zone = inputs.clinic.time_zone
    feeds: dict[str, FeedRead] = {}
    people: set[str] | None = None
    for feed in FEEDS:
        if feed.name in inputs.feeds:
            feeds[feed.name] = read_feed(feed, inputs.feeds[feed.name], zone, scratch, progress, people)
        if feed is WORKFORCE:
            people = set(pq.read_table(feeds[feed.name].parquet, columns=["person"])["person"].to_pylist())
    first, last = days
    span = Span(
        midnight(first, zone) if first else None,
        midnight(last + timedelta(days=1), zone) if last else None,
    )
    return feeds, read_accesses(inputs.accesses, zone, scratch, progress, log_format, span)


def _with_empty(feeds: Mapping[str, FeedRead], scratch: Path) -> dict[str, FeedRead]:
    """The feeds, with an empty table for each that the folder lacks, so that SQL may name them all."""
    every = dict(feeds)
    for feed in FEEDS:
        if feed.name not in every:
            path = scratch / f"{feed.name}.empty.parquet"
            pq.write_table(feed_schema(feed).empty_table(), path)
            every[feed.name] = FeedRead(path, InputCount(feed.name, "", 0, 0, 0, 0), (), ())
    return every
