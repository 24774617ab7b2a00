"""Instants and time zones. Stored in UTC, judged in the zone of the person or the clinic; no clock is read here.

A naive ``datetime`` that leaves this module is UTC. Zone rules come from the standard library's ``zoneinfo``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from chartwarden.kernel.errors import refuse

EXPECTED_INSTANT = "a time in ISO 8601, such as 2026-03-08T14:05:00-05:00 or 2026-03-08 14:05"


@dataclass(frozen=True)
class Instant:
    """A UTC instant (naive ``datetime``), and whether a clock change left its local time ambiguous or impossible."""

    utc: datetime
    guessed: bool


@dataclass(frozen=True)
class Offset:
    """From ``begins`` until before ``ends`` (UTC, naive), local time is UTC plus ``seconds``."""

    begins: datetime
    ends: datetime
    seconds: int


def zone(name: str, where: str) -> ZoneInfo:
    """The IANA zone of that name. Raises InputRefused, naming ``where``, if there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise refuse(where, "an IANA time zone such as America/Chicago", repr(name)) from None


def from_local(local: datetime, local_zone: ZoneInfo) -> Instant:
    """A naive local time as UTC, by the standard library's rule (fold=0); ``guessed`` where it had to choose."""
    first = local.replace(tzinfo=local_zone, fold=0)
    second = local.replace(tzinfo=local_zone, fold=1)
    return Instant(first.astimezone(UTC).replace(tzinfo=None), first.utcoffset() != second.utcoffset())


def parse_instant(text: str, local_zone: ZoneInfo) -> Instant:
    """Read ISO 8601: with an offset as given, without one as local time. Raises ValueError, naming what was found."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f"expected {EXPECTED_INSTANT}; found {text[:80]!r}") from None
    if moment.tzinfo is None:
        return from_local(moment, local_zone)
    return Instant(moment.astimezone(UTC).replace(tzinfo=None), False)


def offsets(local_zone: ZoneInfo, begins: datetime, ends: datetime) -> list[Offset]:
    """The zone's offsets that cover ``begins`` to ``ends`` (UTC, naive), to the second, without gaps.

    Steps of a day and a binary search within the day where the offset changed: enough, since no zone has changed
    its offset twice in a day.
    """
    found: list[Offset] = []
    since, now = begins, begins
    seconds = _offset_at(now, local_zone)
    while now < ends:
        after = min(now + timedelta(days=1), ends)
        changed = _offset_at(after, local_zone)
        if changed != seconds:
            turn = _change_between(now, after, local_zone)
            found.append(Offset(since, turn, seconds))
            since, seconds = turn, changed
        now = after
    found.append(Offset(since, ends, seconds))
    return found


def _offset_at(utc: datetime, local_zone: ZoneInfo) -> int:
    delta = utc.replace(tzinfo=UTC).astimezone(local_zone).utcoffset()
    return int(delta.total_seconds()) if delta is not None else 0


def _change_between(before: datetime, after: datetime, local_zone: ZoneInfo) -> datetime:
    old = _offset_at(before, local_zone)
    while after - before > timedelta(seconds=1):
        middle = (before + (after - before) / 2).replace(microsecond=0)
        if _offset_at(middle, local_zone) == old:
            before = middle
        else:
            after = middle
    return after
