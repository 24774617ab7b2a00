"""Between the engine's findings and what a review keeps of them. Pure."""

from __future__ import annotations

from dataclasses import replace

from chartwarden.review.contracts import Case, Clinic, Findings, Period
from chartwarden.review.desk.contracts import CaseBody, CaseHead, Summary
from chartwarden.review.report.contracts import Picture
from chartwarden.review.report.state import hours_picture, queue_picture
from chartwarden.review.report.text import SENTENCE, shown

QUARANTINED = 200
"""So many quarantined rows are kept with their reasons; the imports keep all."""


def pictures_of(findings: Findings) -> tuple[Picture, ...]:
    """When work was done, and how much of it lay outside of the queue: a tenth of a second each, so drawn once."""
    return hours_picture(findings.hours)[0], queue_picture(findings.loads, dict(findings.names))[0]


def summary_of(findings: Findings, pictures: tuple[Picture, ...] = ()) -> Summary:
    """What a review keeps beside its cases."""
    return Summary(
        engine=findings.engine,
        inputs=findings.inputs,
        quarantined=findings.quarantined[:QUARANTINED],
        quarantined_more=max(len(findings.quarantined) - QUARANTINED, 0),
        coverage=findings.coverage,
        totals=findings.totals,
        detectors=findings.detectors,
        hours=findings.hours,
        loads=findings.loads,
        names=dict(findings.names),
        pictures=pictures,
    )


def findings_of(summary: Summary, clinic: Clinic, period: Period) -> Findings:
    """The findings again, without cases, as the report's pictures and tables take them."""
    return Findings(
        clinic=clinic,
        period=period,
        engine=summary.engine,
        inputs=summary.inputs,
        quarantined=summary.quarantined,
        coverage=summary.coverage,
        totals=summary.totals,
        detectors=summary.detectors,
        cases=(),
        hours=summary.hours,
        loads=summary.loads,
        names=summary.names,
    )


def head_of(case: Case, names: dict[str, str]) -> CaseHead:
    """What a list shows of a case."""
    return CaseHead(
        coder=case.coder,
        name=names.get(case.coder, ""),
        patient=case.patient,
        begins=case.begins,
        ends=case.ends,
        accesses=len(case.accesses),
        gist=shown(case.signals[0].sentence, SENTENCE) if case.signals else "",
    )


def logins_of(case: Case) -> frozenset[str]:
    """The logins that a case is about: those that acted in it, or its own where it is nobody's."""
    return frozenset({case.coder, *(access.actor for access in case.accesses)})


def body_of(case: Case, names: dict[str, str]) -> CaseBody:
    """The case, with the names of those whom its time line shows. Its rank is kept beside it, so 0 here."""
    people = {case.coder, *(held.coder for held in case.assignments)}
    told = {person: names[person] for person in sorted(people) if person in names}
    return CaseBody(replace(case, rank=0), told)
