"""Who may do what about a case and a review, and which weeks must have one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartwarden.kernel.decisions import Refused
from chartwarden.review import rules
from chartwarden.review.rules import CASE, REVIEW, CaseFacts, ReviewFacts

CHICAGO = ZoneInfo("America/Chicago")
ANA, OFFICER, OTHER = UUID(int=1), UUID(int=2), UUID(int=3)
OPEN = CaseFacts("open", 1, ANA)
DONE = ReviewFacts("ready", date(2026, 3, 8), 0, read=True, behind=False)
TODAY = date(2026, 3, 9)


@pytest.mark.parametrize(
    ("case", "person", "why"),
    [
        (OPEN, OFFICER, ""),
        (OPEN, ANA, "This case is about you"),
        (OPEN, None, "by a person"),
        (replace(OPEN, coder=None, holders=frozenset({ANA, OFFICER})), OFFICER, "login that you hold"),
        (replace(OPEN, coder=None, holders=frozenset({ANA})), OFFICER, ""),
        (replace(OPEN, answerers=frozenset({OFFICER})), OFFICER, "You have answered"),
        (replace(OPEN, review_signed=True), OFFICER, "never changes"),
    ],
)
def test_who_decides(case: CaseFacts, person: UUID | None, why: str) -> None:
    decision = rules.may_decide(case, person)
    assert decision.allowed is (why == "")
    assert why in decision.reason


@given(
    coder=st.one_of(st.none(), st.integers(1, 4).map(lambda n: UUID(int=n))),
    holders=st.frozensets(st.integers(1, 4).map(lambda n: UUID(int=n))),
    answerers=st.frozensets(st.integers(1, 4).map(lambda n: UUID(int=n))),
    person=st.integers(1, 4).map(lambda n: UUID(int=n)),
    signed=st.booleans(),
)
def test_nobody_judges_themselves(
    coder: UUID | None, holders: frozenset[UUID], answerers: frozenset[UUID], person: UUID, signed: bool
) -> None:
    case = CaseFacts("decided", 1, coder, holders, answerers, signed)
    involved = person == coder or person in holders or person in answerers
    assert rules.may_decide(case, person).allowed is (not involved and not signed)
    assert rules.may_reopen(case, person).allowed is (not involved)


@pytest.mark.parametrize(
    ("facts", "today", "read_coverage", "why"),
    [
        (DONE, TODAY, True, ""),
        (replace(DONE, state="signed"), TODAY, True, "signed already"),
        (DONE, date(2026, 3, 8), True, "not over"),
        (replace(DONE, read=False), TODAY, True, "Import it first"),
        (replace(DONE, behind=True), TODAY, True, "has changed"),
        (replace(DONE, undecided=1), TODAY, True, "One case is not decided"),
        (replace(DONE, undecided=12), TODAY, True, "12 cases are not decided"),
        (replace(DONE, decided_by_subject=1), TODAY, True, "the person it is about"),
        (DONE, TODAY, False, "what was reviewed and what was not"),
    ],
)
def test_who_signs(facts: ReviewFacts, today: date, read_coverage: bool, why: str) -> None:
    decision = rules.may_sign(facts, today, read_coverage)
    assert decision.allowed is (why == "")
    assert why in decision.reason


def test_a_signed_review_has_no_further_step() -> None:
    assert not [event for state, event in REVIEW.table if state == "signed"]
    with pytest.raises(Refused, match="nothing more"):
        REVIEW.after("signed", "readied")


def test_a_decided_case_can_only_be_reopened() -> None:
    assert {event for state, event in CASE.table if state == "decided"} == {"reopened"}
    assert CASE.states == ("asked", "decided", "open", "withdrawn")


@pytest.mark.parametrize(
    ("to", "answered", "state", "person", "why"),
    [
        (ANA, False, "asked", ANA, ""),
        (ANA, False, "open", ANA, ""),
        (ANA, False, "asked", OTHER, "somebody else"),
        (ANA, True, "asked", ANA, "stays as it was given"),
        (ANA, False, "decided", ANA, "closed meanwhile"),
        (ANA, False, "withdrawn", ANA, "closed meanwhile"),
    ],
)
def test_who_answers(to: UUID, answered: bool, state: str, person: UUID, why: str) -> None:
    decision = rules.may_answer(to, answered, state, person)
    assert decision.allowed is (why == "")
    assert why in decision.reason


@pytest.mark.parametrize(
    ("late", "words"),
    [
        (timedelta(0), "on time"),
        (timedelta(minutes=-5), "on time"),
        (timedelta(minutes=1), "1 hour late"),
        (timedelta(hours=5), "5 hours late"),
        (timedelta(days=1), "1 day late"),
        (timedelta(days=16, hours=23), "16 days late"),
    ],
)
def test_lateness_in_words(late: timedelta, words: str) -> None:
    assert rules.late_in_words(late) == words


def test_a_review_is_due_after_the_clinics_own_midnight() -> None:
    assert rules.due_at(date(2026, 3, 8), 7, CHICAGO) == datetime(2026, 3, 16, 5)
    assert rules.due_at(date(2026, 2, 1), 7, CHICAGO) == datetime(2026, 2, 9, 6)


def test_weeks_that_must_have_a_review() -> None:
    span = (datetime(2026, 3, 4, 15, tzinfo=UTC), datetime(2026, 3, 9, 4, tzinfo=UTC))
    assert rules.weeks_due(None, [], date(2026, 3, 20), CHICAGO) == []
    assert rules.weeks_due(None, [span], date(2026, 3, 5), CHICAGO) == [date(2026, 3, 2)]
    assert rules.weeks_due(None, [span], date(2026, 3, 23), CHICAGO) == [
        date(2026, 3, 2), date(2026, 3, 9), date(2026, 3, 16),
    ]  # fmt: skip
    assert rules.weeks_due(date(2026, 3, 11), [span], date(2026, 3, 16), CHICAGO) == [date(2026, 3, 9)]


@given(
    begins=st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1)),
    length=st.timedeltas(timedelta(0), timedelta(days=60)),
)
def test_a_span_touches_each_week_once(begins: datetime, length: timedelta) -> None:
    first, last = begins.replace(tzinfo=UTC), (begins + length).replace(tzinfo=UTC)
    weeks = rules.weeks_of(first, last, CHICAGO)
    assert all(week.weekday() == 0 for week in weeks)
    assert all(b - a == timedelta(days=7) for a, b in pairwise(weeks))
    if length:
        assert weeks[0] <= first.astimezone(CHICAGO).date() < weeks[0] + timedelta(days=7)
        assert weeks[-1] <= (last - timedelta(microseconds=1)).astimezone(CHICAGO).date()
    else:
        assert weeks == []


def test_alike_is_what_was_seen_and_what_is_next_not_in_which_order() -> None:
    one = rules.alike_key(["b", "a", "a"], "ask_coder", "P-1")
    assert one == rules.alike_key(["a", "b"], "ask_coder", "P-2")
    assert one != rules.alike_key(["a", "b"], "ask_coder", None)
    assert one != rules.alike_key(["a"], "ask_coder", "P-1")
    assert one != rules.alike_key(["a", "b"], "look", "P-1")


def test_a_stale_form_is_told() -> None:
    assert rules.is_current(3, 3)
    assert "changed while you had it open" in rules.is_current(3, 4).reason
    assert rules.may_ask(OPEN, OFFICER, OFFICER).reason == "You can't ask yourself."
    assert rules.may_ask(OPEN, OFFICER, ANA)
    assert not rules.may_ask(OPEN, ANA, OFFICER)
    assert rules.outcome_counts(["violation", "in_order", "in_order"]) == {"in_order": 2, "violation": 1}
    assert uuid4() not in OPEN.holders
