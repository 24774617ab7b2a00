"""Signals become cases, and cases are ranked. Pure.

A coder and a patient are one case. A stretch of time (a burst, a night, a separation …) is one case, and takes in
the pairs that are wholly part of it and have nothing else to say for themselves.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from chartwarden.review.contracts import Signal

PAIR_ONLY = frozenset({"unassigned_access"})


@dataclass(frozen=True)
class Draft:
    """A case before it is told: its signals, its accesses, its score."""

    coder: str
    patient: str | None
    signals: tuple[Signal, ...]
    accesses: tuple[int, ...]
    score: float


def drafts(signals: Iterable[Signal]) -> list[Draft]:
    """Every signal in exactly one case, worst case first; ties by coder, then patient, then time."""
    pairs: dict[tuple[str, str], list[Signal]] = {}
    stretches: list[list[Signal]] = []
    for signal in sorted(signals, key=_order):
        if signal.patient is None:
            _join_stretch(stretches, signal)
        else:
            pairs.setdefault((signal.coder, signal.patient), []).append(signal)
    held = [(group[0].coder, {number for signal in group for number in signal.accesses}) for group in stretches]
    cases = []
    for (coder, patient), group in pairs.items():
        home = _home(coder, group, held)
        if home is None:
            cases.append(_draft(coder, patient, group))
        else:
            stretches[home].extend(group)
    cases.extend(_draft(group[0].coder, None, group) for group in stretches)
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
        if group[0].coder != signal.coder:
            continue
        theirs = {number for other in group for number in other.accesses}
        if mine and 2 * len(mine & theirs) >= min(len(mine), len(theirs)) > 0:
            group.append(signal)
            return
    stretches.append([signal])


def _home(coder: str, group: Sequence[Signal], held: Sequence[tuple[str, set[int]]]) -> int | None:
    if any(signal.detector not in PAIR_ONLY for signal in group):
        return None
    mine = {number for signal in group for number in signal.accesses}
    for number, (owner, theirs) in enumerate(held):
        if owner == coder and mine <= theirs:
            return number
    return None


def _draft(coder: str, patient: str | None, group: Sequence[Signal]) -> Draft:
    strongest: dict[str, float] = {}
    for signal in group:
        strongest[signal.detector] = max(strongest.get(signal.detector, signal.weight), signal.weight)
    signals = tuple(sorted(group, key=lambda s: (-round(s.weight, 6), s.detector, s.begins, s.patient or "")))
    accesses = tuple(sorted({number for signal in group for number in signal.accesses}))
    return Draft(coder, patient, signals, accesses, sum(strongest.values()))
