"""The page docs/reference/detection.md: what was reached on held-out clinics."""

from __future__ import annotations

from collections.abc import Sequence

from chartwarden.evaluation.contracts import RATES, Estimate
from chartwarden.evaluation.held_out import MISSING, HeldOut, Summary, summarise
from chartwarden.evaluation.rendering import markdown_table, share

_OPENING = """\
# How well violations are found (synthetic)

Every figure on this page is **synthetic**: it comes from demo clinics that are simulated from a seed. No real person,
log or clinic is in it, and a real log will be harder. The simulation shares no rule or parameter with the detectors,
and these seeds were never used in making them.

A case hits a violation where both are about the same coder and share an access. A case that hits none is false. Recall
is read walking down the ranked cases until the false ones exceed the rate. R-precision is the share of hits among the
first n cases, n the number of violations planted. Intervals are 95 % bootstraps: over the seeds for means, over the
violations for kinds.
"""


def detection_page(held_out: HeldOut) -> str:
    """The page as Markdown."""
    summary = summarise(held_out)
    whole = held_out.whole
    seeds = ", ".join(str(one.seed) for one in whole)
    facts = (
        f"Seeds {seeds}: {sum(one.coder_weeks for one in whole)} coder-weeks, "
        f"{sum(one.planted for one in whole)} violations planted.\n"
    )
    return "\n".join([_OPENING, facts, *_sections(summary)])


def _sections(summary: Summary) -> Sequence[str]:
    columns = list(next(iter(summary.rankings.values())))
    rankings = [
        [name, *(share(row[column]) for column in columns)] if row else [name, "not run", *[""] * (len(columns) - 1)]
        for name, row in summary.rankings.items()
    ]
    rates = [f"recall at {rate:g}" for rate in RATES]
    kinds = [[one.kind, str(one.planted), *(share(one.recall[rate]) for rate in RATES)] for one in summary.kinds]
    raised = [[one.kind, str(one.planted), str(one.raised)] for one in summary.hard_negatives]
    gaps = f"with {MISSING:.0%} of the assignments missing"
    queue = [
        ["proper accesses explained", _percent(summary.proper_explained)],
        [f"proper accesses explained, {gaps}", _percent(summary.proper_explained_with_gaps)],
        [f"recall at {RATES[0]:g} false cases a coder-week, {gaps}", share(summary.recall_with_gaps)],
    ]
    return [
        "## How well the cases are ranked\n\n" + markdown_table(["", *columns], rankings) + "\n",
        "## How much is explained\n\n" + markdown_table(["", "mean over seeds"], queue) + "\n",
        "## By kind of violation\n\n" + markdown_table(["kind", "planted", *rates], kinds) + "\n",
        "## Proper accesses that look improper\n\n"
        + markdown_table(["kind", "in the logs", "made a case, at 1 false case a coder-week"], raised)
        + "\n",
    ]


def _percent(one: Estimate) -> str:
    return f"{100 * one.value:.2f} % ({100 * one.low:.2f}–{100 * one.high:.2f})"
