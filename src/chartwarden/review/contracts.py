"""What the review's plug-ins are, and what a review yields. Others may hold these."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from chartwarden.logs.contracts import InputCount, QuarantinedRow

Row = Mapping[str, Any]
DispositionHint = str


@dataclass(frozen=True)
class Clinic:
    """``clinic.toml``: whose records these are, and how they are judged. ``thresholds`` by detector id."""

    name: str
    time_zone: ZoneInfo
    holidays: str = "US"
    grace_minutes: int = 15
    thresholds: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


@dataclass(frozen=True)
class Period:
    """The reviewed stretch: local days of the clinic, both included, and the same as naive UTC, ``ends`` excluded."""

    first_day: date
    last_day: date
    begins: datetime
    ends: datetime


@dataclass(frozen=True)
class Example:
    """Small feeds on which an explanation or a detector fires or stays quiet: its documentation and its test.

    ``feeds`` holds CSV text by feed name, as in feeds.md; what is not given comes from ``review.examples.DEFAULTS``
    (coders ana and ben, nobody's schedule). ``expect`` lists the (coder, patient) pairs that must be signalled
    (patient None for a stretch), or, for an explanation, (event, explanation id or None) pairs.
    An empty ``expect`` of a detector means that it stays quiet.
    """

    title: str
    feeds: Mapping[str, str]
    expect: tuple[tuple[str, str | None], ...]
    clinic: str = ""


@dataclass(frozen=True)
class Explanation:
    """Why an access was in order; one file in ``review/explanations/`` each.

    ``sql`` selects stretches of time from the canonical tables: person, patient, begins, ends (UTC, both included),
    reference (the assignment or ticket). An access of that person to that patient within it is explained. Of several
    the lowest ``order`` wins. ``{grace_minutes}`` and the names in ``parameters`` are filled in.
    """

    title: str
    citation: str
    meaning: str
    order: int
    sql: str
    examples: tuple[Example, ...]
    parameters: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Signal:
    """What a detector saw. ``weight`` is a weight of evidence: the natural logarithm of the likelihood ratio of
    improper against proper access. ``patient`` is None where a stretch of time is the point, not one patient.

    ``accesses`` are access numbers of the table ``accesses``. ``facts`` are plain values (str, int, float, bool).
    ``sentence`` says what was seen; ``against`` what speaks for the access having been in order, or nothing.
    """

    detector: str
    coder: str
    patient: str | None
    begins: datetime
    ends: datetime
    accesses: tuple[int, ...]
    weight: float
    facts: Mapping[str, str | int | float | bool]
    sentence: str
    against: str = ""


@dataclass(frozen=True)
class Scoring:
    """What a detector may know while it scores its rows. ``zones`` by person; the clinic's for whoever is not there."""

    detector: str
    parameters: Mapping[str, float]
    clinic: Clinic
    period: Period
    zones: Mapping[str, ZoneInfo]

    def zone_of(self, coder: str) -> ZoneInfo:
        """The zone in which a coder's times are judged."""
        return self.zones.get(coder, self.clinic.time_zone)


@dataclass(frozen=True)
class Detector:
    """Something that a reviewer should look at; one file in ``review/detectors/`` each.

    ``sql`` is portable SQL in DuckDB's dialect over the canonical tables (docs/reference/tables.md); ``score`` turns
    its rows (in any order) into signals, purely. ``needs`` names optional feeds without which it does not run;
    it does not run either unless one of ``needs_any`` is there.
    ``parameters`` may be overridden in clinic.toml under ``[thresholds.ID]``; they also fill ``{names}`` in the SQL.
    ``basis`` documents where the weights come from. ``suggested`` is the next step: ask_coder, ask_supervisor,
    check_vendor, check_login, check_device, look. A ``plain`` detector says no more than how an access lay
    outside the queue; a pair with only such signals joins the stretch that it is part of, if one of that stretch's
    detectors ``takes_in`` pairs.
    """

    title: str
    version: int
    citation: str
    flags: str
    matters: str
    advice: str
    basis: str
    suggested: str
    sql: str
    score: Callable[[Sequence[Row], Scoring], Iterable[Signal]]
    examples: tuple[Example, ...]
    needs: tuple[str, ...] = ()
    needs_any: tuple[str, ...] = ()
    parameters: Mapping[str, float] = field(default_factory=dict)
    plain: bool = False
    takes_in: bool = False


@dataclass(frozen=True)
class DetectorRun:
    """What became of one detector in this review. ``why_not`` says why it did not run: "no patients feed"."""

    id: str
    version: int
    ran: bool
    why_not: str | None
    signals: int


@dataclass(frozen=True)
class Access:
    """One access as a case shows it. ``event`` is the source's id, or ``row:`` and a digest of its contents."""

    access: int
    event: str
    occurred_at: datetime
    actor: str
    action: str
    patient: str | None
    document: str | None
    device: str | None
    address: str | None
    outcome: str | None
    explanation: str | None
    file: str


@dataclass(frozen=True)
class Assignment:
    """An assignment around a case, for its time line. ``ended_at`` None: still open. ``coder`` may be another's."""

    assignment: str
    coder: str
    patient: str
    kind: str
    assigned_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True)
class Case:
    """Signals of one coder that one person decides together. ``case`` is a digest of what it holds."""

    case: str
    rank: int
    score: float
    coder: str
    patient: str | None
    begins: datetime
    ends: datetime
    accesses: tuple[Access, ...]
    signals: tuple[Signal, ...]
    narrative: str
    suggested: str
    assignments: tuple[Assignment, ...] = ()


@dataclass(frozen=True)
class Coverage:
    """What was there to be read. Days are local to the clinic. ``notes`` are gaps and oddities in plain sentences."""

    days: tuple[date, ...]
    days_without_accesses: tuple[date, ...]
    systems: tuple[str, ...]
    out_of_scope: int
    local_times_guessed: int
    notes: tuple[str, ...] = ()
    not_accesses: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Totals:
    """Counts of the accesses in scope and in the period that name a patient."""

    accesses: int
    explained: int
    unexplained: int
    by_explanation: Mapping[str, int]
    first: int
    repeated: int


@dataclass(frozen=True)
class HourCount:
    """Accesses by hour of the person's local week. ``weekday`` 0 is Monday."""

    weekday: int
    hour: int
    accesses: int


@dataclass(frozen=True)
class CoderLoad:
    """One coder's period: distinct patients opened, of those under an assignment, outside of any, and accesses."""

    coder: str
    patients: int
    patients_assigned: int
    patients_unexplained: int
    accesses: int


@dataclass(frozen=True)
class Findings:
    """The result of one review: everything that findings.json and the reports are made from."""

    clinic: Clinic
    period: Period
    engine: str
    inputs: tuple[InputCount, ...]
    quarantined: tuple[QuarantinedRow, ...]
    coverage: Coverage
    totals: Totals
    detectors: tuple[DetectorRun, ...]
    cases: tuple[Case, ...]
    hours: tuple[HourCount, ...]
    loads: tuple[CoderLoad, ...]
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class WeekReview:
    """A week's findings, judged with the weeks before it at hand.

    ``findings`` speak of the week alone: period, totals, hours, loads, coverage. Its cases are those with an access in
    the week, or, where they have none, a signal in it; what they hold may reach back further. ``judged`` is a Parquet
    file of every access in scope in the week (columns: ``review.week.JUDGED_SCHEMA``), by coder, then time.
    """

    findings: Findings
    judged: Path
