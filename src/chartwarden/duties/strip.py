"""A year of a duty as a strip of marks: where each stands and what it says. Pure; the template draws it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from chartwarden.duties.contracts import Standing, State

STEP, MARGIN = 1.7, 8
WIDTH = round(2 * MARGIN + 366 * STEP)
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
SHAPES = {
    State.CLOSED: ("done", "done"),
    State.CLOSED_LATE: ("done-late", "done late"),
    State.DUE: ("due", "due now"),
    State.OVERDUE: ("missed", "overdue"),
    State.UPCOMING: ("ahead", "to come"),
}
"""Shape and word of each state."""


@dataclass(frozen=True)
class Mark:
    """One occurrence on the strip: ``x`` of its middle, its shape, and what it says."""

    x: int
    shape: str
    says: str


@dataclass(frozen=True)
class Strip:
    """Marks and month lines, ``width`` wide; ``says`` is the whole in words, for those who don't see it."""

    width: int
    months: tuple[tuple[int, str], ...]
    marks: tuple[Mark, ...]
    today: int
    says: str


def strip(year: Sequence[Standing], today: date) -> Strip:
    """The strip of the year that ``today`` lies in."""
    months = tuple((_x(date(today.year, month, 1)), name) for month, name in enumerate(MONTHS, 1))
    marks = tuple(_mark(one) for one in year)
    counts = Counter(SHAPES[one.state][1] for one in year)
    says = ", ".join(f"{counts[word]} {word}" for _, word in SHAPES.values() if counts[word])
    return Strip(WIDTH, months, marks, _x(today), f"{today.year}: {says or 'nothing comes round'}")


def _mark(one: Standing) -> Mark:
    shape, word = SHAPES[one.state]
    day = one.occurrence.day
    return Mark(_x(day), shape, f"{day:%a} {day.day} {day:%b %Y}: {word}")


def _x(day: date) -> int:
    return round(MARGIN + (day.timetuple().tm_yday - 1) * STEP)
