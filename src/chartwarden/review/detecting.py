"""Run every detector whose feeds are there, and say of the others why not."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from chartwarden.kernel.progress import Progress
from chartwarden.review.contracts import Clinic, Detector, DetectorRun, Scoring, Signal
from chartwarden.review.engines.contracts import Engine
from chartwarden.review.prepare import Prepared


def detect(
    engine: Engine,
    detectors: Mapping[str, Detector],
    clinic: Clinic,
    prepared: Prepared,
    present: Collection[str],
    progress: Progress,
) -> tuple[list[Signal], list[DetectorRun]]:
    """All signals, and what became of each detector. ``present`` are the feeds that the folder holds."""
    signals: list[Signal] = []
    runs: list[DetectorRun] = []
    for name, detector in detectors.items():
        progress.stage(f"Looking: {detector.title.lower()}")
        why_not = _why_not(detector, present)
        if why_not:
            runs.append(DetectorRun(name, detector.version, False, why_not, 0))
            continue
        parameters = {**detector.parameters, **clinic.thresholds.get(name, {})}
        scoring = Scoring(name, parameters, clinic, prepared.period, prepared.zones)
        rows = engine.rows(detector.sql.format(**parameters))
        found = list(detector.score(rows, scoring))
        signals.extend(found)
        runs.append(DetectorRun(name, detector.version, True, None, len(found)))
    return signals, runs


def _why_not(detector: Detector, present: Collection[str]) -> str | None:
    missing = [feed for feed in detector.needs if feed not in present]
    if missing:
        return f"no {missing[0]} feed"
    if detector.needs_any and not any(feed in present for feed in detector.needs_any):
        return " and ".join(f"no {feed}" for feed in detector.needs_any) + " feed"
    return None
