"""Filters for pages: local times with weekday and zone, counts with their unit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def local(moment: datetime | None, zone: ZoneInfo) -> str | SafeString:
    """An instant as ``Fri 6 Mar 2026, 16:55 CST``, in a ``time`` element; a dash where there is none."""
    if moment is None:
        return "–"
    there = moment.astimezone(zone)
    said = f"{there:%a} {there.day} {there:%b %Y, %H:%M %Z}"
    return format_html('<time datetime="{}">{}</time>', moment.isoformat(timespec="seconds"), said)


@register.filter
def day(value: date | None) -> str | SafeString:
    """A day as ``Fri 6 Mar 2026``; a dash where there is none."""
    if value is None:
        return "–"
    said = f"{value:%a} {value.day} {value:%b %Y}"
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), said)


@register.filter
def local_day(moment: datetime | None, zone: ZoneInfo) -> str | SafeString:
    """The local day of an instant, as ``day`` says it."""
    return day(moment.astimezone(zone).date() if moment else None)


@register.filter
def deadline(moment: datetime | None, zone: ZoneInfo) -> str | SafeString:
    """When something is due: an instant at midnight is said as the end of the day before, which people count by."""
    if moment is None:
        return "–"
    there = moment.astimezone(zone)
    if there.time() != time():
        return local(moment, zone)
    last = there.date() - timedelta(days=1)
    said = f"{last:%a} {last.day} {last:%b %Y}"
    return format_html('<time datetime="{}">end of {}</time>', moment.isoformat(timespec="seconds"), said)


@register.filter
def counted(number: int, word: str) -> str:
    """``1 case``, ``2,000 cases``; ``word`` may give its plural behind a comma: ``access,accesses``."""
    one, _, many = word.partition(",")
    return f"{number:,} {one if number == 1 else many or one + 's'}"


@register.filter
def role(name: str) -> str:
    """A role's name in words: ``privacy officer``."""
    return name.replace("_", " ")


@register.filter
def at(found: Mapping[Any, Any], key: object) -> object:
    """What a mapping holds under a key; None where it holds nothing."""
    return found.get(key)
