"""Review one week with the weeks before it at hand: detectors that learn what is usual need some.

What the weeks before change, beyond what a review of the week alone would say:
- habits (outside_working_hours), usual volumes (volume_above_queue) and creep (slow_creep) are learned from them; that
  is what they are for. volume_above_queue keeps its share of false days over all the days looked at;
- a pair of coder and patient holds its looks of all those weeks, so coming back counts, and a case tells of the
  earlier looks too, also of those that were decided in an earlier review;
- detectors that tell so many pairs singly may tell as many more, by the number of weeks (``most_pairs``).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa

from chartwarden.kernel.errors import refuse
from chartwarden.kernel.progress import Progress, Quiet
from chartwarden.logs.contracts import AccessesRead, FeedRead
from chartwarden.review.assembling import assemble, plan
from chartwarden.review.cases import Draft
from chartwarden.review.contracts import Clinic, Coverage, Detector, DetectorRun, Findings, Period, Signal, WeekReview
from chartwarden.review.coverage_notes import coverage_notes
from chartwarden.review.detecting import detect
from chartwarden.review.engines.contracts import Engine
from chartwarden.review.explaining import places
from chartwarden.review.period import midnight
from chartwarden.review.session import Session, detectors, explained_tables
from chartwarden.review.totals import coverage, hours
from chartwarden.review.week import guessed_and_files, make_week, week_loads, week_totals

SCALED = "most_pairs"


def review_tables(
    clinic: Clinic,
    logs: AccessesRead,
    feeds: Mapping[str, FeedRead],
    *,
    week: tuple[date, date],
    lookback_days: int,
    scratch: Path,
    engine: str = "duckdb",
    progress: Progress | None = None,
) -> WeekReview:
    """Review the local days ``week`` (both included), looking back so many days.

    ``feeds`` by name; without workforce and assignments there is no review. ``logs`` should reach back as far.
    ``scratch`` is a folder that exists, of this review's own; ``judged.parquet`` stays in it. Raises InputRefused.
    """
    first, last = week
    if last < first or lookback_days < 0:
        raise refuse(
            "week", "a first day that is not after the last, and no days or more before it", f"{first} to {last}"
        )
    watched = progress or Quiet()
    zone = clinic.time_zone
    period = Period(first, last, midnight(first, zone), midnight(last + timedelta(days=1), zone))
    window = (first - timedelta(days=lookback_days), last)
    with explained_tables(clinic, logs, feeds, window, engine, watched, scratch) as session:
        return _review(session, period, scratch / "judged.parquet", watched)


def _review(session: Session, week: Period, judged: Path, progress: Progress) -> WeekReview:
    engine, prepared, logs, feeds = session.engine, session.prepared, session.logs, session.feeds
    plugged, names = detectors(), places(session.explanations)
    progress.stage("Judging the week's accesses")
    make_week(engine, week, names, judged)
    scaled = _scaled(session.clinic, plugged, prepared.period, week)
    signals, runs = detect(engine, plugged, scaled, prepared, feeds.keys(), progress)
    progress.stage("Putting cases together")
    plans = _of_week(engine, plan(signals, plugged), week)
    findings = Findings(
        clinic=session.clinic,
        period=week,
        engine=engine.name,
        inputs=(*logs.counts, *(feed.count for feed in feeds.values())),
        quarantined=(*logs.quarantined, *(row for feed in feeds.values() for row in feed.quarantined)),
        coverage=_coverage(session, week),
        totals=week_totals(engine),
        detectors=tuple(_recount(runs, plans)),
        cases=tuple(assemble(engine, plans, plugged, prepared, names, session.clinic.time_zone)),
        hours=hours(engine, "week_activity"),
        loads=week_loads(engine),
        names=prepared.names,
    )
    return WeekReview(findings, judged)


def _scaled(clinic: Clinic, plugged: Mapping[str, Detector], window: Period, week: Period) -> Clinic:
    """The clinic with room for as many pairs of each week as a review of that week alone would tell singly."""
    weeks = -(-((window.last_day - window.first_day).days + 1) // ((week.last_day - week.first_day).days + 1))
    thresholds = {name: dict(values) for name, values in clinic.thresholds.items()}
    for name, detector in plugged.items():
        if SCALED in detector.parameters:
            own = thresholds.setdefault(name, {})
            own[SCALED] = weeks * own.get(SCALED, detector.parameters[SCALED])
    return replace(clinic, thresholds=thresholds)


def _of_week(engine: Engine, plans: Sequence[Draft], week: Period) -> list[Draft]:
    numbers = sorted({number for draft in plans for number in draft.accesses})
    engine.arrow("signalled", pa.table({"access": pa.array(numbers, pa.int64())}))
    inside = {
        row["access"]
        for row in engine.rows("SELECT s.access FROM signalled AS s JOIN week AS w ON w.access = s.access")
    }
    return [draft for draft in plans if _is_of_week(draft, inside, week)]


def _is_of_week(draft: Draft, inside: Collection[int], week: Period) -> bool:
    if draft.accesses:
        return any(number in inside for number in draft.accesses)
    return any(_overlaps(signal, week) for signal in draft.signals)


def _overlaps(signal: Signal, week: Period) -> bool:
    return signal.begins < week.ends and signal.ends >= week.begins


def _recount(runs: Sequence[DetectorRun], plans: Sequence[Draft]) -> list[DetectorRun]:
    """What became of each detector, with the signals that the week's cases hold."""
    held: dict[str, int] = {}
    for draft in plans:
        for signal in draft.signals:
            held[signal.detector] = held.get(signal.detector, 0) + 1
    return [replace(run, signals=held.get(run.id, 0)) for run in runs]


def _coverage(session: Session, week: Period) -> Coverage:
    guessed, files = guessed_and_files(session.engine, week)
    notes = coverage_notes(session, week, "week_activity")
    found = coverage(session.engine, session.logs, session.feeds, week, notes, "week_activity")
    systems = {count.format for count in session.logs.counts if count.name in files}
    silent = [
        f"Of the system {system} no rows lie in these days, though the days before hold some. Was it recording?"
        for system in found.systems
        if system not in systems
    ]
    return replace(
        found,
        systems=tuple(sorted(systems)),
        local_times_guessed=guessed + sum(feed.guessed for feed in session.feeds.values()),
        notes=(*silent, *found.notes),
    )
