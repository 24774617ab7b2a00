"""Holds a review's findings against the truth about the demo clinic it reviewed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from chartwarden.demo.contracts import Known, Truth
from chartwarden.demo.queries import read_truth
from chartwarden.evaluation.comparing import run_baselines
from chartwarden.evaluation.contracts import RATES, Case, Evaluation, Findings, Kind, Raised
from chartwarden.evaluation.findings import read_findings
from chartwarden.evaluation.matching import Matcher
from chartwarden.evaluation.metrics import Hits, cut, rank, recall


def evaluate(findings_path: Path, truth_path: Path, feeds: Path | None = None) -> Evaluation:
    """Read both files and compare. With ``feeds``, the folder that was reviewed, baselines are run over it too.

    Raises InputRefused where a file cannot be used.
    """
    return compare(read_findings(findings_path), read_truth(truth_path), feeds)


def compare(findings: Findings, truth: Truth, feeds: Path | None = None) -> Evaluation:
    """The evaluation of findings that were read already."""
    hits = Matcher(truth.violations).all_hits(findings.cases)
    planted = len(truth.violations)
    return Evaluation(
        seed=truth.seed,
        coder_weeks=truth.coder_weeks,
        planted=planted,
        ranking=rank(hits, planted, truth.coder_weeks),
        proper_explained=proper_explained(findings, truth),
        kinds=tuple(_kinds(hits, truth)),
        hard_negatives=tuple(_raised(hits, findings.cases, truth)),
        baselines=run_baselines(feeds, truth) if feeds is not None else (),
    )


def proper_explained(findings: Findings, truth: Truth) -> float:
    """The share of proper accesses that the review explained.

    findings.json counts explained and unexplained accesses to records but does not list them. The truth knows which
    improper ones lie under an assignment in the feeds; the other improper ones are taken to be unexplained, and the
    rest of ``unexplained`` is proper. That is exact but for improper accesses that a rule explains without an
    assignment (soon after its end, or shortly before a late entry), and for denied tries if a review does not count
    them: a handful in tens of thousands. The result is kept within 0 and 1.
    """
    improper = truth.improper - truth.no_record
    proper = findings.accesses - len(improper)
    if proper <= 0:
        return 0.0
    unexplained = findings.unexplained - len(improper - truth.under_assignment)
    return min(1.0, max(0.0, 1 - unexplained / proper))


def _kinds(hits: Hits, truth: Truth) -> list[Kind]:
    return [
        Kind(kind, len(wanted), {rate: recall(hits, wanted, rate, truth.coder_weeks) for rate in RATES})
        for kind, wanted in sorted(_by_kind(truth.violations).items())
    ]


def _raised(hits: Hits, cases: Sequence[Case], truth: Truth) -> list[Raised]:
    """Hard negatives that became a false case among those a reader goes through at the largest rate."""
    read = cut(hits, max(RATES), truth.coder_weeks)
    false = [case for case, hit in zip(cases[:read], hits, strict=False) if not hit]
    matcher = Matcher(truth.hard_negatives)
    raised = frozenset(place for hit in matcher.all_hits(false) for place in hit)
    return [
        Raised(kind, len(places), len(raised & places))
        for kind, places in sorted(_by_kind(truth.hard_negatives).items())
    ]


def _by_kind(deeds: Sequence[Known]) -> dict[str, frozenset[int]]:
    kinds = {deed.kind for deed in deeds}
    return {kind: frozenset(n for n, deed in enumerate(deeds) if deed.kind == kind) for kind in kinds}
