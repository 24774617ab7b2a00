"""When duties come round, how they stand, who closes and who hears of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chartwarden.duties import rules
from chartwarden.duties.contracts import Closed, Duty, State, catalog

CHICAGO = ZoneInfo("America/Chicago")
ZONES = st.sampled_from(["America/Chicago", "America/Havana", "Pacific/Apia", "Asia/Kathmandu", "UTC"]).map(ZoneInfo)
DAYS = st.dates(date(2015, 1, 1), date(2040, 12, 31))


def duty(rule: str, *, looks_back: bool = False, owner: str = "security_officer") -> Duty:
    return Duty("Title", "Citation", "Why.", "How.", rule, owner, 7, looks_back=looks_back)


def days(rule: str, since: str, last: str, *, looks_back: bool = False) -> list[str]:
    begins, ends = date.fromisoformat(since), date.fromisoformat(last)
    found = rules.occurrences("d", duty(rule, looks_back=looks_back), begins, begins, ends, CHICAGO, 7)
    return [one.day.isoformat() for one in found]


@pytest.mark.parametrize(
    ("rule", "since", "last", "looks_back", "expected"),
    [
        ("FREQ=WEEKLY;BYDAY=MO", "2026-03-02", "2026-03-16", True, ["2026-03-09", "2026-03-16"]),
        ("FREQ=WEEKLY;BYDAY=MO", "2026-03-02", "2026-03-09", False, ["2026-03-02", "2026-03-09"]),
        ("FREQ=WEEKLY;BYDAY=MO", "2026-03-04", "2026-03-09", True, ["2026-03-09"]),
        ("FREQ=MONTHLY;BYMONTHDAY=1", "2026-01-15", "2026-03-01", True, ["2026-02-01", "2026-03-01"]),
        ("FREQ=YEARLY", "2024-02-29", "2026-12-31", False, ["2024-03-01", "2025-03-01", "2026-03-01"]),
        ("FREQ=YEARLY;BYMONTH=1,4,7,10;BYMONTHDAY=1", "2026-03-09", "2026-12-31", False,
         ["2026-04-01", "2026-07-01", "2026-10-01"]),
        ("FREQ=DAILY;COUNT=2", "2026-03-09", "2026-12-31", False, ["2026-03-09", "2026-03-10"]),
    ],
)  # fmt: skip
def test_a_duty_comes_round(rule: str, since: str, last: str, looks_back: bool, expected: list[str]) -> None:
    assert days(rule, since, last, looks_back=looks_back) == expected


def test_it_is_due_at_the_end_of_the_local_day_across_a_clock_change() -> None:
    one = rules.occurrence("d", date(2026, 3, 2), date(2026, 2, 23), CHICAGO, 7)
    assert one.opens == datetime(2026, 3, 2, 6, tzinfo=UTC)
    assert one.due == datetime(2026, 3, 10, 5, tzinfo=UTC)


@settings(deadline=None)
@given(zone=ZONES, since=DAYS, ahead=st.integers(0, 900), late=st.integers(1, 120), name=st.sampled_from([*catalog()]))
def test_occurrences_are_in_order_and_never_before_the_first_day(
    zone: ZoneInfo, since: date, ahead: int, late: int, name: str
) -> None:
    last = since + timedelta(days=ahead)
    found = rules.occurrences(name, catalog()[name], since, since, last, zone, late)
    assert [one.day for one in found] == sorted({one.day for one in found})
    assert all(since <= one.previous <= one.day <= last for one in found)
    assert all(one.opens < one.due for one in found)
    whole_days = late if catalog()[name].looks_back else late + 1
    assert all(one.due.astimezone(zone).date() == one.day + timedelta(days=whole_days) for one in found)
    # A later window is a part of the whole.
    middle = since + timedelta(days=ahead // 2)
    part = rules.occurrences(name, catalog()[name], since, middle, last, zone, late)
    assert part == [one for one in found if one.day >= middle]


@settings(deadline=None)
@given(since=DAYS, today=st.integers(0, 800), name=st.sampled_from([*catalog()]))
def test_there_is_always_a_next_time(since: date, today: int, name: str) -> None:
    after = since + timedelta(days=today)
    following = rules.upcoming(name, catalog()[name], since, after, CHICAGO, 7)
    assert following is not None
    assert following.day > after


ONE = rules.occurrence("d", date(2026, 3, 2), date(2026, 2, 23), CHICAGO, 7)


@pytest.mark.parametrize(
    ("now", "closed", "expected"),
    [
        (ONE.opens - timedelta(seconds=1), None, State.UPCOMING),
        (ONE.opens, None, State.DUE),
        (ONE.due - timedelta(microseconds=1), None, State.DUE),
        (ONE.due, None, State.OVERDUE),
        (ONE.due, ONE.due - timedelta(microseconds=1), State.CLOSED),
        (ONE.due, ONE.due, State.CLOSED_LATE),
    ],
)
def test_how_it_stands(now: datetime, closed: datetime | None, expected: State) -> None:
    assert rules.state(ONE, Closed(closed, None) if closed else None, now) is expected


WEEKS = rules.occurrences(
    "d",
    duty("FREQ=WEEKLY;BYDAY=MO", looks_back=True),
    date(2026, 3, 2),
    date(2026, 3, 2),
    date(2026, 3, 23),
    CHICAGO,
    7,
)


@pytest.mark.parametrize(
    ("facts", "written", "expected"),
    [
        ({"first_day": "2026-03-02", "last_day": "2026-03-08"}, "2026-03-30", "2026-03-09"),
        ({"first_day": "2026-03-09", "last_day": "2026-03-15"}, "2026-03-16", "2026-03-16"),
        ({"last_day": "2026-02-22"}, "2026-03-16", None),
        ({"last_day": "2026-03-29"}, "2026-03-16", None),
        ({"occurrence": "2026-03-23"}, "2026-03-09", "2026-03-23"),
        ({"occurrence": "2026-03-24"}, "2026-03-24", None),
        ({}, "2026-03-17", "2026-03-16"),
        ({"last_day": "nonsense"}, "2026-03-08", None),
    ],
)
def test_which_time_an_entry_closes(facts: dict[str, Any], written: str, expected: str | None) -> None:
    found = rules.day_closed(WEEKS, facts, date.fromisoformat(written))
    assert (found.isoformat() if found else None) == expected


@pytest.mark.parametrize(
    ("roles", "permitted", "allowed", "says"),
    [
        ({"security_officer"}, True, True, ""),
        ({"privacy_officer"}, True, True, ""),
        ({"owner"}, True, False, "security officer"),
        ({"security_officer"}, False, False, "does not let you"),
    ],
)
def test_who_may_close(roles: set[str], permitted: bool, allowed: bool, says: str) -> None:
    decision = rules.may_close(duty("FREQ=YEARLY"), roles, permitted)
    assert (decision.allowed, says in decision.reason) == (allowed, True)


@pytest.mark.parametrize(
    ("step", "holders", "expected"),
    [
        (State.DUE, {"security_officer": ["s"], "privacy_officer": ["p"]}, ["s"]),
        (State.OVERDUE, {"security_officer": ["s"], "privacy_officer": ["p"]}, ["s", "p"]),
        (State.DUE, {"privacy_officer": ["p"]}, ["p"]),
        (State.OVERDUE, {"security_officer": ["p"], "privacy_officer": ["p"]}, ["p"]),
        (State.OVERDUE, {}, []),
    ],
)
def test_who_hears_of_it(step: State, holders: dict[str, list[str]], expected: list[str]) -> None:
    assert rules.told(duty("FREQ=YEARLY"), step, holders) == expected


def test_the_weekly_review_is_due_when_its_week_is() -> None:
    """Both rooms count so many whole days from the week's end."""
    (one,) = rules.occurrences(
        "weekly_log_review", catalog()["weekly_log_review"], date(2026, 3, 2), date(2026, 3, 9), date(2026, 3, 9),
        CHICAGO, 7,
    )  # fmt: skip
    assert one.due.astimezone(CHICAGO) == datetime(2026, 3, 16, tzinfo=CHICAGO)
