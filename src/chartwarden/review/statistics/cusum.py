"""A small change that lasts: the cumulative sum of log likelihood ratios, begun anew whenever it falls below zero.

Sources: E. S. Page, "Continuous inspection schemes", Biometrika 41 (1954) 100-115; G. Lorden, "Procedures for reacting
to a change in distribution", Annals of Mathematical Statistics 42 (1971) 1897-1908; for counts D. M. Hawkins,
D. H. Olwell, Cumulative Sum Charts and Charting for Quality Improvement (1998), chapter 5.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log


@dataclass(frozen=True)
class Climb:
    """The highest that the sum rose, from step ``first`` to ``last``, both included; ``last`` < ``first``: never."""

    height: float
    first: int
    last: int


def climb(steps: Sequence[float]) -> Climb:
    """The highest climb of the cumulative sum of ``steps``; of equal ones the earliest."""
    best = Climb(0.0, 0, -1)
    height, first = 0.0, 0
    for number, step in enumerate(steps):
        if height <= 0:
            height, first = 0.0, number
        height += step
        if height > best.height:
            best = Climb(height, first, number)
    return best


def bar(steps: int, false_alarms: float) -> float:
    """How high a climb must be so that among ``steps`` in all, one expects at most ``false_alarms`` without cause.

    By Lorden's bound the mean number of steps to a false alarm is at least exp(bar), where steps are log likelihood
    ratios.
    """
    return log(max(steps, 1) / false_alarms)
