"""What a person reads on the terminal after a review: the first cases, what was covered, where the result lies."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from chartwarden.review.contracts import Findings


def show(findings: Findings, place: Path, limit: int) -> None:
    """Print the summary to standard output."""
    console = Console(highlight=False)
    if limit and findings.cases:
        console.print(_cases(findings, limit))
    totals, coverage = findings.totals, findings.coverage
    share = f" ({totals.explained / totals.accesses:.1%})" if totals.accesses else ""
    console.print(
        f"{findings.period.first_day} to {findings.period.last_day}: {totals.accesses:,} accesses to records, "
        f"{totals.explained:,} explained{share}, {len(findings.cases):,} cases."
    )
    console.print(
        f"Days with accesses {len(coverage.days):,}, without {len(coverage.days_without_accesses):,}; "
        f"rows quarantined {len(findings.quarantined):,}; accesses out of scope {coverage.out_of_scope:,}."
    )
    for run in findings.detectors:
        if not run.ran:
            console.print(f"{run.id}: not run: {run.why_not}.", markup=False)
    console.print(f"The result lies in {place}", markup=False, soft_wrap=True)


def _cases(findings: Findings, limit: int) -> Table:
    table = Table("rank", "score", "coder", "patient", "what was seen", box=None, pad_edge=False)
    for case in findings.cases[:limit]:
        seen = ", ".join(dict.fromkeys(signal.detector for signal in case.signals))
        table.add_row(str(case.rank), f"{case.score:.1f}", escape(case.coder), escape(case.patient or "–"), seen)
    return table
