"""How times, counts and lists read in a sentence. Pure; times come in as naive UTC and are said with their zone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def moment(utc: datetime, zone: ZoneInfo) -> str:
    """``Mon 4 May 2026, 09:00 CDT``."""
    local = _local(utc, zone)
    return f"{local:%a} {local.day} {local:%b %Y}, {local:%H:%M} {local:%Z}"


def stretch(begins: datetime, ends: datetime, zone: ZoneInfo) -> str:
    """``Mon 4 May 2026, 09:00–09:20 CDT``; both ends in full where they are on different days."""
    first, last = _local(begins, zone), _local(ends, zone)
    if first.date() != last.date():
        return f"{moment(begins, zone)} to {moment(ends, zone)}"
    if (first.hour, first.minute) == (last.hour, last.minute):
        return moment(begins, zone)
    return f"{first:%a} {first.day} {first:%b %Y}, {first:%H:%M}–{last:%H:%M} {last:%Z}"


@lru_cache(maxsize=65536)
def _local(utc: datetime, zone: ZoneInfo) -> datetime:
    return utc.replace(tzinfo=UTC).astimezone(zone)


def count(number: int, one: str, many: str | None = None) -> str:
    """``one access``, ``12 accesses``."""
    word = one if number == 1 else many or (one + ("es" if one.endswith("s") else "s"))
    return f"{SMALL[number] if 0 <= number < len(SMALL) else f'{number:,}'} {word}"


def times(number: int) -> str:
    """``once``, ``twice``, ``three times``."""
    return {1: "once", 2: "twice"}.get(number, count(number, "time"))


def listed(words: Iterable[str], last: str = "and") -> str:
    """``a, b and c``."""
    items = list(words)
    if len(items) < 2:
        return "".join(items)
    return ", ".join(items[:-1]) + f" {last} {items[-1]}"
