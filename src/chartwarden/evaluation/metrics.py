"""Figures of a ranked list, from what each of its cases hits.

``hits`` is a list of sets, the worst case first: the planted violations (by number) that each case hits. A case that
hits none is false. A violation found by several cases counts once. Intervals are 95 % percentile bootstraps: drawing
n true-or-false outcomes with replacement is a binomial draw, so no loop is needed (Efron and Tibshirani 1993, ch. 13).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import floor

import numpy as np

from chartwarden.evaluation.contracts import DEPTHS, RATES, Estimate, Ranking

Hits = Sequence[frozenset[int]]
_DRAWS = 4000
_SEED = 20260308


def cut(hits: Hits, rate: float, coder_weeks: int) -> int:
    """How many cases a reader goes through before the false ones exceed ``rate`` a coder-week."""
    allowed = floor(rate * coder_weeks + 1e-9)
    false = 0
    for place, hit in enumerate(hits):
        false += not hit
        if false > allowed:
            return place
    return len(hits)


def found(hits: Hits, first: int) -> frozenset[int]:
    """The violations that the first cases hit."""
    return frozenset(violation for hit in hits[:first] for violation in hit)


def estimate(successes: int, of: int) -> Estimate:
    """A share and its interval. None of none is taken as 0."""
    if of == 0:
        return Estimate(0.0, 0.0, 0.0)
    drawn = np.random.default_rng(_SEED).binomial(of, successes / of, _DRAWS) / of
    low, high = np.percentile(drawn, (2.5, 97.5))
    return Estimate(successes / of, float(low), float(high))


def recall(hits: Hits, wanted: frozenset[int], rate: float, coder_weeks: int) -> Estimate:
    """The share of the wanted violations found before the false cases exceed the rate."""
    return estimate(len(found(hits, cut(hits, rate, coder_weeks)) & wanted), len(wanted))


def precision(hits: Hits, depth: int) -> Estimate:
    """The share of the first ``depth`` cases that hit something; a list that is shorter misses the rest."""
    return estimate(sum(bool(hit) for hit in hits[:depth]), depth)


def rank(hits: Hits, planted: int, coder_weeks: int) -> Ranking:
    """All figures of a list. R-precision is the precision of the first n cases, n the number planted."""
    everything = frozenset(range(planted))
    return Ranking(
        cases=len(hits),
        false_cases=sum(not hit for hit in hits),
        recall={rate: recall(hits, everything, rate, coder_weeks) for rate in RATES},
        r_precision=precision(hits, planted),
        precision={depth: precision(hits, depth) for depth in DEPTHS},
    )
