"""What a report shows, as plain text and pictures: the page and the print are two settings of the same content."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """A table of plain texts. The first column names the row. ``numeric`` columns stand right; ``more`` says what was
    left out, or nothing."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[int, ...] = ()
    code: tuple[int, ...] = ()
    more: str = ""


@dataclass(frozen=True)
class Picture:
    """An SVG whose colours are ``var(--token)``, with its title and what it shows in words.

    ``legend`` pairs a token with what its colour means.
    """

    title: str
    description: str
    svg: str
    legend: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Fact:
    """A number that counts, what it counts, and what to know about it."""

    value: str
    label: str
    note: str = ""


@dataclass(frozen=True)
class Step:
    """What to do next, and the ranks of the cases that wait for it."""

    text: str
    ranks: tuple[int, ...]


@dataclass(frozen=True)
class Reason:
    """What one detector holds for a closer look: its sentences, the greatest weight among them, its citation."""

    title: str
    citation: str
    weight: str
    sentences: tuple[str, ...]
    more: str = ""


@dataclass(frozen=True)
class CaseSheet:
    """A case in full. ``name`` is the coder's display name, empty where none is known; ``patient`` empty for a stretch.

    ``marks`` (1 to 4) is ``strength`` as a picture. ``against`` is what
    speaks for the coder; ``listed`` and ``around`` count the accesses and the assignments.
    """

    rank: int
    case: str
    name: str
    coder: str
    patient: str
    strength: str
    marks: int
    score: str
    when: str
    seen: str
    explained: str
    reasons: tuple[Reason, ...]
    against: tuple[str, ...]
    step: str
    question: str
    picture: Picture
    listed: str
    accesses: Table
    around: str
    assignments: Table | None


@dataclass(frozen=True)
class Page:
    """The whole report. ``digest`` is the SHA-256 of its findings.json; ``listed`` has the cases not shown in full."""

    title: str
    clinic: str
    period: str
    zone: str
    engine: str
    digest: str
    due: str
    evidence: str
    steps: tuple[Step, ...]
    cautions: tuple[str, ...]
    facts: tuple[Fact, ...]
    hours: Picture
    hours_table: Table
    queue: Picture
    queue_table: Table
    inputs: Table
    detectors: Table
    explanations: Table
    coverage: tuple[str, ...]
    quarantine: Table | None
    total: int
    cases: tuple[CaseSheet, ...]
    listed: Table | None
