"""The review desk for programs: read, ask, answer, decide, sign. Nobody decides their own here either."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from ninja import Path, Router, Status

from chartwarden.kernel.decisions import require
from chartwarden.kernel.errors import refuse
from chartwarden.kernel.offered import Made
from chartwarden.people import queries as people
from chartwarden.people.contracts import Permission, page
from chartwarden.people.services import Presence, show_presence
from chartwarden.review import models, queries
from chartwarden.review.desk import bodies
from chartwarden.review.desk.asking import answer_question, ask_question
from chartwarden.review.desk.contracts import CaseShown
from chartwarden.review.desk.deciding import decide_case, decide_together, reopen_case
from chartwarden.review.desk.plain import (
    plain_case,
    plain_evidence,
    plain_findings,
    plain_question,
    plain_review,
    waits,
)
from chartwarden.review.desk.signing import sign_review, signable
from chartwarden.review.desk.statement import statement_of
from chartwarden.review.desk.tables import TABLES
from chartwarden.review.report.plugged import explanations

__all__ = ["TABLES", "router"]

router = Router()
DOCUMENT = {"responses": {200: {"content": {"application/json": {"schema": {"type": "object"}}}}}}


@router.get("/reviews/{review}", response=bodies.ReviewInFull, summary="A review in full")
@page(Permission.SEE_REVIEWS)
def show_review(request: HttpRequest, clinic: Path[UUID], review: UUID) -> Any:
    """With what was read of its week and what was not: inputs, coverage, totals, detectors."""
    line = queries.review(request.clinic, review, request.now)
    if line is None:
        raise Http404
    found = queries.findings(request.clinic, review)
    return {
        **plain_review(line),
        "outcomes": queries.outcomes(request.clinic, review),
        "next_case": queries.next_undecided(clinic, review),
        "week": plain_findings(found) if found else None,
    }


@router.get("/reviews/{review}/document", openapi_extra=DOCUMENT, summary="The signed document")
@page(Permission.SEE_REVIEWS)
def show_document(request: HttpRequest, clinic: Path[UUID], review: UUID) -> HttpResponse:
    """Byte for byte as it was signed: its SHA-256 stands in the ledger. 404 while the review is not signed."""
    content = queries.signed_document(request.clinic, review)
    if content is None:
        raise Http404
    return HttpResponse(content, content_type="application/json")


@router.post("/reviews/{review}/sign", response=bodies.Signed, summary="Sign a review")
@page(Permission.SIGN_REVIEWS)
def sign(request: HttpRequest, clinic: Path[UUID], review: UUID, given: bodies.Sign) -> Any:
    """From then on it never changes. Beside the token it takes the person's password and the code of their app, as
    signing on the page does; a passkey or a recovery code won't do. 403 where these are wrong, or something is in the
    way; 429 after five wrong tries, counted together with those of the sign-in pages.
    """
    if queries.review(request.clinic, review, request.now) is None:
        raise Http404
    acknowledged = given.coverage_acknowledged
    require(signable(clinic=request.clinic, review=review, at=request.now, coverage_acknowledged=acknowledged))
    presence = Presence(given.password, given.code)
    show_presence(member=request.member, presence=presence, at=request.now)
    digest = sign_review(
        clinic=request.clinic,
        review=review,
        coverage_acknowledged=acknowledged,
        actor=request.member.actor,
        at=request.now,
    )
    return {"document_sha256": digest}


@router.post("/cases/decide", response={204: None}, summary="Decide cases together")
@page(Permission.DECIDE_CASES)
def decide_alike(request: HttpRequest, clinic: Path[UUID], given: bodies.DecideTogether) -> Any:
    """Cases of one review that are alike, all or none. 409 where one of them has changed."""
    seen = {one.id: one.revision for one in given.cases}
    if _cases(clinic).filter(id__in=list(seen)).count() != len(seen):
        raise Http404
    decide_together(
        clinic=request.clinic, cases=seen, outcome=given.outcome, note=given.note, actor=request.member.actor,
        at=request.now,
    )  # fmt: skip
    return Status(204, None)


@router.get("/cases/{case}", response=bodies.CaseInFull, summary="A case in full")
@page(Permission.SEE_REVIEWS)
def show_case(request: HttpRequest, clinic: Path[UUID], case: UUID) -> Any:
    """Evidence for and against, the assignments around it, earlier cases, what was asked and decided."""
    shown = _shown(request, case)
    return plain_case(shown, queries.revisions(clinic, shown.review.id, [line.id for line in shown.alike]))


@router.post("/cases/{case}/decide", response={204: None}, summary="Decide a case")
@page(Permission.DECIDE_CASES)
def decide(request: HttpRequest, clinic: Path[UUID], case: UUID, given: bodies.Decide) -> Any:
    """409 where somebody else has changed it since the revision that was looked at."""
    _known(clinic, case)
    decide_case(
        clinic=request.clinic, case=case, outcome=given.outcome, note=given.note, revision=given.revision,
        actor=request.member.actor, at=request.now,
    )  # fmt: skip
    return Status(204, None)


@router.post("/cases/{case}/ask", response={201: Made}, summary="Ask about a case")
@page(Permission.DECIDE_CASES)
def ask(request: HttpRequest, clinic: Path[UUID], case: UUID, given: bodies.Ask) -> Any:
    """A written question to the coder it is about or to a coding supervisor, who are told by mail that there is one."""
    shown = _shown(request, case)
    may_be_asked = {shown.coder, *people.holders(clinic, "coding_supervisor", request.now)} - {None}
    if given.to not in may_be_asked:
        raise refuse("body/to", "the coder it is about, or a coding supervisor", "somebody else")
    question = ask_question(
        clinic=request.clinic, case=case, to=given.to, text=given.text, revision=given.revision,
        actor=request.member.actor, at=request.now,
    )  # fmt: skip
    return Status(201, {"id": question})


@router.post("/cases/{case}/reopen", response={201: Made}, summary="Reopen a case")
@page(Permission.DECIDE_CASES)
def reopen(request: HttpRequest, clinic: Path[UUID], case: UUID, given: bodies.Reopen) -> Any:
    """The answer names the case that is open now: another one where the review is signed, held by an amendment."""
    _known(clinic, case)
    opened = reopen_case(
        clinic=request.clinic, case=case, reason=given.reason, revision=given.revision, actor=request.member.actor,
        at=request.now,
    )  # fmt: skip
    return Status(201, {"id": opened})


@router.get("/my-questions/{question}", response=bodies.QuestionInFull, summary="A question put to the person")
@page(Permission.ANSWER_QUESTIONS)
def show_question(request: HttpRequest, clinic: Path[UUID], question: UUID) -> Any:
    """With the accesses it is about. 404 for one that was put to somebody else."""
    found = queries.question(request.clinic, question, request.member.person)
    if found is None:
        raise Http404
    asked, body, state = found
    return {**plain_question(asked), "waits": waits(asked, state), "evidence": plain_evidence(body.case)}


@router.post("/my-questions/{question}/answer", response={204: None}, summary="Answer a question")
@page(Permission.ANSWER_QUESTIONS)
def answer(request: HttpRequest, clinic: Path[UUID], question: UUID, given: bodies.Answer) -> Any:
    """Once; it stays as it was given."""
    if queries.question(request.clinic, question, request.member.person) is None:
        raise Http404
    answer_question(
        clinic=request.clinic, question=question, text=given.text, actor=request.member.actor, at=request.now
    )
    return Status(204, None)


@router.get("/my-weeks/{week}/statement", response=bodies.StatementShown, summary="The clearing statement of a week")
@page(Permission.SEE_OWN_ACCESSES)
def show_statement(request: HttpRequest, clinic: Path[UUID], week: date) -> Any:
    """What the review says of the person's own accesses. ``week`` is its Monday."""
    person = request.member.person
    chosen = next((one for one in queries.my_weeks(request.clinic, person) if one.first_day == week), None)
    if chosen is None:
        raise Http404
    cases = [one for one in queries.my_cases(request.clinic, person) if one.first_day == week]
    made = statement_of(request.clinic, request.member.name, chosen, cases, explanations(), request.now)
    return {**asdict(made), "text": made.text()}


def _shown(request: HttpRequest, case: UUID) -> CaseShown:
    shown = queries.case(request.clinic, case, request.member.person, request.now)
    if shown is None:
        raise Http404
    return shown


def _cases(clinic: UUID) -> Any:
    return models.CaseRecord.objects.filter(clinic_id=clinic)


def _known(clinic: UUID, case: UUID) -> None:
    if not _cases(clinic).filter(id=case).exists():
        raise Http404
