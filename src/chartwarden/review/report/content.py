"""The whole report from the findings: what is due, what is true now, what happened. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from chartwarden.review.contracts import Case, Findings
from chartwarden.review.report import state
from chartwarden.review.report.contracts import Page, Step, Table
from chartwarden.review.report.plugged import detectors, explanations
from chartwarden.review.report.sheets import sheet
from chartwarden.review.report.text import shown
from chartwarden.review.report.words import SLIGHT, STRENGTHS, days, step, strength
from chartwarden.review.wording import count, listed, stretch

IN_FULL, LISTED = 50, 1000


def page(findings: Findings, digest: str, limit: int = IN_FULL) -> Page:
    """The report, with the first ``limit`` cases in full and the others in a table; ``digest`` of findings.json."""
    zone = findings.clinic.time_zone
    checks, reasons = detectors(), explanations()
    names = dict(findings.names)
    hours, hours_table = state.hours_picture(findings.hours)
    queue, queue_table = state.queue_picture(findings.loads, names)
    clinic = shown(findings.clinic.name)
    period = days(findings.period.first_day, findings.period.last_day)
    headline, evidence = due(findings)
    return Page(
        title=f"Access review, {clinic}, {period}",
        clinic=clinic,
        period=period,
        zone=zone.key,
        engine=findings.engine,
        digest=digest,
        due=headline,
        evidence=evidence,
        steps=steps(findings.cases),
        cautions=state.cautions(findings),
        facts=state.facts(findings),
        hours=hours,
        hours_table=hours_table,
        queue=queue,
        queue_table=queue_table,
        inputs=state.inputs(findings),
        detectors=state.detectors(findings, checks),
        explanations=state.explanations(findings, reasons),
        coverage=state.coverage(findings),
        quarantine=state.quarantine(findings),
        total=len(findings.cases),
        cases=tuple(sheet(case, zone, names, checks, reasons) for case in findings.cases[:limit]),
        listed=others(findings, limit),
    )


def due(findings: Findings) -> tuple[str, str]:
    """What the reader has to do: in a few words, and how strong the evidence is."""
    if not findings.cases:
        return "No case to decide", "Nothing that was checked calls for a closer look."
    words = Counter(strength(case.score)[0] for case in findings.cases)
    order = [word for _, word, _ in STRENGTHS] + [SLIGHT[0]]
    parts = listed(f"{word} in {words[word]:,}" for word in order if words[word])
    headline = f"{count(len(findings.cases), 'case')} to decide"
    return headline[:1].upper() + headline[1:], f"The evidence is {parts}."


def steps(cases: Sequence[Case]) -> tuple[Step, ...]:
    """The next steps, each with its cases; the step of the worst case first."""
    waiting: dict[str, list[int]] = {}
    for case in cases:
        waiting.setdefault(case.suggested, []).append(case.rank)
    return tuple(Step(step(suggested), tuple(ranks)) for suggested, ranks in waiting.items())


def others(findings: Findings, limit: int) -> Table | None:
    """The cases that are not shown in full, a row each."""
    rest = findings.cases[limit:]
    if not rest:
        return None
    zone, names = findings.clinic.time_zone, findings.names
    left = len(rest) - LISTED
    return Table(
        caption="Further cases",
        columns=("Case", "Evidence", "Score", "Coder", "Patient", "When", "Accesses", "Next step"),
        rows=tuple(
            (
                str(case.rank), strength(case.score)[0], f"{case.score:.1f}",
                shown(names.get(case.coder, case.coder)), shown(case.patient or "–"),
                stretch(case.begins, case.ends, zone), f"{len(case.accesses):,}", step(case.suggested),
            )
            for case in rest[:LISTED]
        ),
        numeric=(2, 6),
        more=f"And {left:,} more; findings.json lists all." if left > 0 else "",
    )  # fmt: skip
