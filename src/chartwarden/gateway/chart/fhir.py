"""FHIR's values in words, whatever their shape: what a server sends is never trusted to be whole. Pure.

Dates keep the exactness that they have. An instant is said in the clinic's zone, with weekday and zone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

Resource: TypeAlias = Mapping[str, Any]
DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
MONTH = re.compile(r"\d{4}-\d\d", re.ASCII)
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)", re.ASCII)
DEEPEST = 6
NEVER = datetime(1, 1, 1)


def each(value: object, path: str) -> Iterator[Any]:
    """What stands at a path of names (``context.encounter.reference``), through every list on the way; of names with
    ``|`` between them the first that is there."""
    name, _, rest = path.partition(".")
    for one in value if isinstance(value, list) else [value]:
        if not isinstance(one, dict):
            continue
        found = next((one[key] for key in name.split("|") if one.get(key) not in (None, [], {})), None)
        if found is None:
            continue
        if rest:
            yield from each(found, rest)
        else:
            yield from found if isinstance(found, list) else [found]


def first(value: object, path: str) -> str:
    """The first text at a path; "" where there is none."""
    return next((one for one in each(value, path) if isinstance(one, str)), "")


def words(value: object, path: str, zone: ZoneInfo) -> str:
    """All that stands at a path, in words, with semicolons between."""
    return "; ".join(dict.fromkeys(text for one in each(value, path) if (text := said(one, zone))))


def said(value: object, zone: ZoneInfo, depth: int = 0) -> str:
    """A value in words: text, number, date, or one of FHIR's data types. Nothing for what can't be said."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return when(value, zone)
    if isinstance(value, int | float):
        return f"{value:g}" if isinstance(value, float) else str(value)
    if depth >= DEEPEST:
        return ""
    if isinstance(value, list):
        return "; ".join(text for one in value if (text := said(one, zone, depth + 1)))
    if not isinstance(value, dict):
        return ""
    return _typed(value, zone, depth + 1)


def _typed(value: Resource, zone: ZoneInfo, depth: int) -> str:
    """An object of one of FHIR's data types, told by the names it has."""

    def part(name: str) -> str:
        return said(value.get(name), zone, depth)

    if "numerator" in value:
        return f"{part('numerator')} / {part('denominator')}"
    if "low" in value or "high" in value:
        return span(part("low"), part("high"))
    if "start" in value or "end" in value:
        return span(part("start"), part("end"))
    if "value" in value:
        return " ".join(
            text
            for text in (part("comparator"), part("value"), part("unit") or part("code") or part("currency"))
            if text
        )
    if "family" in value or "given" in value:
        return part("text") or " ".join(
            text for name in ("prefix", "given", "family", "suffix") for text in _strings(value.get(name)) if text
        )
    if "line" in value or "city" in value:
        parts = [*_strings(value.get("line")), *(part(name) for name in ("city", "state", "postalCode"))]
        return ", ".join(one for one in parts if one)
    if "text" in value or "coding" in value:
        return part("text") or next((one for coding in each(value, "coding") if (one := said(coding, zone, depth))), "")
    return part("display") or part("code") or said(value.get("concept"), zone, depth)


def _strings(value: object) -> list[str]:
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)]


def span(begins: str, ends: str) -> str:
    """From–to, or the one end that is known."""
    if begins and ends:
        return begins if begins == ends else f"{begins} – {ends}"
    return f"from {begins}" if begins else f"until {ends}" if ends else ""


def bounds(low: str, high: str) -> str:
    """A range of numbers as a laboratory writes it: ``3.5–5.1``, ``≥ 60``, ``< 200``."""
    if low and high:
        return f"{low}–{high}"
    return f"≥ {low}" if low else f"≤ {high}" if high else ""


def when(text: str, zone: ZoneInfo) -> str:
    """FHIR's date in words: ``Fri 6 Mar 2026, 16:55 CST``, ``Fri 6 Mar 2026``, ``Mar 2026``; other text as it is."""
    try:
        if INSTANT.fullmatch(text):
            there = datetime.fromisoformat(text).astimezone(zone)
            return f"{there:%a} {there.day} {there:%b %Y, %H:%M %Z}"
        if DAY.fullmatch(text):
            day = date.fromisoformat(text)
            return f"{day:%a} {day.day} {day:%b %Y}"
        if MONTH.fullmatch(text):
            return f"{date.fromisoformat(f'{text}-01'):%b %Y}"
    except (ValueError, OverflowError):
        return text
    return text


def day(text: str, zone: ZoneInfo) -> str:
    """As ``when``, of an instant the day alone."""
    return when(text, zone).partition(", ")[0] if INSTANT.fullmatch(text) else when(text, zone)


def moment(text: str, zone: ZoneInfo) -> datetime:
    """By which dates of any exactness are put in order; those without one come first."""
    try:
        if INSTANT.fullmatch(text):
            return datetime.fromisoformat(text).astimezone(zone).replace(tzinfo=None)
        whole = {4: f"{text}-01-01", 7: f"{text}-01"}.get(len(text), text[:10])
        return datetime.combine(date.fromisoformat(whole), datetime.min.time())
    except (ValueError, OverflowError):
        return NEVER


def referred(text: object, kind: str) -> str:
    """The id that a reference names, where it names a resource of that kind; else nothing."""
    if not isinstance(text, str):
        return ""
    parts = text.split("/_history/")[0].rsplit("/", 2)
    return parts[-1] if len(parts) > 1 and parts[-2] == kind else ""
