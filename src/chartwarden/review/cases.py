"""Signals become cases, and cases are ranked. Pure.

A coder and a patient are one case. A stretch of time (a burst, a night, a separation …) is one case. Stretches that
are mostly the same accesses are one, and a stretch takes in the pairs that are wholly part of it and have nothing
else to say for themselves; a lapse of an agreement does not, since it says nothing about what was opened.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from chartwarden.review.contracts import Signal


@dataclass(frozen=True)
class Draft:
    """A case before it is told: its signals, its accesses, its score."""

    coder: str
    patient: str | None
    signals: tuple[Signal, ...]
    accesses: tuple[int, ...]
    score: float


def drafts(signals: Iterable[Signal], plain: Collection[str], takes_in: Collection[str]) -> list[Draft]:
    """Every signal in exactly one case, worst case first; ties by coder, then patient, then time.

    ``plain`` and ``takes_in`` are the detectors so marked (see Detector).
    """
    pairs: dict[tuple[str, str], list[Signal]] = {}
    stretches: dict[str, list[list[Signal]]] = {}
    for signal in sorted(signals, key=_order):
        if signal.patient is None:
            _join_stretch(stretches.setdefault(signal.coder, []), signal)
        else:
            pairs.setdefault((signal.coder, signal.patient), []).append(signal)
    held = {coder: _holding(groups, takes_in) for coder, groups in stretches.items()}
    cases = []
    for (coder, patient), group in pairs.items():
        home = _home(group, held.get(coder, ())) if all(signal.detector in plain for signal in group) else None
        if home is None:
            cases.append(_draft(coder, patient, group))
        else:
            home.extend(group)
    cases.extend(_draft(coder, None, group) for coder, groups in stretches.items() for group in groups)
    return sorted(
        cases, key=lambda case: (-round(case.score, 6), case.coder, case.patient or "", case.signals[0].begins)
    )


def case_id(draft: Draft, events: Sequence[str]) -> str:
    """A digest of what a case holds: its coder, patient, detectors and events; the same input gives the same id."""
    parts = [draft.coder, draft.patient or "", *sorted({s.detector for s in draft.signals}), *sorted(events)]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]


def _order(signal: Signal) -> tuple[str, str, str, str, tuple[int, ...], float]:
    return (
        signal.coder,
        signal.patient or "",
        signal.begins.isoformat(),
        signal.detector,
        signal.accesses,
        signal.weight,
    )


def _join_stretch(stretches: list[list[Signal]], signal: Signal) -> None:
    mine = set(signal.accesses)
    for group in stretches:
        theirs = _accesses(group)
        if 2 * len(mine & theirs) >= max(len(mine), len(theirs)) > 0:
            group.append(signal)
            return
    stretches.append([signal])


def _holding(groups: Iterable[list[Signal]], takes_in: Collection[str]) -> list[tuple[list[Signal], set[int]]]:
    return [(group, _accesses(group)) for group in groups if any(signal.detector in takes_in for signal in group)]


def _home(group: Sequence[Signal], held: Iterable[tuple[list[Signal], set[int]]]) -> list[Signal] | None:
    mine = _accesses(group)
    return next((home for home, theirs in held if mine <= theirs), None)


def _accesses(group: Iterable[Signal]) -> set[int]:
    return {number for signal in group for number in signal.accesses}


def _draft(coder: str, patient: str | None, group: Sequence[Signal]) -> Draft:
    strongest: dict[str, float] = {}
    for signal in group:
        strongest[signal.detector] = max(strongest.get(signal.detector, signal.weight), signal.weight)
    signals = tuple(sorted(group, key=lambda s: (-round(s.weight, 6), s.detector, s.begins, s.patient or "")))
    return Draft(coder, patient, signals, tuple(sorted(_accesses(group))), sum(strongest.values()))
