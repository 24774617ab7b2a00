"""Review a folder of feeds, or tables that were read before; and the desk's verbs, which work and sign reviews.

The engine needs no database and the desk does, so the desk's verbs are loaded when they are first asked for.
"""

from __future__ import annotations

from datetime import date
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from chartwarden.kernel.progress import Progress, Quiet
from chartwarden.review.assembling import assemble, plan
from chartwarden.review.contracts import Findings
from chartwarden.review.coverage_notes import coverage_notes
from chartwarden.review.detecting import detect
from chartwarden.review.explaining import places
from chartwarden.review.folder import open_folder
from chartwarden.review.report.content import IN_FULL
from chartwarden.review.report.terminal import show
from chartwarden.review.report.writer import claimed, write_reports
from chartwarden.review.session import Session, detectors, explained, explanations
from chartwarden.review.totals import coverage, hours, loads, totals
from chartwarden.review.week_review import review_tables

if TYPE_CHECKING:
    from chartwarden.review.desk.asking import answer_question, ask_question
    from chartwarden.review.desk.deciding import Stale, decide_case, decide_together, reopen_case
    from chartwarden.review.desk.opening import open_reviews
    from chartwarden.review.desk.refreshing import take_findings
    from chartwarden.review.desk.signing import sign_review

__all__ = [
    "Stale",
    "answer_question",
    "ask_question",
    "decide_case",
    "decide_together",
    "detectors",
    "explanations",
    "open_reviews",
    "reopen_case",
    "review_folder",
    "review_into",
    "review_tables",
    "show",
    "sign_review",
    "take_findings",
]
DESK = {
    "asking": ("answer_question", "ask_question"),
    "deciding": ("Stale", "decide_case", "decide_together", "reopen_case"),
    "opening": ("open_reviews",),
    "refreshing": ("take_findings",),
    "signing": ("sign_review",),
}


def __getattr__(name: str) -> object:
    """One of the desk's verbs."""
    for module, names in DESK.items():
        if name in names:
            return getattr(import_module(f"chartwarden.review.desk.{module}"), name)
    raise AttributeError(name)


def review_folder(
    folder: Path,
    *,
    days: tuple[date | None, date | None] = (None, None),
    engine: str = "duckdb",
    log_format: str | None = None,
    progress: Progress | None = None,
) -> Findings:
    """Review all of a folder's accesses between two local days. Raises InputRefused where the folder can't be used."""
    watched = progress or Quiet()
    with explained(open_folder(folder), engine, watched, days, log_format) as session:
        return _review(session, watched)


def review_into(
    folder: Path,
    out: Path,
    *,
    days: tuple[date | None, date | None] = (None, None),
    engine: str = "duckdb",
    log_format: str | None = None,
    limit: int = IN_FULL,
    progress: Progress | None = None,
) -> Findings:
    """Review a folder and write the result to ``out``, all files or none; the reports tell ``limit`` cases in full.

    Raises InputRefused, also for ``out``, which is then left as it was.
    """
    watched = progress or Quiet()
    inputs = open_folder(folder)
    with claimed(out), explained(inputs, engine, watched, days, log_format) as session:
        findings = _review(session, watched)
        watched.stage("Writing the reports")
        write_reports(findings, out, limit)
    return findings


def _review(session: Session, progress: Progress) -> Findings:
    engine, prepared, logs, feeds = session.engine, session.prepared, session.logs, session.feeds
    plugged, names = detectors(), places(session.explanations)
    signals, runs = detect(engine, plugged, session.clinic, prepared, feeds.keys(), progress)
    progress.stage("Putting cases together")
    return Findings(
        clinic=session.clinic,
        period=prepared.period,
        engine=engine.name,
        inputs=(*logs.counts, *(feed.count for feed in feeds.values())),
        quarantined=(*logs.quarantined, *(row for feed in feeds.values() for row in feed.quarantined)),
        coverage=coverage(engine, logs, feeds, prepared.period, coverage_notes(session)),
        totals=totals(engine, names),
        detectors=tuple(runs),
        cases=tuple(assemble(engine, plan(signals, plugged), plugged, prepared, names, session.clinic.time_zone)),
        hours=hours(engine),
        loads=loads(engine),
        names=prepared.names,
    )
