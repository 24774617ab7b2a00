"""Run a plug-in's examples through the review, on any engine: they are its documentation and its tests."""

from __future__ import annotations

from pathlib import Path

from chartwarden.kernel.progress import Quiet
from chartwarden.review.contracts import Example, Signal
from chartwarden.review.detecting import detect
from chartwarden.review.explaining import places
from chartwarden.review.folder import open_folder
from chartwarden.review.session import detectors, explained

DEFAULTS = {
    "accesses": "event,occurred_at,actor,action,patient\n",
    "workforce": (
        "person,logins,role,started_on\n"
        "ana,ana,coder,2020-01-01\nben,ben,coder,2020-01-01\nsue,sue,coding_supervisor,2020-01-01\n"
    ),
    "assignments": "assignment,patient,coder,kind,assigned_at\n",
}
CLINIC = 'name = "Example Clinic"\ntime_zone = "UTC"\n'


def write_example(example: Example, folder: Path) -> None:
    """Write an example's feeds, with the defaults for what it leaves out, as a review folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "clinic.toml").write_text(CLINIC + example.clinic, encoding="utf-8")
    for name, content in {**DEFAULTS, **example.feeds}.items():
        (folder / f"{name}.csv").write_text(content, encoding="utf-8")


def signals_of(detector: str, folder: Path, engine: str = "duckdb") -> list[Signal]:
    """What one detector sees in a small folder. Raises LookupError where it did not run, saying why not."""
    with explained(open_folder(folder), engine, Quiet()) as session:
        only = {detector: detectors()[detector]}
        signals, [run] = detect(session.engine, only, session.clinic, session.prepared, session.feeds.keys(), Quiet())
    if not run.ran:
        raise LookupError(f"{detector} did not run: {run.why_not}")
    return signals


def explained_events(folder: Path, engine: str = "duckdb") -> dict[str, str | None]:
    """Each access's event id in a small folder, with the explanation that won, or None."""
    with explained(open_folder(folder), engine, Quiet()) as session:
        names = places(session.explanations)
        rows = session.engine.rows("SELECT j.event, j.place FROM judged AS j")
    return {row["event"]: names.get(row["place"]) for row in rows}
