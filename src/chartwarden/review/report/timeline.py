"""A case as a time line: its accesses, and the assignments around them, its coder's own and others'.

Drawn by hand and not by Vega-Altair: a chart of Vega costs 45 ms and 12 kB, this one under 1 ms and 2 kB, and a report
draws fifty. Places along the line are percentages, so that the picture grows with the page and its letters do not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from html import escape
from zoneinfo import ZoneInfo

from chartwarden.kernel.zones import from_local
from chartwarden.review.contracts import Assignment, Case
from chartwarden.review.report.text import label
from chartwarden.review.report.tokens import var

AROUND = timedelta(days=14)
LEAST = timedelta(hours=1)
LANE, HEAD, FOOT, OTHERS = 34, 4, 26, 4


@dataclass(frozen=True)
class Window:
    """The stretch of time that the picture shows (UTC)."""

    begins: datetime
    ends: datetime

    def at(self, moment: datetime) -> float:
        """A moment's place in percent, kept inside the picture."""
        share = (moment - self.begins) / (self.ends - self.begins)
        return round(100 * min(max(share, 0.0), 1.0), 1)


def window(case: Case) -> Window:
    """The accesses, with what began or ended within two weeks of them, and a little air."""
    first = min((access.occurred_at for access in case.accesses), default=case.begins)
    last = max((access.occurred_at for access in case.accesses), default=case.ends)
    edges = [edge for held in case.assignments for edge in (held.assigned_at, held.ended_at) if edge is not None]
    near = [edge for edge in edges if first - AROUND <= edge <= last + AROUND]
    begins, ends = min([first, *near]), max([last, *near])
    air = max((ends - begins) * 0.04, (LEAST - (ends - begins)) / 2, timedelta(minutes=5))
    return Window(begins - air, ends + air)


def time_line(case: Case, zone: ZoneInfo, names: Mapping[str, str]) -> str:
    """The picture as SVG; colours are tokens. ``names`` are display names by person."""
    shown_in = window(case)
    own = [held for held in case.assignments if held.coder == case.coder]
    lanes = [(_assigned(case.coder, names) + ("" if own else ": nothing"), own)]
    by_coder: dict[str, list[Assignment]] = {}
    for assignment in case.assignments:
        if assignment.coder != case.coder:
            by_coder.setdefault(assignment.coder, []).append(assignment)
    lanes += [(_assigned(coder, names), held) for coder, held in list(by_coder.items())[:OTHERS]]
    if not case.patient:
        lanes = []
    parts, top = [_days(shown_in, zone, HEAD + LANE * (len(lanes) + 1))], HEAD
    for number, (name, held) in enumerate(lanes):
        parts.append(_lane(name, held, shown_in, top, own=number == 0))
        top += LANE
    parts.append(_accesses(case, shown_in, top))
    parts.append(_axis(shown_in, zone, top + LANE))
    height = top + LANE + FOOT
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="100%" height="{height}" font-size="12">{"".join(parts)}</svg>'
    )


def _lane(name: str, held: Sequence[Assignment], shown_in: Window, top: int, own: bool) -> str:
    parts = [_label(name, top), _rail(top)]
    for assignment in held:
        begins = shown_in.at(assignment.assigned_at)
        ends = shown_in.at(assignment.ended_at or shown_in.ends)
        fill, edge = (var("accent"), var("accent")) if own else (var("sheet"), var("edge"))
        parts.append(
            f'<rect x="{begins}%" y="{top + 18}" width="{max(round(ends - begins, 1), 0.4)}%" height="9" rx="2" '
            f'fill="{fill}" stroke="{edge}"/>'
        )
    return "".join(parts)


def _accesses(case: Case, shown_in: Window, top: int) -> str:
    explained = {shown_in.at(a.occurred_at) for a in case.accesses if a.explanation}
    open_ones = {shown_in.at(a.occurred_at) for a in case.accesses if not a.explanation}
    parts = [_label("Accesses" + (" (hollow: explained by the queue)" if explained else ""), top), _rail(top)]
    for place in sorted(explained):
        parts.append(f'<circle cx="{place}%" cy="{top + 22}" r="4.5" fill="{var("sheet")}" stroke="{var("ink")}"/>')
    for place in sorted(open_ones):
        parts.append(f'<circle cx="{place}%" cy="{top + 22}" r="5" fill="{var("ink")}" stroke="{var("sheet")}"/>')
    return "".join(parts)


def _axis(shown_in: Window, zone: ZoneInfo, top: int) -> str:
    return (
        f'<line x1="0" x2="100%" y1="{top + 2}" y2="{top + 2}" stroke="{var("edge")}"/>'
        f'<text x="0" y="{top + 18}" fill="{var("quiet")}">{_when(shown_in.begins, zone)}</text>'
        f'<text x="100%" y="{top + 18}" text-anchor="end" fill="{var("quiet")}">'
        f"{_when(shown_in.ends, zone)}</text>"
    )


def _days(shown_in: Window, zone: ZoneInfo, bottom: int) -> str:
    """A faint line at each local midnight; none where they would stand too close to be counted."""
    if shown_in.ends - shown_in.begins > 2 * AROUND:
        return ""
    day = shown_in.begins.replace(tzinfo=UTC).astimezone(zone).date() + timedelta(days=1)
    lines = []
    while (midnight := from_local(datetime.combine(day, time()), zone).utc) < shown_in.ends:
        place = shown_in.at(midnight)
        lines.append(f'<line x1="{place}%" x2="{place}%" y1="{HEAD}" y2="{bottom}" stroke="{var("line")}"/>')
        day += timedelta(days=1)
    return "".join(lines)


def _when(utc: datetime, zone: ZoneInfo) -> str:
    local = utc.replace(tzinfo=UTC).astimezone(zone)
    return f"{local:%a} {local.day} {local:%b}, {local:%H:%M}"


def _assigned(coder: str, names: Mapping[str, str]) -> str:
    return f"Assigned to {label(names.get(coder, coder), 28)}"


def _label(text: str, top: int) -> str:
    return f'<text x="0" y="{top + 12}" fill="{var("quiet")}">{escape(label(text, 48))}</text>'


def _rail(top: int) -> str:
    return f'<line x1="0" x2="100%" y1="{top + 22}" y2="{top + 22}" stroke="{var("line")}"/>'
