"""The clearing statement: what the review says of one person's week, in a few sentences they can keep. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from chartwarden.clinics.contracts import Clinic
from chartwarden.review import rules
from chartwarden.review.desk.contracts import OwnCase, PersonWeekLine
from chartwarden.review.report.plugged import Named
from chartwarden.review.report.words import days, percent
from chartwarden.review.wording import count, listed, moment


@dataclass(frozen=True)
class Statement:
    """The statement's parts; no patient is named in it."""

    title: str
    clinic: str
    name: str
    week: str
    made: str
    sentences: tuple[str, ...]

    def text(self) -> str:
        """As plain text, one sentence a line."""
        head = [self.title, "", self.clinic, f"{self.name}, {self.week}", ""]
        return "\n".join([*head, *self.sentences, "", self.made]) + "\n"


def statement_of(
    clinic: Clinic, name: str, week: PersonWeekLine, cases: Sequence[OwnCase], explanations: Named, now: datetime
) -> Statement:
    """The statement of one week of one person."""
    zone = clinic.time_zone
    made = moment(now.astimezone(UTC).replace(tzinfo=None), zone)
    return Statement(
        title="Statement of accesses",
        clinic=clinic.name,
        name=name,
        week=days(week.first_day, week.last_day),
        made=f"Made from the clinic's access review by Chartwarden, {made}.",
        sentences=(*_accesses(week, explanations), *_cases(cases), _signed(week, clinic)),
    )


def _accesses(week: PersonWeekLine, explanations: Named) -> list[str]:
    told = week.explained + week.unexplained
    if not told:
        return ["No access to a patient's record is held under this name in this week."]
    found = [f"{count(told, 'access').capitalize()} to patients' records are held under this name."]
    if week.explained:
        how = listed(f"{explanations.title(by).lower()} ({number:,})" for by, number in week.by_explanation.items())
        share = (
            "All of them" if not week.unexplained else f"{week.explained:,} of them ({percent(week.explained, told)})"
        )
        found.append(f"{share} are explained: {how}.")
    if week.unexplained:
        found.append(f"{week.unexplained:,} are not explained by the coding queue. That alone is no fault.")
    return found


def _cases(cases: Sequence[OwnCase]) -> list[str]:
    if not cases:
        return ["None of them is part of a case."]
    decided = [case.outcome for case in cases if case.state == "decided"]
    told = [f"{count(len(cases), 'case').capitalize()} asked for a closer look."]
    counts = rules.outcome_counts(decided)
    if counts:
        how = listed(f"{rules.OUTCOMES[name].lower()} ({number:,})" for name, number in counts.items())
        told.append(f"Decided by somebody else than this person: {how}.")
    if len(decided) < len(cases):
        told.append(f"{count(len(cases) - len(decided), 'case').capitalize()} not decided yet.")
    return told


def _signed(week: PersonWeekLine, clinic: Clinic) -> str:
    if week.signed_at is None:
        return "The review of this week is not signed yet, so this may still change."
    when = moment(week.signed_at.astimezone(UTC).replace(tzinfo=None), clinic.time_zone)
    return f"The review of this week was signed on {when} and never changes."
