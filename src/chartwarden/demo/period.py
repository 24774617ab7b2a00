"""When the clinic is watched: fixed dates around a clock change of the clinic's zone, or up to a day that is given.

Inside the simulation an instant is a whole number of seconds since 1970 (UTC), and a day is a local date.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CLINIC_ZONE = ZoneInfo("America/Chicago")
HOLIDAYS = "US"
# The Sundays on which clocks in the United States went forward, and back.
FORWARD = date(2026, 3, 8)
BACK = date(2025, 11, 2)


@dataclass(frozen=True)
class Period:
    """Whole weeks, Monday to Sunday; ``clock_change`` lies in their middle, or is the last one before their end."""

    first: date
    weeks: int
    clock_change: date

    @property
    def days(self) -> list[date]:
        """Every day of the period."""
        return [self.first + timedelta(days=n) for n in range(7 * self.weeks)]

    @property
    def last(self) -> date:
        """The last day, included."""
        return self.first + timedelta(days=7 * self.weeks - 1)

    def holidays(self) -> frozenset[date]:
        """The clinic's holidays in the period."""
        years = {self.first.year, self.last.year}
        return frozenset(holidays.country_holidays(HOLIDAYS, years=years)) & frozenset(self.days)


def period_for(seed: int, weeks: int, until: date | None = None) -> Period:
    """Odd seeds live through the spring change, even ones through the autumn change.

    With ``until`` the last whole week is the one that ended before that day, whatever the clocks did meanwhile.
    """
    if until is not None:
        monday = until - timedelta(days=until.weekday())
        return Period(monday - timedelta(days=7 * weeks), weeks, _last_change(monday - timedelta(days=1)))
    change = FORWARD if seed % 2 else BACK
    return Period(change + timedelta(days=1 - 7 * max(1, weeks // 2)), weeks, change)


def _last_change(day: date) -> date:
    """The last day up to this one on which the clinic's clocks were changed."""
    while _noon_offset(day) == _noon_offset(day - timedelta(days=1)):
        day -= timedelta(days=1)
    return day


def _noon_offset(day: date) -> timedelta | None:
    return datetime.combine(day, time(12), CLINIC_ZONE).utcoffset()


def instant(day: date, minutes: int, zone: ZoneInfo) -> int:
    """Seconds since 1970 of a local time, given as minutes after midnight (1440 and more: the next day)."""
    moment = datetime.combine(day + timedelta(days=minutes // 1440), time(minutes % 1440 // 60, minutes % 60), zone)
    return int(moment.timestamp())


def local_day(at: int, zone: ZoneInfo) -> date:
    """The local date of an instant."""
    return datetime.fromtimestamp(at, zone).date()


def local_text(at: int) -> str:
    """An instant as people of the clinic write it: ISO 8601 with the clinic's offset."""
    return datetime.fromtimestamp(at, CLINIC_ZONE).isoformat()


def utc_text(at: int) -> str:
    """An instant in UTC, as machines write it."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
