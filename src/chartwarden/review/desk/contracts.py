"""What the desk keeps of a review, and what its pages show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from chartwarden.kernel.decisions import Decision
from chartwarden.logs.contracts import InputCount, QuarantinedRow
from chartwarden.review.contracts import Case, CoderLoad, Coverage, DetectorRun, HourCount, Totals
from chartwarden.review.report.contracts import Picture


@dataclass(frozen=True)
class Summary:
    """A week's findings without the cases, as a review keeps them, sealed.

    Of quarantined rows the first are kept; ``quarantined_more`` counts the others. ``names`` are display names by the
    person's id in the workforce feed. ``pictures`` are those of the hours and of the queue, drawn once.
    """

    engine: str
    inputs: tuple[InputCount, ...]
    quarantined: tuple[QuarantinedRow, ...]
    quarantined_more: int
    coverage: Coverage
    totals: Totals
    detectors: tuple[DetectorRun, ...]
    hours: tuple[HourCount, ...]
    loads: tuple[CoderLoad, ...]
    names: Mapping[str, str]
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True)
class CaseHead:
    """What a list shows of a case. ``begins`` and ``ends`` are naive UTC; ``gist`` is one sentence."""

    coder: str
    name: str
    patient: str | None
    begins: datetime
    ends: datetime
    accesses: int
    gist: str


@dataclass(frozen=True)
class CaseBody:
    """The whole case, with display names by person for its time line."""

    case: Case
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class JudgedAccess:
    """One access as its person's own page shows it: times naive UTC. ``explained`` is None where there is no patient,
    so nothing to explain; ``reference`` names the assignment, or who approved the ticket."""

    occurred_at: datetime
    action: str
    patient: str | None
    document: str | None
    outcome: str | None
    event: str | None
    explained: bool | None
    explanation: str | None
    reference: str | None


@dataclass(frozen=True)
class ReviewLine:
    """A review in a list. ``late_by`` is how late it is now, or was when signed; ``amends`` marks an amendment."""

    id: UUID
    first_day: date
    last_day: date
    due_at: datetime
    state: str
    read: bool
    run: str
    run_stage: str
    run_fault: str
    cases: int
    undecided: int
    asked: int
    accesses: int
    explained: int
    late_by: timedelta
    signed_at: datetime | None
    signed_by: UUID | None
    amends: UUID | None
    amended_by: UUID | None
    document_digest: str = ""
    refreshed_at: datetime | None = None


@dataclass(frozen=True)
class CaseLine:
    """A case in a list. ``strength`` and ``marks`` (1 to 4) tell the weight of its evidence.

    ``group`` is how many cases stand behind the line: more than one where it leads those alike of the same coder.
    """

    id: UUID
    rank: int
    state: str
    outcome: str
    strength: str
    marks: int
    coder: UUID | None
    head: CaseHead
    when: str
    title: str
    others: int
    step: str
    answered: bool
    decided_at: datetime | None
    note: str = ""
    decided_by: UUID | None = None
    revision: int = 0
    group: int = 1


@dataclass(frozen=True)
class QuestionShown:
    """A question and its answer, opened."""

    id: UUID
    case: UUID
    to: UUID
    asked_by: UUID
    asked_at: datetime
    text: str
    answered_at: datetime | None
    answer: str


@dataclass(frozen=True)
class DispositionShown:
    """How a case was decided, opened. ``superseded_at`` is when it was reopened, ``reason`` why."""

    outcome: str
    note: str
    by: UUID
    at: datetime
    together: int
    superseded_at: datetime | None
    superseded_by: UUID | None
    reason: str


@dataclass(frozen=True)
class CaseShown:
    """A case in full, with what was asked, answered and decided, and what was decided before.

    ``brought`` tells of assignments that came after the case's first access: when, and who had them count.
    """

    id: UUID
    review: ReviewLine
    state: str
    outcome: str
    revision: int
    coder: UUID | None
    head: CaseHead
    body: CaseBody
    questions: tuple[QuestionShown, ...]
    dispositions: tuple[DispositionShown, ...]
    of_pair: tuple[CaseLine, ...]
    of_coder: tuple[CaseLine, ...]
    alike: tuple[CaseLine, ...]
    position: int
    undecided: int
    before: UUID | None
    after: UUID | None
    reopens: UUID | None
    reopened_as: UUID | None
    may_decide: Decision
    brought: Mapping[str, tuple[datetime, UUID | None]] = field(default_factory=dict)


@dataclass(frozen=True)
class CaseGroup:
    """Undecided cases of one coder that are alike, none with strong evidence: decided with one note, or apart.

    ``following`` leads on to the next undecided case that is none of them.
    """

    review: ReviewLine
    cases: tuple[CaseLine, ...]
    may_decide: Decision
    following: NextCase | None


@dataclass(frozen=True)
class WithdrawnCase:
    """A case that a re-run no longer found: when it was withdrawn, and why in a sentence."""

    id: UUID
    head: CaseHead
    when: str
    at: datetime
    why: str


@dataclass(frozen=True)
class NextCase:
    """The case to go on with; ``alike`` where it leads a group."""

    id: UUID
    alike: bool


@dataclass(frozen=True)
class PersonWeekLine:
    """A week of a person's own accesses, in counts."""

    id: UUID
    first_day: date
    last_day: date
    accesses: int
    explained: int
    unexplained: int
    by_explanation: Mapping[str, int]
    signed_at: datetime | None


@dataclass(frozen=True)
class OwnCase:
    """A case about a person, as they see it themselves."""

    id: UUID
    first_day: date
    state: str
    outcome: str
    accesses: int
    decided_at: datetime | None
