"""What programs send to the review desk, and what they get: columns of its tables, bodies, answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field, create_model

from chartwarden.kernel.offered import Body, Column, Shown
from chartwarden.review import rules
from chartwarden.review.desk.deciding import MOST_TEXT

MOST_REVISION, TOGETHER = 2**31 - 1, 100
Outcome: Any = Literal[tuple(rules.OUTCOMES)]

REVIEW = (
    Column("id", str, "The review's id."),
    Column("first_day", str, "Its Monday, a local day."),
    Column("last_day", str, "Its Sunday."),
    Column("due_at", str, "Before when it is to be signed (UTC)."),
    Column("state", str, "open, ready (all is decided) or signed."),
    Column("read_at", str | None, "When logs were last read for it (UTC); null: not yet."),
    Column("run", str, "idle, running or failed."),
    Column("cases", int, "Cases that are found."),
    Column("undecided", int, "Of these, not decided."),
    Column("asked", int, "Of these, waiting for an answer."),
    Column("accesses", int, "Accesses that were reviewed."),
    Column("explained", int, "Of these, explained by the work."),
    Column("late_seconds", int, "How late it is, or was when signed."),
    Column("signed_at", str | None, "When it was signed (UTC)."),
    Column("signed_by", str | None, "The person who signed it."),
    Column("document_sha256", str, "The SHA-256 of the signed document."),
    Column("amends", str | None, "The signed review of the week that this adds to."),
    Column("amended_by", str | None, "The review that adds to this one."),
)
CASE = (
    Column("id", str, "The case's id."),
    Column("review", str, "Its review."),
    Column("rank", int, "Its place in the review; 1 is the strongest."),
    Column("state", str, "open, asked or decided."),
    Column("outcome", str, "How it was decided; empty while it is not."),
    Column("revision", int, "Grows with every change; deciding takes the one you saw."),
    Column("coder", str | None, "The person it is about; null for a login that is no one person's."),
    Column("coder_code", str, "The id in the workforce feed, or the login."),
    Column("coder_name", str, "Their name."),
    Column("patient", str | None, "The patient's id in the EHR; null for a stretch of time."),
    Column("begins", str, "The first access (UTC)."),
    Column("ends", str, "The last access (UTC)."),
    Column("accesses", int, "How many accesses it holds."),
    Column("gist", str, "The case in a sentence."),
    Column("score", float, "Weight of evidence: natural logarithm of the odds."),
    Column("strength", str, "The same in a word."),
    Column("detectors", list[str], "What saw it."),
    Column("suggested", str, "The next step that is suggested."),
    Column("decided_at", str | None, "When it was decided (UTC)."),
    Column("reopens", str | None, "The decided case that this one takes up again."),
)
DISPOSITION = (
    Column("id", str, "The disposition's id."),
    Column("case", str, "What was decided."),
    Column("outcome", str, "How."),
    Column("note", str, "Why, as the decider wrote it."),
    Column("decided_by", str, "The person who decided."),
    Column("decided_at", str, "When (UTC)."),
    Column("together", str | None, "The same for cases that were decided in one go."),
    Column("superseded_at", str | None, "When the case was reopened (UTC)."),
    Column("superseded_by", str | None, "Who reopened it."),
    Column("reason", str, "Why it was reopened."),
)

CASE_QUESTION = (
    Column("id", str, "The question's id."),
    Column("case", str, "The case it is about."),
    Column("to", str, "The person who was asked."),
    Column("asked_by", str, "The person who asked."),
    Column("asked_at", str, "When (UTC)."),
    Column("text", str, "The question."),
    Column("answered_at", str | None, "When it was answered (UTC)."),
    Column("answer", str, "The answer; empty until then."),
)
OWN_ACCESS = (
    Column("id", str, "The week's Monday, and the place in it."),
    Column("occurred_at", str, "When (UTC)."),
    Column("action", str, "What was done."),
    Column("patient", str | None, "The patient's id in the EHR."),
    Column("document", str | None, "The kind of document."),
    Column("outcome", str | None, "success or denied, where the log says."),
    Column("event", str | None, "The log's own id of it."),
    Column("explained", bool | None, "Whether it is explained; null where there is no patient."),
    Column("explanation", str | None, "By what."),
    Column("reference", str | None, "The assignment or ticket."),
)


def _model(name: str, columns: Sequence[Column]) -> Any:
    """The row of a table as a model, so that one and many look the same."""
    fields: dict[str, Any] = {one.name: (one.kind, Field(description=one.meaning)) for one in columns}
    return create_model(name, **fields)


ReviewInCounts: Any = _model("ReviewInCounts", REVIEW)
CaseInList: Any = _model("CaseInList", CASE)
CaseFound: Any = _model("CaseFound", [column for column in CASE if column.name != "decided_at"])


class WhatWasRead(BaseModel):
    """What a review was made from and how it was judged, as its signed document tells it."""

    engine: str
    inputs: list[dict[str, Any]] = Field(description="Each file by its SHA-256, with its rows in counts.")
    coverage: dict[str, Any] = Field(description="Days with accesses and without, systems, rows out of scope.")
    totals: dict[str, Any] = Field(description="Accesses, explained or not, and by explanation.")
    detectors: list[dict[str, Any]] = Field(description="Which ran, in which version, and why others did not.")
    notes: list[str] = Field(description="What else is to be known of the coverage.")
    hours: list[dict[str, int]] = Field(description="Accesses by hour of the local week; weekday 0: Monday.")
    loads: list[dict[str, Any]] = Field(description="Each coder's patients, under an assignment and outside of any.")


class Withdrawn(BaseModel):
    """A case that a re-run no longer found."""

    case: UUID
    withdrawn_at: str
    why: str


class ReviewInFull(ReviewInCounts):
    """A review, and what was read for it."""

    read: WhatWasRead | None = Field(description="Null before the first log was read.")
    outcomes: dict[str, int] = Field(description="Decided cases by outcome.")
    withdrawn: list[Withdrawn] = Field(description="Cases that a re-run no longer found, the last first.")


class CasePage(BaseModel):
    """Cases of a review, the strongest first."""

    items: list[CaseInList]
    next_offset: int | None = Field(description="Where to go on; null at the end.")


class Question(BaseModel):
    """A question about a case, and its answer."""

    id: UUID
    case: UUID
    to: UUID = Field(description="The person who was asked.")
    asked_by: UUID
    asked_at: str
    text: str
    answered_at: str | None
    answer: str


class Alike(BaseModel):
    """A case that may be decided together with this one, and its revision."""

    case: UUID
    revision: int


class MayBeAsked(BaseModel):
    """Somebody whom one may ask about a case."""

    person: UUID
    role: str


class CaseInFull(CaseFound):
    """A case with its evidence, and what was asked, answered and decided."""

    narrative: str
    reopened_as: str | None = Field(description="The case that takes this one up again.")
    signals: list[dict[str, Any]] = Field(description="What each detector saw, and what speaks against it.")
    accesses_held: list[dict[str, Any]] = Field(description="The accesses, by time (UTC).")
    assignments: list[dict[str, Any]] = Field(description="The work around them.")
    names: dict[str, str] = Field(description="Names by id in the workforce feed.")
    questions: list[Question]
    dispositions: list[dict[str, Any]] = Field(description="How it was decided; the last one holds.")
    alike: list[Alike] = Field(description="Undecided cases of the same review that are alike.")
    earlier_of_pair: list[UUID] = Field(description="Cases of the same person and patient until then.")
    earlier_of_coder: list[UUID] = Field(description="Other cases of the same person until then.")
    may_decide: bool = Field(description="Whether the rules let the token's person decide it.")
    why_not: str
    may_be_asked: list[MayBeAsked]


class QuestionToMe(BaseModel):
    """A question to the token's person, with the accesses it is about; none once its case is closed."""

    question: Question
    waits: bool = Field(description="Whether an answer is still waited for.")
    accesses: list[dict[str, Any]]


class OwnWeek(BaseModel):
    """A week of the person's own accesses in counts."""

    first_day: str
    last_day: str
    accesses: int
    explained: int
    unexplained: int
    by_explanation: dict[str, int]
    signed_at: str | None


class OwnAccess(BaseModel):
    """One access under the person's own name. ``explained`` is null where there was no patient."""

    occurred_at: str
    action: str
    patient: str | None
    document: str | None
    outcome: str | None
    event: str | None
    explained: bool | None
    explanation: str | None
    reference: str | None


class OwnAccessPage(BaseModel):
    """Own accesses of a week, by time."""

    items: list[OwnAccess]
    next_offset: int | None = Field(description="Where to go on; null at the end.")


class OwnCase(BaseModel):
    """A case about the token's person: no word of patients, evidence or notes."""

    id: UUID
    first_day: str
    state: str
    outcome: str
    accesses: int
    decided_at: str | None


def _written(meaning: str) -> Any:
    return Field(min_length=1, max_length=MOST_TEXT, pattern=r"\S", description=meaning)


def _seen() -> Any:
    return Field(ge=0, le=MOST_REVISION, description="The case's revision as you saw it; 409 where it has changed.")


class Decide(Body):
    """How a case is decided."""

    outcome: Outcome
    note: str = _written("Why. Kept sealed.")
    revision: int = _seen()


class Seen(Body):
    """A case and its revision."""

    case: UUID
    revision: int = _seen()


class DecideTogether(Body):
    """How several cases of a review are decided."""

    cases: list[Seen] = Field(min_length=1, max_length=TOGETHER)
    outcome: Outcome
    note: str = _written("Why, for each of them. Kept sealed.")


class Ask(Body):
    """A question about a case."""

    to: UUID = Field(description="One of the case's may_be_asked.")
    text: str = _written("The question. Kept sealed.")
    revision: int = _seen()


class Answer(Body):
    """The answer to a question."""

    text: str = _written("Kept as it is given, sealed.")


class Reopen(Body):
    """Why a decided case is taken up again."""

    reason: str = _written("Kept sealed.")
    revision: int = _seen()


class Sign(Shown):
    """That whoever signs has read the coverage, and is there themselves."""

    coverage_acknowledged: bool = Field(description="That you have read what was covered and what was not.")


class Signed(BaseModel):
    """What was signed."""

    document_sha256: str = Field(description="The SHA-256 of the signed document, as the ledger has it.")


class ClearingStatement(BaseModel):
    """What the review says of one person's week. No patient is named in it."""

    title: str
    clinic: str
    name: str
    week: str
    made: str
    sentences: list[str]
    text: str = Field(description="The whole as plain text.")
