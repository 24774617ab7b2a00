"""Shifts in UTC: over midnight, over clock changes, on holidays, on leave."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from chartwarden.review.working_time import public_holidays, working_time

CHICAGO = {"ana": ZoneInfo("America/Chicago")}


def row(weekday: str, starts: int, ends: int, first: date | None = None, last: date | None = None) -> dict[str, Any]:
    return {"person": "ana", "weekday": weekday, "starts": starts, "ends": ends, "from": first, "to": last}


def week(first: date, days: int = 7) -> list[date]:
    return [first + timedelta(days=number) for number in range(days)]


@pytest.mark.parametrize(
    ("schedule", "days", "expected"),
    [
        ([row("mon", 480, 1020)], week(date(2026, 5, 4)), [("2026-05-04 13:00", "2026-05-04 22:00")]),
        ([row("mon", 1320, 360)], week(date(2026, 5, 4)), [("2026-05-05 03:00", "2026-05-05 11:00")]),
        # The night when clocks go forward is an hour shorter, the night when they go back an hour longer.
        ([row("sat", 1320, 360)], week(date(2026, 3, 2)), [("2026-03-08 04:00", "2026-03-08 11:00")]),
        ([row("sat", 1320, 360)], week(date(2026, 10, 26)), [("2026-11-01 03:00", "2026-11-01 12:00")]),
        ([row("mon", 480, 1020, date(2026, 5, 11))], week(date(2026, 5, 4)), []),
        ([row("mon", 480, 1020, None, date(2026, 5, 3))], week(date(2026, 5, 4)), []),
    ],
)
def test_shifts(schedule: list[dict[str, Any]], days: list[date], expected: list[tuple[str, str]]) -> None:
    found = working_time(schedule, [], CHICAGO, days, frozenset())
    assert [(str(begins)[:16], str(ends)[:16]) for _, begins, ends in found] == expected


def test_a_public_holiday_is_free_but_for_a_dated_shift() -> None:
    days = week(date(2026, 11, 23))
    holidays = public_holidays("US", days)
    assert holidays == {date(2026, 11, 26)}
    assert working_time([row("thu", 480, 1020)], [], CHICAGO, days, holidays) == []
    dated = row("thu", 480, 720, date(2026, 11, 26), date(2026, 11, 26))
    [found] = working_time([row("thu", 480, 1020), dated], [], CHICAGO, days, holidays)
    assert found == ("ana", datetime(2026, 11, 26, 14), datetime(2026, 11, 26, 18))


def test_leave_takes_away_the_shifts_that_begin_on_its_days() -> None:
    schedule = [row("mon", 1320, 360), row("tue", 1320, 360)]
    leave = [{"person": "ana", "from": date(2026, 5, 5), "to": date(2026, 5, 6), "kind": "vacation"}]
    found = working_time(schedule, leave, CHICAGO, week(date(2026, 5, 4)), frozenset())
    assert [str(begins) for _, begins, _ in found] == ["2026-05-05 03:00:00"]


def test_schedules_of_people_nobody_knows_are_left_alone() -> None:
    stranger = {**row("mon", 480, 1020), "person": "eve"}
    assert working_time([stranger], [], CHICAGO, week(date(2026, 5, 4)), frozenset()) == []
