"""What programs send to the desk, and what they are answered."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from chartwarden.kernel.offered import Body
from chartwarden.review import rules
from chartwarden.review.desk.deciding import MOST_TEXT

Outcome: Any = Literal[tuple(rules.OUTCOMES)]
REVISION = Field(ge=0, le=2**31 - 1, description="The case's revision that was looked at; 409 where it has changed.")


class Ask(Body):
    """A question to be put."""

    to: UUID = Field(description="The coder the case is about, or a coding supervisor.")
    text: str = Field(min_length=1, max_length=MOST_TEXT, pattern=r"\S")
    revision: int = REVISION


class Answer(Body):
    """An answer to a question."""

    text: str = Field(min_length=1, max_length=MOST_TEXT, pattern=r"\S")


class Decide(Body):
    """How a case is decided."""

    outcome: Outcome
    note: str = Field(min_length=1, max_length=MOST_TEXT, pattern=r"\S", description="Why. Kept sealed.")
    revision: int = REVISION


class CaseSeen(Body):
    """A case as it was looked at."""

    id: UUID
    revision: int = REVISION


class DecideTogether(Body):
    """How cases that are alike are decided, all or none."""

    cases: list[CaseSeen] = Field(min_length=1, max_length=100)
    outcome: Outcome
    note: str = Field(min_length=1, max_length=MOST_TEXT, pattern=r"\S", description="Why. Kept sealed.")


class Reopen(Body):
    """Why a decided case is taken up again."""

    reason: str = Field(min_length=1, max_length=MOST_TEXT, pattern=r"\S")
    revision: int = REVISION


class Sign(Body):
    """What a signature takes beside the token: that the person is there."""

    coverage_acknowledged: bool = Field(description="That the signer has read what was reviewed and what was not.")
    password: str = Field(min_length=1, max_length=1000, description="The signer's password. Kept nowhere.")
    code: str = Field(pattern=r"^[0-9]{6}$", description="The code that the signer's app shows now. It works once.")


class Signed(BaseModel):
    """The digest of the signed document, as the ledger has it."""

    document_sha256: str


class Input(BaseModel):
    """A log or feed that was read: rows = read + quarantined + duplicates."""

    name: str
    sha256: str
    format: str
    rows: int
    read: int
    quarantined: int
    duplicates: int


class Coverage(BaseModel):
    """What was there to be read. ``notes`` are gaps and oddities in plain sentences."""

    days: list[str]
    days_without_accesses: list[str]
    systems: list[str]
    out_of_scope: int
    local_times_guessed: int
    not_accesses: dict[str, int]
    notes: list[str]


class Totals(BaseModel):
    """Accesses of the week that name a patient."""

    accesses: int
    explained: int
    unexplained: int
    by_explanation: dict[str, int]
    first: int
    repeated: int


class Run(BaseModel):
    """What became of a detector; ``why_not`` where it did not run."""

    id: str
    title: str
    version: int
    ran: bool
    why_not: str | None
    signals: int


class Hour(BaseModel):
    """Accesses by hour of the person's local week; weekday 0 is Monday."""

    weekday: int
    hour: int
    accesses: int


class Load(BaseModel):
    """One coder's week: distinct patients opened, under an assignment and outside of any, and accesses."""

    coder: str = Field(description="The id in the workforce feed, or the login.")
    name: str
    patients: int
    patients_assigned: int
    patients_unexplained: int
    accesses: int


class Read(BaseModel):
    """What was read of a week, and how it was judged."""

    engine: str
    inputs: list[Input]
    coverage: Coverage
    totals: Totals
    detectors: list[Run]
    hours: list[Hour]
    loads: list[Load]


class ReviewInFull(BaseModel):
    """A review with what was read of its week; null before the first reading."""

    id: UUID
    first_day: str
    last_day: str
    due_at: str
    state: str
    read: bool
    run: str
    run_fault: str
    cases: int
    undecided: int
    asked: int
    accesses: int
    explained: int
    late_seconds: int
    refreshed_at: str | None
    signed_at: str | None
    signed_by: UUID | None
    amends: UUID | None
    amended_by: UUID | None
    document_sha256: str
    outcomes: dict[str, int] = Field(description="How many cases came out how.")
    next_case: UUID | None = Field(description="The undecided case to begin with.")
    week: Read | None


class SignalShown(BaseModel):
    """What a detector saw; ``accesses`` are numbers of the case's accesses."""

    detector: str
    title: str
    citation: str
    sentence: str
    against: str
    weight: float
    begins: str
    ends: str
    accesses: list[int]
    facts: dict[str, Any]


class AccessShown(BaseModel):
    """One access of a case."""

    access: int
    occurred_at: str
    event: str
    action: str
    patient: str | None
    document: str | None
    device: str | None
    address: str | None
    outcome: str | None
    explanation: str | None


class AssignmentShown(BaseModel):
    """An assignment around a case."""

    assignment: str
    coder: str
    patient: str
    kind: str
    assigned_at: str
    ended_at: str | None


class Asked(BaseModel):
    """A question and its answer."""

    id: UUID
    case: UUID
    to: UUID
    asked_by: UUID
    asked_at: str
    text: str
    answered_at: str | None
    answer: str


class Disposed(BaseModel):
    """How a case was decided; ``together`` counts the cases that were decided in one go."""

    outcome: str
    note: str
    by: UUID
    at: str
    together: int
    superseded_at: str | None
    superseded_by: UUID | None
    reason: str


class OtherCase(BaseModel):
    """Another case of the same person."""

    id: UUID
    state: str
    outcome: str
    title: str
    begins: str
    note: str


class May(BaseModel):
    """Whether the token's person may decide the case, and if not, why."""

    allowed: bool
    reason: str
    citation: str


class Evidence(BaseModel):
    """What was seen."""

    rank: int
    score: float
    patient: str | None = Field(description="The patient's id in the EHR.")
    begins: str
    ends: str
    narrative: str
    suggested: str
    signals: list[SignalShown]
    accesses: list[AccessShown]
    assignments: list[AssignmentShown]


class CaseInFull(Evidence):
    """A case with its evidence, what was asked and decided, and what is like it."""

    id: UUID
    review: UUID
    state: str
    outcome: str
    revision: int
    coder: UUID | None
    name: str
    questions: list[Asked]
    dispositions: list[Disposed]
    of_pair: list[OtherCase] = Field(description="Of the same person and patient, this week and before.")
    of_coder: list[OtherCase] = Field(description="Others of the same person.")
    alike: list[CaseSeen] = Field(description="Undecided cases that may be decided together with this one.")
    before: UUID | None
    after: UUID | None
    reopens: UUID | None
    reopened_as: UUID | None
    may_decide: May


class QuestionInFull(Asked):
    """A question with the accesses it is about."""

    waits: bool
    evidence: Evidence


class StatementShown(BaseModel):
    """What the review says of one person's week. No patient is named in it."""

    title: str
    clinic: str
    name: str
    week: str
    made: str
    sentences: list[str]
    text: str
