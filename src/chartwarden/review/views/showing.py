"""What several of the desk's pages need: names, words for states, pictures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.safestring import SafeString, mark_safe

from chartwarden.clinics.contracts import Clinic
from chartwarden.people import queries as people
from chartwarden.review import rules
from chartwarden.review.contracts import Case, Coverage, Findings
from chartwarden.review.desk.contracts import CaseLine, ReviewLine
from chartwarden.review.report import state
from chartwarden.review.report.contracts import Picture, Table
from chartwarden.review.report.html import drawn
from chartwarden.review.report.plugged import Named, detectors, explanations
from chartwarden.review.report.words import day, days
from chartwarden.review.wording import moment

_plugged: dict[str, Named] = {}


def titles(of: str) -> Named:
    """Titles and citations of ``detectors`` or ``explanations``, found once a process."""
    if of not in _plugged:
        _plugged[of] = detectors() if of == "detectors" else explanations()
    return _plugged[of]


def names(clinic: UUID, ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """Display names by person."""
    found = people.names(clinic, {identity for identity in ids if identity})
    return {person: shown.name for person, shown in found.items()}


def picture(drawing: Picture, identity: str) -> SafeString:
    """A picture as SVG: our own, with texts escaped where it was drawn."""
    return mark_safe(drawn(drawing, identity))  # noqa: S308  drawn by the report, which escapes


@dataclass(frozen=True)
class State:
    """A state in words, with its icon; ``late`` colours it."""

    word: str
    icon: str
    late: bool = False


def review_state(line: ReviewLine, now: datetime, today: date) -> State:
    """What a review is, for its reader."""
    late = now > line.due_at and line.state != "signed"
    if line.state == "signed":
        on_time = "" if line.late_by <= timedelta(0) else f", {rules.late_in_words(line.late_by)}"
        return State(f"Signed{on_time}", "done")
    if line.run == "running" and not line.read:
        return State("Being read", "wait", late)
    if line.run == "failed":
        return State("Could not be read", "warn", True)
    if not line.read:
        return State("No log yet", "late" if late else "wait", late)
    if line.state == "ready":
        return State("Ready to sign", "late" if late else "due", late)
    if not line.undecided and today <= line.last_day:
        return State("Week not over", "wait")
    return State(f"{line.undecided:,} to decide", "late" if late else "due", late)


def case_state(line: CaseLine) -> State:
    """What a case is, for its reader."""
    if line.state == "decided":
        return State(rules.OUTCOMES[line.outcome], "done")
    if line.state == "asked":
        return State("Waiting for an answer", "wait")
    return State("Answered", "ask") if line.answered else State("Open", "due")


def outcomes(chosen: str) -> list[dict[str, object]]:
    """What a case may come out as, with the key that chooses it."""
    return [
        {"id": name, "word": word, "means": rules.OUTCOME_MEANS[name], "key": key, "checked": chosen == name}
        for key, (name, word) in enumerate(rules.OUTCOMES.items(), start=1)
    ]


@dataclass(frozen=True)
class DayRead:
    """A day of the week, and whether it has accesses."""

    day: date
    label: str
    read: bool
    weekend: bool


def days_strip(line: ReviewLine, coverage: Coverage) -> list[DayRead]:
    """The week's days, for the strip that shows which were read."""
    week = [line.first_day + timedelta(days=number) for number in range(7)]
    return [DayRead(found, day(found), found in coverage.days, found.weekday() >= 5) for found in week]


@dataclass(frozen=True)
class Read:
    """What was read and what was not, as the pages tell it."""

    cautions: tuple[str, ...]
    sentences: tuple[str, ...]
    systems: str
    not_run: tuple[tuple[str, str], ...]
    ran: int
    rows: int
    quarantined: int


def what_was_read(findings: Findings) -> Read:
    """In words and counts."""
    runs, inputs = findings.detectors, findings.inputs
    named = titles("detectors")
    return Read(
        cautions=state.cautions(findings),
        sentences=state.coverage(findings),
        systems=", ".join(findings.coverage.systems) or "none",
        not_run=tuple((named.title(run.id), run.why_not or "no reason given") for run in runs if not run.ran),
        ran=sum(1 for run in runs if run.ran),
        rows=sum(given.rows for given in inputs),
        quarantined=sum(given.quarantined for given in inputs),
    )


def tables(findings: Findings) -> list[Table]:
    """The tables behind ``what_was_read``."""
    found = [
        state.inputs(findings),
        state.detectors(findings, titles("detectors")),
        state.explanations(findings, titles("explanations")),
        state.quarantine(findings),
    ]
    return [table for table in found if table]


def with_brought(
    table: Table | None,
    case: Case,
    brought: Mapping[str, tuple[datetime, UUID | None]],
    named: Mapping[UUID, str],
    zone: ZoneInfo,
) -> Table | None:
    """The table of a case's assignments, with who brought which of them after its first access, and when."""
    if table is None or not brought:
        return table
    told = []
    for held, row in zip(case.assignments, table.rows, strict=False):
        at, person = brought.get(held.assignment, (None, None))
        who = named.get(person, "–") if person else "a program"
        told.append((*row, f"{moment(at.replace(tzinfo=None), zone)} by {who}" if at else "before"))
    return replace(table, columns=(*table.columns, "Brought in after the access"), rows=tuple(told))


def week_words(line: ReviewLine) -> str:
    """``Mon 2 Mar 2026 to Sun 8 Mar 2026``."""
    return days(line.first_day, line.last_day)


def local_today(clinic: Clinic, now: datetime) -> date:
    """The clinic's day."""
    return now.astimezone(clinic.time_zone).date()
