"""Review a folder of feeds: read, explain, look, rank, tell."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq

from chartwarden.kernel.plugins import discover
from chartwarden.kernel.progress import Progress, Quiet
from chartwarden.logs.contracts import AccessesRead, FeedRead, InputCount, feed_schema
from chartwarden.logs.services import read_accesses, read_feed
from chartwarden.review.assembling import assemble
from chartwarden.review.contracts import Detector, Explanation, Findings
from chartwarden.review.deriving import derive
from chartwarden.review.detecting import detect
from chartwarden.review.engines.contracts import Engine
from chartwarden.review.engines.duckdb import DuckDBEngine
from chartwarden.review.explaining import explain, places
from chartwarden.review.feeds import FEEDS
from chartwarden.review.folder import ReviewFolder, open_folder
from chartwarden.review.prepare import load
from chartwarden.review.totals import coverage, hours, loads, totals


def explanations() -> dict[str, Explanation]:
    """Every explanation plugged in, by id."""
    return discover("chartwarden.review.explanations", "EXPLANATION", Explanation)


def detectors() -> dict[str, Detector]:
    """Every detector plugged in, by id."""
    return discover("chartwarden.review.detectors", "DETECTOR", Detector)


def make_engine(name: str, scratch: Path) -> Engine:
    """The engine of that name: duckdb or spark."""
    if name == "spark":
        from chartwarden.review.engines.spark import SparkEngine  # Spark is an extra, and slow to import

        return SparkEngine(scratch)
    return DuckDBEngine(scratch)


def review_folder(
    folder: Path,
    *,
    days: tuple[date | None, date | None] = (None, None),
    engine: str = "duckdb",
    log_format: str | None = None,
    progress: Progress | None = None,
) -> Findings:
    """Review all of a folder's accesses between two local days. Raises InputRefused where the folder can't be used."""
    inputs = open_folder(folder)
    with tempfile.TemporaryDirectory(prefix="chartwarden-") as scratch:
        running = make_engine(engine, Path(scratch))
        try:
            return _review(running, inputs, Path(scratch), days, log_format, progress or Quiet())
        finally:
            running.close()


def _review(
    engine: Engine,
    inputs: ReviewFolder,
    scratch: Path,
    days: tuple[date | None, date | None],
    log_format: str | None,
    progress: Progress,
) -> Findings:
    clinic = inputs.clinic
    feeds, logs = _read(inputs, scratch, log_format, progress)
    progress.stage("Explaining accesses by the coding queue")
    every = _with_empty(feeds, scratch)
    prepared = load(engine, clinic, logs, every, days)
    reasons, plugged = explanations(), detectors()
    explain(engine, reasons, clinic)
    progress.stage("Linking staff and patients")
    derive(engine, clinic, every, prepared.period)
    signals, runs = detect(engine, plugged, clinic, prepared, feeds.keys(), progress)
    progress.stage("Putting cases together")
    return Findings(
        clinic=clinic,
        period=prepared.period,
        engine=engine.name,
        inputs=(*logs.counts, *(feed.count for feed in feeds.values())),
        quarantined=(*logs.quarantined, *(row for feed in feeds.values() for row in feed.quarantined)),
        coverage=coverage(engine, logs, feeds, prepared.period, ()),
        totals=totals(engine, places(reasons)),
        detectors=tuple(runs),
        cases=tuple(assemble(engine, signals, plugged, prepared, places(reasons), clinic.time_zone)),
        hours=hours(engine),
        loads=loads(engine),
        names=prepared.names,
    )


def explained_events(folder: Path, engine: str = "duckdb") -> dict[str, str | None]:
    """Each access's event id with the explanation that won, or None. For small folders: it holds every access."""
    inputs = open_folder(folder)
    with tempfile.TemporaryDirectory(prefix="chartwarden-") as scratch:
        running = make_engine(engine, Path(scratch))
        try:
            feeds, logs = _read(inputs, Path(scratch), None, Quiet())
            load(running, inputs.clinic, logs, _with_empty(feeds, Path(scratch)), (None, None))
            explain(running, explanations(), inputs.clinic)
            names = places(explanations())
            rows = running.rows("SELECT e.event, j.place FROM judged AS j JOIN events AS e ON e.access = j.access")
            return {row["event"]: names.get(row["place"]) for row in rows}
        finally:
            running.close()


def _read(
    inputs: ReviewFolder, scratch: Path, log_format: str | None, progress: Progress
) -> tuple[dict[str, FeedRead], AccessesRead]:
    zone = inputs.clinic.time_zone
    feeds = {
        feed.name: read_feed(feed, inputs.feeds[feed.name], zone, scratch, progress)
        for feed in FEEDS
        if feed.name in inputs.feeds
    }
    return feeds, read_accesses(inputs.accesses, zone, scratch, progress, log_format)


def _with_empty(feeds: dict[str, FeedRead], scratch: Path) -> dict[str, FeedRead]:
    """The feeds, with an empty table for each that the folder lacks, so that SQL may name them all."""
    every = dict(feeds)
    for feed in FEEDS:
        if feed.name not in every:
            path = scratch / f"{feed.name}.empty.parquet"
            pq.write_table(feed_schema(feed).empty_table(), path)
            every[feed.name] = FeedRead(path, InputCount(feed.name, "", 0, 0, 0, 0), (), ())
    return every
