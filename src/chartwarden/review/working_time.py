"""When each person works, as stretches of UTC: schedules less leave and public holidays.

Rows of a schedule add up. A row dated for a month or less (approved overtime, a swapped shift) also holds on a public
holiday; any other row does not. Leave takes away everything that begins on its days.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import holidays as holiday_calendars

from chartwarden.review.feeds import WEEKDAYS

DATED_SHIFT_DAYS = 31
Stretch = tuple[str, datetime, datetime]
Pattern = tuple[str, int, int, date | None, date | None]
"""Weekday, start and end in minutes of the local day, first and last day."""


def public_holidays(region: str, days: Sequence[date]) -> frozenset[date]:
    """The public holidays of a region of the ``holidays`` library (``US``, ``US-CA``) among the given days."""
    country, _, part = region.partition("-")
    years = sorted({day.year for day in days})
    calendar = holiday_calendars.country_holidays(country, subdiv=part or None, years=years)
    return frozenset(day for day in days if day in calendar)


def working_time(
    schedules: Iterable[Mapping[str, Any]],
    leave: Iterable[Mapping[str, Any]],
    zones: Mapping[str, ZoneInfo],
    days: Sequence[date],
    holidays: frozenset[date],
) -> list[Stretch]:
    """(person, begins, ends) in naive UTC for every shift that begins on one of ``days``, sorted."""
    off: dict[str, list[tuple[date, date]]] = {}
    for row in leave:
        off.setdefault(row["person"], []).append((row["from"], row["to"]))
    patterns: dict[str, set[Pattern]] = {}
    for row in schedules:
        if row["person"] in zones:
            pattern = (row["weekday"], row["starts"], row["ends"], row["from"], row["to"])
            patterns.setdefault(row["person"], set()).add(pattern)
    shifts = _Shifts(days, holidays)
    found: list[Stretch] = []
    for person in sorted(patterns):
        away = tuple(sorted(off.get(person, ())))
        found.extend(
            (person, begins, ends) for begins, ends in shifts.of(zones[person], frozenset(patterns[person]), away)
        )
    return found


class _Shifts:
    """Shifts by zone, pattern and leave; most people of a clinic share theirs."""

    def __init__(self, days: Sequence[date], holidays: frozenset[date]) -> None:
        self._by_weekday = {name: [day for day in days if WEEKDAYS[day.weekday()] == name] for name in WEEKDAYS}
        self._holidays = holidays
        self._known: dict[object, list[tuple[datetime, datetime]]] = {}

    def of(
        self, zone: ZoneInfo, patterns: frozenset[Pattern], away: tuple[tuple[date, date], ...]
    ) -> list[tuple[datetime, datetime]]:
        key = (zone.key, patterns, away)
        if key not in self._known:
            self._known[key] = sorted(
                {
                    _shift(zone, day, starts, ends)
                    for weekday, starts, ends, first, last in patterns
                    for day in self._by_weekday[weekday]
                    if _holds(first, last, day, self._holidays) and not _away(away, day)
                }
            )
        return self._known[key]


def _holds(begins: date | None, ends: date | None, day: date, holidays: frozenset[date]) -> bool:
    if (begins is not None and day < begins) or (ends is not None and day > ends):
        return False
    dated = begins is not None and ends is not None and (ends - begins).days <= DATED_SHIFT_DAYS
    return dated or day not in holidays


def _away(stretches: Iterable[tuple[date, date]], day: date) -> bool:
    return any(begins <= day <= ends for begins, ends in stretches)


@cache
def _shift(zone: ZoneInfo, day: date, starts: int, ends: int) -> tuple[datetime, datetime]:
    last = day if ends > starts else day + timedelta(days=1)
    return _utc(zone, day, starts), _utc(zone, last, ends)


def _utc(zone: ZoneInfo, day: date, minutes: int) -> datetime:
    local = datetime(day.year, day.month, day.day, minutes // 60, minutes % 60, tzinfo=zone)
    return local.astimezone(UTC).replace(tzinfo=None)
