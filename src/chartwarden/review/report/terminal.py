"""The first cases and the coverage, as a terminal shows them."""

from __future__ import annotations

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from chartwarden.review.contracts import Case, Findings
from chartwarden.review.report.content import due
from chartwarden.review.report.state import cautions, coverage
from chartwarden.review.report.text import label, shown
from chartwarden.review.report.words import days, percent, step, strength
from chartwarden.review.wording import stretch

FIRST, NAME = 20, 40


def show(findings: Findings, console: Console, first: int = FIRST) -> None:
    """Print what is due, the first cases, and what was read and was not. Texts of the data are never read as markup."""
    headline, evidence = due(findings)
    period = days(findings.period.first_day, findings.period.last_day)
    console.print(Text(f"{shown(findings.clinic.name)}, {period}"))
    console.print(Text(f"{headline}. {evidence}", style="bold"))
    if findings.cases:
        console.print(_cases(findings, first))
        left = len(findings.cases) - first
        if left > 0:
            console.print(Text(f"And {left:,} more in the report."))
    totals = findings.totals
    console.print(
        Text(
            f"{totals.accesses:,} accesses, {percent(totals.explained, totals.accesses)} explained by the queue, "
            f"{totals.unexplained:,} not."
        )
    )
    for caution in cautions(findings):
        console.print(Text(f"! {caution}"))
    for sentence in coverage(findings):
        console.print(Text(f"  {sentence}"))
    for run in findings.detectors:
        if not run.ran:
            console.print(Text(f"  {run.id}: not run: {shown(run.why_not or 'no reason given')}"))


def _cases(findings: Findings, first: int) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("#", justify="right")
    table.add_column("Evidence")
    table.add_column("Coder and patient", overflow="fold")
    table.add_column("When and next step", overflow="fold")
    for case in findings.cases[:first]:
        table.add_row(*(Text(cell) for cell in _row(findings, case)))
    return table


def _row(findings: Findings, case: Case) -> tuple[str, ...]:
    name = findings.names.get(case.coder, "")
    who = f"{label(name, NAME)} ({label(case.coder, NAME)})" if name else label(case.coder, NAME)
    return (
        str(case.rank),
        f"{strength(case.score)[0]}, {case.score:.1f}",
        who + (f"\npatient {label(case.patient, NAME)}" if case.patient else ""),
        f"{stretch(case.begins, case.ends, findings.clinic.time_zone)}\n{step(case.suggested)}",
    )
