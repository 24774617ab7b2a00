"""The reviewed stretch of local days, and where such days begin in UTC."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from chartwarden.kernel.errors import refuse
from chartwarden.kernel.zones import from_local
from chartwarden.review.contracts import Clinic, Period


def period_of(first_at: datetime, last_at: datetime, clinic: Clinic, days: tuple[date | None, date | None]) -> Period:
    """The asked-for days, or those of the log's first and last access. Raises InputRefused where they are reversed."""
    log_first, log_last = local_day(first_at, clinic.time_zone), local_day(last_at, clinic.time_zone)
    first, last = days[0] or log_first, days[1] or log_last
    if last < first and (days[0] is None or days[1] is None):
        raise refuse(
            "--from or --to",
            f"days that the log reaches, which runs from {log_first} to {log_last}",
            str(days[0] or days[1]),
        )
    if last < first:
        raise refuse("--from and --to", "a first day that is not after the last", f"{first} to {last}")
    return Period(first, last, midnight(first, clinic.time_zone), midnight(last + timedelta(days=1), clinic.time_zone))


def local_day(utc: datetime, zone: ZoneInfo) -> date:
    """The local day of a naive UTC instant."""
    return utc.replace(tzinfo=ZoneInfo("UTC")).astimezone(zone).date()


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of a local day, as naive UTC."""
    return from_local(datetime.combine(day, time()), zone).utc
