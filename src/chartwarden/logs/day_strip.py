"""A log's days as a small picture: which have accesses, which have none. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

CELL, HEIGHT, MOST = 12, 22, 400


@dataclass(frozen=True)
class Day:
    """One cell. ``kind`` is on (has accesses), off (a working day without any) or rest (a weekend without any)."""

    x: int
    kind: str
    day: date

    @property
    def told(self) -> str:
        """What a pointer that rests on it is told."""
        what = "accesses" if self.kind == "on" else "no access"
        return f"{self.day:%a} {self.day.day} {self.day:%b %Y}: {what}"


@dataclass(frozen=True)
class Strip:
    """Cells from the first day to the last; ``gaps`` are the working days without any access."""

    cells: tuple[Day, ...]
    gaps: tuple[date, ...]

    @property
    def width(self) -> int:
        """In the picture's own units."""
        return len(self.cells) * CELL - 2

    @property
    def height(self) -> int:
        """In the picture's own units."""
        return HEIGHT

    @property
    def first(self) -> date:
        """The first day."""
        return self.cells[0].day

    @property
    def last(self) -> date:
        """The last day."""
        return self.cells[-1].day


def strip(days: Sequence[date]) -> Strip | None:
    """The picture of a log's days; None for one without any. Of a very long log the last 400 days."""
    if not days:
        return None
    present = set(days)
    first = max(min(days), max(days) - timedelta(days=MOST - 1))
    found = [first + timedelta(days=at) for at in range((max(days) - first).days + 1)]
    cells = tuple(Day(at * CELL, _kind(day, present), day) for at, day in enumerate(found))
    return Strip(cells, tuple(cell.day for cell in cells if cell.kind == "off"))


def _kind(day: date, present: set[date]) -> str:
    if day in present:
        return "on"
    return "off" if day.weekday() < 5 else "rest"
