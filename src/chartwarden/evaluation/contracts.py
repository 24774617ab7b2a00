"""What an evaluation reads and what it gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

# False cases a coder-week at which recall is read: what a small privacy office can bear, and what a large one can.
RATES = (0.1, 1.0)
DEPTHS = (25, 50, 100)


@dataclass(frozen=True)
class Case:
    """A case of findings.json, or of a baseline. ``begins`` and ``ends`` are aware; ``patient`` may be None."""

    coder: str
    patient: str | None
    begins: datetime
    ends: datetime
    events: frozenset[str]


@dataclass(frozen=True)
class Findings:
    """A findings.json as far as an evaluation needs it: totals, and the cases, worst first."""

    accesses: int
    explained: int
    unexplained: int
    cases: tuple[Case, ...]


@dataclass(frozen=True)
class Estimate:
    """A share from 0 to 1 with its 95 % bootstrap interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Ranking:
    """How well a ranked list of cases finds the planted violations.

    ``recall`` by the rate of RATES; ``precision`` by the depth of DEPTHS. ``false_cases`` counts, over the whole list,
    the cases that hit nothing planted.
    """

    cases: int
    false_cases: int
    recall: Mapping[float, Estimate]
    r_precision: Estimate
    precision: Mapping[int, Estimate]


@dataclass(frozen=True)
class Kind:
    """One kind of violation: how many were planted, and the share found, by rate."""

    kind: str
    planted: int
    recall: Mapping[float, Estimate]


@dataclass(frozen=True)
class Raised:
    """A kind of hard negative: how many there are, and how many a case was made of before the rate of 1 was reached."""

    kind: str
    planted: int
    raised: int


@dataclass(frozen=True)
class Baseline:
    """A plain way to rank the same log; ``ranking`` is None where it was not run, and ``why_not`` says why."""

    name: str
    ranking: Ranking | None
    why_not: str = ""


@dataclass(frozen=True)
class Evaluation:
    """A review held against the truth."""

    seed: int
    coder_weeks: int
    planted: int
    ranking: Ranking
    proper_explained: float
    kinds: tuple[Kind, ...]
    hard_negatives: tuple[Raised, ...]
    baselines: tuple[Baseline, ...]
