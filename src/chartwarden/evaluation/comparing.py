"""Rank the same log in plain ways, for comparison."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from chartwarden.demo.contracts import Truth
from chartwarden.evaluation.baselines import isolation_forest, plain_rules, random_order, unassigned_only
from chartwarden.evaluation.baselines._feeds import Feeds, read_feeds
from chartwarden.evaluation.contracts import Baseline, Case
from chartwarden.evaluation.matching import Matcher
from chartwarden.evaluation.metrics import rank

_BASELINES: dict[str, Callable[[Feeds], Sequence[Case] | str]] = {
    "random order": random_order.cases,
    "unassigned only": unassigned_only.cases,
    "four plain rules": plain_rules.cases,
    "isolation forest": isolation_forest.cases,
}


def run_baselines(folder: Path, truth: Truth) -> tuple[Baseline, ...]:
    """Every baseline over a folder of feeds; one that cannot run says why."""
    if not (folder / "accesses.csv").exists():
        why = "not run: baselines read the plain log only, and there is no accesses.csv"
        return tuple(Baseline(name, None, why) for name in _BASELINES)
    feeds = read_feeds(folder)
    matcher = Matcher(truth.violations)
    results = []
    for name, make in _BASELINES.items():
        cases = make(feeds)
        if isinstance(cases, str):
            results.append(Baseline(name, None, cases))
        else:
            ranking = rank(matcher.all_hits(cases), len(truth.violations), truth.coder_weeks)
            results.append(Baseline(name, ranking))
    return tuple(results)
