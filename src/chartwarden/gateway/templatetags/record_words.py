"""How a record's classes, dates and purposes are said on a page."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django import template

from chartwarden.assignments.contracts import RecordClass
from chartwarden.gateway.chart.contracts import COPIES, PRINTS, Row, Table

register = template.Library()
CLASSES = {
    RecordClass.OVERVIEW: "Overview",
    RecordClass.NOTES: "Notes",
    RecordClass.OPERATIVE: "Operations and procedures",
    RecordClass.LABORATORY: "Pathology and laboratory",
    RecordClass.RADIOLOGY: "Radiology",
    RecordClass.DISCHARGE: "Discharge",
    RecordClass.PRIOR_AUTHORIZATION: "Prior authorization",
}


@register.filter
def class_word(of: RecordClass) -> str:
    """A class of the record in words."""
    return CLASSES[of]


@register.filter
def purpose_word(purpose: str) -> str:
    """What a copy or print-out is for, in words."""
    return COPIES.get(purpose) or PRINTS.get(purpose, purpose)


@register.filter
def local_text(moment: datetime, zone: ZoneInfo) -> str:
    """An instant as pages say it, without an element around it."""
    there = moment.astimezone(zone)
    return f"{there:%a} {there.day} {there:%b %Y, %H:%M %Z}"


@register.filter
def is_aligned(text: str) -> bool:
    """Whether lines of a text are set out in columns by spaces, which only letters of one width keep."""
    return any("   " in line.strip() for line in text.split("\n"))


@register.filter
def cells(row: Row, table: Table) -> list[tuple[str, str, bool]]:
    """The cells of a row behind its first, each with its column's name and whether it holds a number."""
    named = zip(row.cells, table.columns, strict=True)
    return [(text, name, place in table.numbers) for place, (text, name) in enumerate(named) if place]


@register.filter
def heads(columns: tuple[str, ...], numbers: tuple[int, ...]) -> list[tuple[str, bool]]:
    """The heads of a table's columns, each with whether numbers stand below it."""
    return [(text, place in numbers) for place, text in enumerate(columns)]
