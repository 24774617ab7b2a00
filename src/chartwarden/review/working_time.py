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
    by_weekday = {name: [day for day in days if WEEKDAYS[day.weekday()] == name] for name in WEEKDAYS}
    found: set[Stretch] = set()
    for row in schedules:
        person = row["person"]
        if person not in zones:
            continue
        for day in by_weekday[row["weekday"]]:
            if _holds(row, day, holidays) and not _away(off.get(person, ()), day):
                found.add((person, *_shift(zones[person], day, row["starts"], row["ends"])))
    return sorted(found)


def _holds(row: Mapping[str, Any], day: date, holidays: frozenset[date]) -> bool:
    begins, ends = row["from"], row["to"]
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
