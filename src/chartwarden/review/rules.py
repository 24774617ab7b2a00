"""How a case and a review go from step to step, and who may do what about them. Pure.

Nobody decides their own case (45 CFR 164.308(a)(1)(ii)(D) wants a review, and no one reviews themselves). Signing needs
no such rule of its own: a review is signed when all its cases are decided, so a case about the signer was decided by
somebody else before.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from chartwarden.kernel.decisions import ALLOWED, Decision, refused
from chartwarden.kernel.transitions import Transitions
from chartwarden.kernel.zones import from_local

LAW = "45 CFR 164.308(a)(1)(ii)(D)"

CASE = Transitions(
    "case",
    {
        ("open", "asked about"): "asked",
        ("asked", "asked about"): "asked",
        ("asked", "answered"): "open",
        ("open", "decided"): "decided",
        ("asked", "decided"): "decided",
        ("decided", "reopened"): "open",
        ("open", "withdrawn"): "withdrawn",
        ("asked", "withdrawn"): "withdrawn",
        ("withdrawn", "found again"): "open",
    },
)
"""``asked`` while an answer is waited for; ``withdrawn`` when the inputs changed and the case is no longer found."""

REVIEW = Transitions(
    "review",
    {
        ("open", "readied"): "ready",
        ("ready", "unsettled"): "open",
        ("ready", "signed"): "signed",
    },
)
"""``ready`` when the week is over, was read, and every case is decided. A signed review has no further step."""

UNDECIDED = ("open", "asked")

STRONG = 3.0
"""From this score on evidence is strong, and a case is weighed by itself."""

OUTCOMES: Mapping[str, str] = {
    "in_order": "In order",
    "coaching": "Coaching",
    "violation": "Violation",
    "incident": "Incident",
    "log_error": "Fault of the log",
}
OUTCOME_MEANS: Mapping[str, str] = {
    "in_order": "The access belonged to the work; the queue did not show it.",
    "coaching": "A slip. The person was told how to do it right.",
    "violation": "Against policy. Sanctions are to be considered (45 CFR 164.530(e)).",
    "incident": "PHI may have been seen or used unlawfully. A breach assessment follows (45 CFR 164.402(2)).",
    "log_error": "The log is wrong: it did not happen, or somebody else did it.",
}


@dataclass(frozen=True)
class CaseFacts:
    """What the rules need of a case: the person it is about, who else holds or held a login that acted in it, and who
    has answered about it."""

    state: str
    revision: int
    coder: UUID | None
    holders: frozenset[UUID] = frozenset()
    answerers: frozenset[UUID] = frozenset()
    review_signed: bool = False


@dataclass(frozen=True)
class ReviewFacts:
    """What the rules need of a review. ``decided_by_subject`` counts cases that somebody decided who may not: their
    subject, who holds or held the login, or who answered about them. Never."""

    state: str
    last_day: date
    undecided: int
    read: bool
    behind: bool
    decided_by_subject: int = 0


def may_decide(case: CaseFacts, person: UUID | None) -> Decision:
    """Whether a person may decide a case."""
    if person is None:
        return refused("A case is decided by a person.", LAW)
    if person == case.coder:
        return refused("This case is about you. Somebody else decides it.", LAW)
    if person in case.holders:
        return refused("This case is about a login that you hold, or held. Somebody else decides it.", LAW)
    if person in case.answerers:
        return refused("You have answered a question about this case. Somebody else decides it.", LAW)
    if case.review_signed:
        return refused("Its review is signed and never changes. Reopen the case; an amendment is made for it.", LAW)
    return ALLOWED


def is_judge_of(case: CaseFacts, person: UUID | None) -> bool:
    """Whether a person stands apart from a case: it is neither about them, nor about a login of theirs, nor have they
    answered a question about it."""
    return person is not None and person != case.coder and person not in case.holders | case.answerers


def may_reopen(case: CaseFacts, person: UUID | None) -> Decision:
    """Whether a person may reopen a decided case: whoever might decide it, signed or not."""
    return may_decide(replace(case, review_signed=False), person)


def may_ask(case: CaseFacts, asker: UUID | None, to: UUID) -> Decision:
    """Whether a person may ask another about a case."""
    if asker is not None and asker == to:
        return refused("You can't ask yourself.")
    return may_decide(case, asker)


def may_answer(to: UUID, answered: bool, case_state: str, person: UUID | None) -> Decision:
    """Whether a person may answer a question."""
    if person != to:
        return refused("This question was put to somebody else.")
    if answered:
        return refused("This question was answered before. An answer stays as it was given.")
    if case_state not in UNDECIDED:
        return refused("The case was closed meanwhile. No answer is needed any more.")
    return ALLOWED


def may_change_detection(undecided: Iterable[tuple[UUID | None, Collection[UUID]]], own: Collection[UUID]) -> Decision:
    """Whether a person may change how accesses are judged. ``undecided`` are the cases' subjects and holders of their
    logins; ``own`` are the person and those who share a login with them."""
    if any(coder in own or not set(own).isdisjoint(holders) for coder, holders in undecided):
        return refused(
            "A case about you, or about a login that you hold or held, is not decided yet. Until then somebody else "
            "changes how accesses are judged.",
            LAW,
        )
    return ALLOWED


def is_current(expected: int, found: int) -> Decision:
    """Whether a form was filled in for the case as it is now."""
    if expected == found:
        return ALLOWED
    return refused("This case changed while you had it open. Nothing of yours was lost; look at it once more.")


def settled(review: ReviewFacts, today: date) -> bool:
    """Whether a review is ready to be signed. ``today`` is the clinic's local day."""
    return review.read and today > review.last_day and review.undecided == 0


def may_sign(review: ReviewFacts, today: date, coverage_acknowledged: bool) -> Decision:
    """Whether a review may be signed, and if not, the first thing that is in the way."""
    if review.state == "signed":
        return refused("This review is signed already.", LAW)
    if today <= review.last_day:
        return refused("The week is not over yet.", LAW)
    if not review.read:
        return refused("No access log of this week was read yet. Import it first.", LAW)
    if review.behind:
        return refused("What this week is judged by has changed. Wait a moment until the review has read it.", LAW)
    if review.undecided:
        cases = "One case is" if review.undecided == 1 else f"{review.undecided:,} cases are"
        return refused(f"{cases} not decided yet.", LAW)
    if review.decided_by_subject:
        return refused("A case was decided by the person it is about, or by one who holds its login.", LAW)
    if not coverage_acknowledged:
        return refused("Say that you have read what was reviewed and what was not.", LAW)
    return ALLOWED


def lateness(due_at: datetime, at: datetime) -> timedelta:
    """How long after it was due; nothing where it is on time."""
    return max(at - due_at, timedelta(0))


def late_in_words(late: timedelta) -> str:
    """``3 days late``, ``5 hours late``, ``on time``: whole days, below that whole hours, rounded up."""
    if late <= timedelta(0):
        return "on time"
    if late >= timedelta(days=1):
        days = late.days
        return f"{days} day{'' if days == 1 else 's'} late"
    hours = -(-int(late.total_seconds()) // 3600)
    return f"{hours} hour{'' if hours == 1 else 's'} late"


def alike_key(detectors: Iterable[str], suggested: str, patient: str | None) -> str:
    """Cases with the same key are alike: the same was seen, the same is suggested, both about one record or neither.

    Those of the same coder stand first; they and the others may be decided together with one note.
    """
    kind = "record" if patient else "stretch"
    return "\x1f".join([kind, suggested, *sorted(set(detectors))])


def may_decide_together(scores: Collection[float]) -> Decision:
    """Whether so many alike cases may be decided with one note: none whose evidence is strong (``words.strength``)."""
    if len(scores) > 1 and max(scores) >= STRONG:
        return refused("A case with strong evidence is decided by itself.", LAW)
    return ALLOWED


ANOTHER_WEEK = "another_week"


def withdrawn_words(why: Collection[str]) -> str:
    """Why a case was withdrawn, in a sentence. ``why`` are the kinds of inputs that had changed, or ANOTHER_WEEK."""
    if ANOTHER_WEEK in why:
        return "The review of another week holds it."
    if not why:
        return "It is no longer found in what is known now."
    came = _listed([INPUT_WORDS.get(kind, kind) for kind in sorted(why) if kind not in CHANGED_WORDS])
    changed = _listed([words for kind, words in CHANGED_WORDS.items() if kind in why])
    told = [f"{came} came in"] * bool(came) + [f"somebody changed {changed}"] * bool(changed)
    return f"It is no longer found since {', and '.join(told)}."


def _listed(named: Sequence[str]) -> str:
    return " and ".join([", ".join(named[:-1]), named[-1]] if len(named) > 1 else named)


CHANGED_WORDS: Mapping[str, str] = {
    "staff_by_hand": "staff",
    "hours_by_hand": "working hours",
    "leave_by_hand": "leave",
    "devices_by_hand": "devices",
    "networks_by_hand": "networks",
    "settings": "the clinic's settings",
}
"""What people change by hand, where no file comes in."""

INPUT_WORDS: Mapping[str, str] = {
    "log": "a log",
    "assignments": "a coding queue",
    "tickets": "tickets",
    "workforce": "staff",
    "schedules": "working hours",
    "leave": "leave",
    "patients": "patients",
    "vendors": "vendors",
    "baas": "vendor agreements",
    "devices": "devices",
    "networks": "networks",
}


def monday(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def weeks_of(begins: datetime, ends: datetime, zone: ZoneInfo) -> list[date]:
    """The Mondays of the local weeks that a span touches; aware instants, the end excluded. None for an empty span."""
    if ends <= begins:
        return []
    week = monday(begins.astimezone(zone).date())
    last = (ends - timedelta(microseconds=1)).astimezone(zone).date()
    found = []
    while week <= last:
        found.append(week)
        week += timedelta(days=7)
    return found


def weeks_due(
    reviews_from: date | None, spans: Iterable[tuple[datetime, datetime]], today: date, zone: ZoneInfo
) -> list[date]:
    """The Mondays of the weeks that must have a review: those with accesses, and each that ended since the first.
    Never one that has not begun: a row of a later day has a wrong clock, and waits for its day.

    The first is that of ``reviews_from``, or without one that of the earliest access. A week without a log is due all
    the same: that nobody read it must be seen. A week that has not begun is not: a row with a wrong year opens none.
    """
    seen = {week for begins, ends in spans for week in weeks_of(begins, ends, zone)}
    if reviews_from is None and not seen:
        return []
    first = monday(reviews_from) if reviews_from else min(seen)
    weeks = {week for week in seen if first <= week <= today}
    week = first
    while week + timedelta(days=7) <= today:
        weeks.add(week)
        week += timedelta(days=7)
    return sorted(weeks)


def due_at(last_day: date, days: int, zone: ZoneInfo) -> datetime:
    """When the review of a week is due: so many days after the end of its last local day; naive UTC."""
    midnight = datetime.combine(last_day + timedelta(days=1 + days), datetime.min.time())
    return from_local(midnight, zone).utc


def outcome_counts(outcomes: Collection[str]) -> dict[str, int]:
    """How many cases came out how, in the order of OUTCOMES."""
    return {name: sum(1 for found in outcomes if found == name) for name in OUTCOMES if name in outcomes}
