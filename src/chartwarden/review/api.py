"""The review desk for programs: what its pages show, and every step.

A token alone signs nothing: whoever signs shows in the same request that it is they.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from ninja import Path, Query, Router, Status

from chartwarden.clinics.contracts import Clinic
from chartwarden.kernel.decisions import require
from chartwarden.kernel.errors import refuse
from chartwarden.kernel.offered import Column, Made, Row, Table
from chartwarden.people.contracts import Member, Permission, page
from chartwarden.people.services import Presence, show_presence
from chartwarden.review import queries, services
from chartwarden.review.desk import exporting, shapes
from chartwarden.review.desk.asking import askable
from chartwarden.review.desk.contracts import CaseShown, ReviewLine
from chartwarden.review.desk.signing import signable
from chartwarden.review.desk.statement import statement_of
from chartwarden.review.report.plugged import explanations

router = Router()
MOST, FARTHEST = 500, 10**7
STATES = ("open", "asked", "decided")


def _reviews(clinic: Clinic, member: Member, at: datetime, after: str, limit: int) -> Sequence[Row]:
    return exporting.review_rows(clinic, at, after, limit)


def _cases(
    clinic: Clinic,
    member: Member,
    at: datetime,
    after: str,
    limit: int,
    review: UUID | None = None,
    state: str | None = None,
) -> Sequence[Row]:
    return exporting.case_rows(clinic, after, limit, review, state)


def _dispositions(
    clinic: Clinic, member: Member, at: datetime, after: str, limit: int, review: UUID | None = None
) -> Sequence[Row]:
    return exporting.disposition_rows(clinic, after, limit, review)


def _case_questions(
    clinic: Clinic, member: Member, at: datetime, after: str, limit: int, case: UUID | None = None
) -> Sequence[Row]:
    return exporting.case_question_rows(clinic, after, limit, case)


def _own_accesses(
    clinic: Clinic, member: Member, at: datetime, after: str, limit: int, week: date | None = None
) -> Sequence[Row]:
    return exporting.own_access_rows(clinic, member.person, after, limit, week)


SEE, OWN = Permission.SEE_REVIEWS, Permission.SEE_OWN_ACCESSES
OF_REVIEW = Column("review", UUID | None, "Only those of this review.")
IN_STATE = Column("state", Literal["open", "asked", "decided"] | None, "Only those in this state.")
ABOUT_CASE = Column("case", UUID | None, "Only those about this case.")
OF_WEEK = Column("week", date | None, "Only those of the week that begins on this Monday.")
TABLES = (
    Table("reviews", "Weekly reviews", SEE, "id", shapes.REVIEW, _reviews),
    Table("cases", "Cases of all reviews", SEE, "id", shapes.CASE, _cases, (OF_REVIEW, IN_STATE)),
    Table("dispositions", "How cases were decided", SEE, "id", shapes.DISPOSITION, _dispositions, (OF_REVIEW,)),
    Table("case_questions", "Questions about cases", SEE, "id", shapes.CASE_QUESTION, _case_questions, (ABOUT_CASE,)),
    Table("own_accesses", "Every access under my name", OWN, "id", shapes.OWN_ACCESS, _own_accesses, (OF_WEEK,)),
)


@router.get("/reviews/{review}", response=shapes.ReviewInFull, summary="One review")
@page(Permission.SEE_REVIEWS)
def review(request: HttpRequest, clinic: Path[UUID], review: UUID) -> Any:
    """In counts, with the inputs, the coverage, the totals and the detectors that its cases rest on."""
    line = _line(request, review)
    return {
        **exporting.review_row(line),
        "read": exporting.what_was_read(request.clinic, review),
        "outcomes": queries.outcomes(request.clinic, review),
        "withdrawn": [
            {"case": one.id, "withdrawn_at": one.at.isoformat(), "why": one.why}
            for one in queries.withdrawn(request.clinic, review)
        ],
    }


@router.get("/reviews/{review}/cases", response=shapes.CasePage, summary="Cases of a review")
@page(Permission.SEE_REVIEWS)
def cases_of_review(
    request: HttpRequest,
    clinic: Path[UUID],
    review: UUID,
    state: Literal["open", "asked", "decided"] | None = Query(None, description="Without it, all of them."),
    offset: int = Query(0, ge=0, le=FARTHEST, description="Where to go on."),
    limit: int = Query(100, ge=1, le=MOST),
) -> Any:
    """The strongest first."""
    _line(request, review)
    states = (state,) if state else STATES
    rows = exporting.cases_of(request.clinic, review, states, offset, limit + 1)
    return _paged(rows, offset, limit)


@router.get("/reviews/{review}/document", response=dict[str, Any], summary="The signed document of a review")
@page(Permission.SEE_REVIEWS)
def document(request: HttpRequest, clinic: Path[UUID], review: UUID) -> Any:
    """Byte for byte what was signed: its SHA-256 is that of the ledger's entry. 404 until it is signed."""
    content = queries.signed_document(request.clinic, review)
    if content is None:
        raise Http404
    return HttpResponse(content, content_type="application/json")


@router.post("/reviews/{review}/sign", response=shapes.Signed, summary="Sign a review")
@page(Permission.SIGN_REVIEWS)
def sign(request: HttpRequest, clinic: Path[UUID], review: UUID, given: shapes.Sign) -> Any:
    """From then on it never changes. Beside the token it takes the signer's password and the code of their app.
    A passkey or a recovery code won't do. 403 where these are wrong, or a rule says no; 429 after five wrong tries.
    """
    _line(request, review)
    acknowledged = given.coverage_acknowledged
    require(signable(clinic=request.clinic, review=review, at=request.now, coverage_acknowledged=acknowledged))
    presence = Presence(given.password, given.code)
    show_presence(member=request.member, presence=presence, at=request.now)
    digest = services.sign_review(
        clinic=request.clinic,
        review=review,
        coverage_acknowledged=acknowledged,
        actor=request.member.actor,
        at=request.now,
    )
    return {"document_sha256": digest}


@router.post("/reviews/{review}/decide", response={204: None}, summary="Decide several cases together")
@page(Permission.DECIDE_CASES)
def decide_together(request: HttpRequest, clinic: Path[UUID], review: UUID, given: shapes.DecideTogether) -> Any:
    """The same way, all or none. 409 where one of them has changed since you saw it."""
    _line(request, review)
    seen = {one.case: one.revision for one in given.cases}
    if len(seen) != len(given.cases):
        raise refuse("body/cases", "each case once", "a case twice")
    if set(queries.revisions(clinic, review, list(seen))) != set(seen):
        raise Http404
    services.decide_together(
        clinic=request.clinic,
        cases=seen,
        outcome=given.outcome,
        note=given.note,
        actor=request.member.actor,
        at=request.now,
    )
    return Status(204, None)


@router.get("/cases/{case}", response=shapes.CaseInFull, summary="One case in full")
@page(Permission.SEE_REVIEWS)
def case(request: HttpRequest, clinic: Path[UUID], case: UUID) -> Any:
    """What was seen, what speaks for and against it, and what was asked, answered and decided."""
    shown = _shown(request, case)
    revisions = queries.revisions(clinic, shown.review.id, [line.id for line in shown.alike])
    asked = [{"person": person, "role": role} for person, role in _askable(request, shown)]
    return {**exporting.shown_case(shown, revisions), "may_be_asked": asked}


@router.post("/cases/{case}/decide", response={204: None}, summary="Decide a case")
@page(Permission.DECIDE_CASES)
def decide(request: HttpRequest, clinic: Path[UUID], case: UUID, given: shapes.Decide) -> Any:
    """Nobody decides what is about themselves: 403. 409 where the case has changed since you saw it."""
    _shown(request, case)
    services.decide_case(
        clinic=request.clinic,
        case=case,
        outcome=given.outcome,
        note=given.note,
        revision=given.revision,
        actor=request.member.actor,
        at=request.now,
    )
    return Status(204, None)


@router.post("/cases/{case}/ask", response={201: Made}, summary="Ask somebody about a case")
@page(Permission.DECIDE_CASES)
def ask(request: HttpRequest, clinic: Path[UUID], case: UUID, given: shapes.Ask) -> Any:
    """The person it is about, or a coding supervisor. They are told by mail that there is a question."""
    shown = _shown(request, case)
    if given.to not in [person for person, _ in _askable(request, shown)]:
        raise refuse("body/to", "one of the case's may_be_asked", "somebody else")
    made = services.ask_question(
        clinic=request.clinic,
        case=case,
        to=given.to,
        text=given.text,
        revision=given.revision,
        actor=request.member.actor,
        at=request.now,
    )
    return Status(201, {"id": made})


@router.post("/cases/{case}/reopen", response={201: Made}, summary="Reopen a decided case")
@page(Permission.DECIDE_CASES)
def reopen(request: HttpRequest, clinic: Path[UUID], case: UUID, given: shapes.Reopen) -> Any:
    """Gives the case that is open now: of a signed review, a new one in its amendment."""
    _shown(request, case)
    opened = services.reopen_case(
        clinic=request.clinic,
        case=case,
        reason=given.reason,
        revision=given.revision,
        actor=request.member.actor,
        at=request.now,
    )
    return Status(201, {"id": opened})


@router.get("/questions", response=list[shapes.Question], summary="Questions put to me")
@page(Permission.ANSWER_QUESTIONS)
def questions(request: HttpRequest, clinic: Path[UUID]) -> Any:
    """To the token's person: those that wait first, then the newest."""
    return [exporting.question_row(one) for one in queries.questions_to(request.clinic, request.member.person)]


@router.get("/questions/{question}", response=shapes.QuestionToMe, summary="One question put to me")
@page(Permission.ANSWER_QUESTIONS)
def question(request: HttpRequest, clinic: Path[UUID], question: UUID) -> Any:
    """With the accesses it is about, while its case is open."""
    asked, body = _asked(request, question)
    return {
        "question": exporting.question_row(asked),
        "waits": asked.answered_at is None and body is not None,
        "accesses": exporting.accesses_held(body) if body else [],
    }


@router.post("/questions/{question}/answer", response={204: None}, summary="Answer a question put to me")
@page(Permission.ANSWER_QUESTIONS)
def answer(request: HttpRequest, clinic: Path[UUID], question: UUID, given: shapes.Answer) -> Any:
    """Once: an answer stays as it was given."""
    _asked(request, question)
    services.answer_question(
        clinic=request.clinic, question=question, text=given.text, actor=request.member.actor, at=request.now
    )
    return Status(204, None)


@router.get("/my-accesses", response=list[shapes.OwnWeek], summary="My weeks in counts")
@page(Permission.SEE_OWN_ACCESSES)
def my_weeks(request: HttpRequest, clinic: Path[UUID]) -> Any:
    """Weeks with accesses under the name of the token's person, the newest first."""
    return [exporting.week_row(week) for week in queries.my_weeks(request.clinic, request.member.person)]


@router.get("/my-accesses/{first_day}", response=shapes.OwnAccessPage, summary="My accesses of a week")
@page(Permission.SEE_OWN_ACCESSES)
def my_accesses(
    request: HttpRequest,
    clinic: Path[UUID],
    first_day: date,
    offset: int = Query(0, ge=0, le=FARTHEST, description="Where to go on."),
    limit: int = Query(100, ge=1, le=MOST),
) -> Any:
    """By time, each with what explains it. The week is named by its Monday."""
    person = request.member.person
    if all(week.first_day != first_day for week in queries.my_weeks(request.clinic, person)):
        raise Http404
    found = queries.my_accesses(request.clinic, person, first_day, offset, limit + 1)
    return _paged([exporting.own_access_row(access) for access in found], offset, limit)


@router.get("/my-accesses/{first_day}/statement", response=shapes.ClearingStatement, summary="My clearing statement")
@page(Permission.SEE_OWN_ACCESSES)
def my_statement(request: HttpRequest, clinic: Path[UUID], first_day: date) -> Any:
    """What the review says of a week of the token's person. The week is named by its Monday."""
    person = request.member.person
    chosen = next((week for week in queries.my_weeks(request.clinic, person) if week.first_day == first_day), None)
    if chosen is None:
        raise Http404
    about = [one for one in queries.my_cases(request.clinic, person) if one.first_day == first_day]
    made = statement_of(request.clinic, request.member.name, chosen, about, explanations(), request.now)
    return {**asdict(made), "text": made.text()}


@router.get("/my-cases", response=list[shapes.OwnCase], summary="Cases about me")
@page(Permission.SEE_OWN_ACCESSES)
def my_cases(request: HttpRequest, clinic: Path[UUID]) -> Any:
    """That they are there and how they came out, no more."""
    return [exporting.own_case_row(one) for one in queries.my_cases(request.clinic, request.member.person)]


def _line(request: HttpRequest, review: UUID) -> ReviewLine:
    line: ReviewLine | None = queries.review(request.clinic, review, request.now)
    if line is None:
        raise Http404
    return line


def _shown(request: HttpRequest, case: UUID) -> CaseShown:
    shown: CaseShown | None = queries.case(request.clinic, case, request.member.person, request.now)
    if shown is None:
        raise Http404
    return shown


def _asked(request: HttpRequest, question: UUID) -> Any:
    found = queries.question(request.clinic, question, request.member.person)
    if found is None:
        raise Http404
    return found


def _askable(request: HttpRequest, shown: CaseShown) -> list[tuple[UUID, str]]:
    return askable(request.clinic.id, shown, request.member.person, request.now)


def _paged(rows: list[dict[str, Any]], offset: int, limit: int) -> dict[str, Any]:
    """A page, from rows of which one more was read than it takes."""
    return {"items": rows[:limit], "next_offset": offset + limit if len(rows) > limit else None}
