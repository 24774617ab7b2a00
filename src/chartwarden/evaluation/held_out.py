"""Runs a review over clinics that nobody looked at while the detectors were made, and sums up over the seeds.

The review is passed in: this room knows no detector. Means over seeds carry a 95 % percentile bootstrap over the
seeds; the kinds pool what was planted over all seeds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from chartwarden.demo.queries import truth_path
from chartwarden.demo.services import make_clinic
from chartwarden.evaluation.contracts import DEPTHS, RATES, Estimate, Evaluation, Kind, Raised, Ranking
from chartwarden.evaluation.evaluate import evaluate
from chartwarden.evaluation.metrics import estimate
from chartwarden.kernel.progress import Progress, Quiet

# Never looked at while anything was made or tuned.
SEEDS = tuple(range(9001, 9021))
MISSING = 0.05
_DRAWS = 4000

# Takes a folder of feeds and a folder to write to; returns the findings.json it wrote.
Review = Callable[[Path, Path], Path]


@dataclass(frozen=True)
class HeldOut:
    """Evaluations by seed: of clinics as they are, and of the same with a share of the assignments left out."""

    whole: tuple[Evaluation, ...]
    with_gaps: tuple[Evaluation, ...]


@dataclass(frozen=True)
class Summary:
    """Means over seeds. ``rankings`` by name, the review first; ``recall`` and the rest as in Ranking."""

    rankings: dict[str, dict[str, Estimate]]
    proper_explained: Estimate
    proper_explained_with_gaps: Estimate
    recall_with_gaps: Estimate
    kinds: tuple[Kind, ...]
    hard_negatives: tuple[Raised, ...]


def run_held_out(review: Review, work: Path, seeds: Sequence[int] = SEEDS, progress: Progress | None = None) -> HeldOut:
    """Make each clinic under ``work`` twice, whole and with gaps in the queue, review it and evaluate the findings."""
    told = progress or Quiet()
    told.stage("Held-out clinics", 2 * len(seeds))
    whole: list[Evaluation] = []
    with_gaps: list[Evaluation] = []
    for seed in seeds:
        for missing, results in ((0.0, whole), (MISSING, with_gaps)):
            folder = work / f"seed-{seed}{'-gaps' if missing else ''}"
            make_clinic(folder, seed, missing_assignments=missing)
            findings = review(folder, folder / "review")
            results.append(evaluate(findings, truth_path(folder), None if missing else folder))
            told.advance(1)
    return HeldOut(tuple(whole), tuple(with_gaps))


def summarise(held_out: HeldOut) -> Summary:
    """Means, intervals and pooled kinds."""
    rankings = {"this review": _means([one.ranking for one in held_out.whole])}
    for place, baseline in enumerate(held_out.whole[0].baselines):
        found = [one.baselines[place].ranking for one in held_out.whole]
        rankings[baseline.name] = _means([ranking for ranking in found if ranking is not None])
    gaps = held_out.with_gaps
    return Summary(
        rankings=rankings,
        proper_explained=mean([one.proper_explained for one in held_out.whole]),
        proper_explained_with_gaps=mean([one.proper_explained for one in gaps]),
        recall_with_gaps=mean([one.ranking.recall[RATES[0]].value for one in gaps]),
        kinds=_pooled_kinds(held_out.whole),
        hard_negatives=_pooled_raised(held_out.whole),
    )


def mean(values: Sequence[float]) -> Estimate:
    """The mean over seeds and its interval."""
    held = np.array(values)
    drawn = np.random.default_rng(0).choice(held, (_DRAWS, len(held))).mean(axis=1)
    low, high = np.percentile(drawn, (2.5, 97.5))
    return Estimate(float(held.mean()), float(low), float(high))


def measures(ranking: Ranking) -> dict[str, float]:
    """A ranking's figures by the name of their column."""
    return {
        **{f"recall at {rate:g} false cases a coder-week": ranking.recall[rate].value for rate in RATES},
        "R-precision": ranking.r_precision.value,
        **{f"precision@{depth}": ranking.precision[depth].value for depth in DEPTHS},
    }


def _means(rankings: Sequence[Ranking]) -> dict[str, Estimate]:
    rows = [measures(ranking) for ranking in rankings]
    return {name: mean([row[name] for row in rows]) for name in (rows[0] if rows else {})}


def _pooled_kinds(evaluations: Sequence[Evaluation]) -> tuple[Kind, ...]:
    kinds = [kind for one in evaluations for kind in one.kinds]
    pooled = []
    for name in sorted({kind.kind for kind in kinds}):
        same = [kind for kind in kinds if kind.kind == name]
        planted = sum(kind.planted for kind in same)
        found = {rate: sum(round(kind.recall[rate].value * kind.planted) for kind in same) for rate in RATES}
        pooled.append(Kind(name, planted, {rate: estimate(found[rate], planted) for rate in RATES}))
    return tuple(pooled)


def _pooled_raised(evaluations: Sequence[Evaluation]) -> tuple[Raised, ...]:
    found = [raised for one in evaluations for raised in one.hard_negatives]
    return tuple(
        Raised(
            kind,
            sum(one.planted for one in found if one.kind == kind),
            sum(one.raised for one in found if one.kind == kind),
        )
        for kind in sorted({one.kind for one in found})
    )
