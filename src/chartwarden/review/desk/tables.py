"""The desk's tables for programs: reviews, cases, dispositions, questions, and what concerns a person themselves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from django.db.models import QuerySet

from chartwarden.clinics.contracts import Clinic
from chartwarden.kernel.offered import Column, Row, Table
from chartwarden.people.contracts import Member, Permission
from chartwarden.review import models
from chartwarden.review.desk import sealed
from chartwarden.review.desk.contracts import CaseHead
from chartwarden.review.desk.lines import cases, review_line, reviews
from chartwarden.review.desk.personal import my_accesses, my_cases, my_weeks
from chartwarden.review.desk.plain import instant, plain_question, plain_review, stamp, waits
from chartwarden.review.desk.reading import question_shown

State: Any = Literal["open", "asked", "decided"]
ReviewState: Any = Literal["open", "ready", "signed"]
NUMBERED = 9


def _behind(rows: QuerySet[Any], after: str) -> QuerySet[Any]:
    return (rows.filter(id__gt=UUID(after)) if after else rows).order_by("id")


def _reviews(
    clinic: Clinic, member: Member, at: datetime, after: str, limit: int, state: str | None = None
) -> Sequence[Row]:
    rows = reviews(clinic.id)
    if state:
        rows = rows.filter(state=state)
    return [plain_review(review_line(row, at)) for row in _behind(rows, after)[:limit]]


def _cases(
    clinic: Clinic,
    member: Member,
    at: datetime,
    after: str,
    limit: int,
    review: UUID | None = None,
    state: str | None = None,
) -> Sequence[Row]:
    rows = cases(clinic.id)
    if review:
        rows = rows.filter(review_id=review)
    if state:
        rows = rows.filter(state=state)
    return [_case(row) for row in _behind(rows, after)[:limit]]


def _case(row: Any) -> dict[str, Any]:
    head = sealed.unpack(row.clinic_id, sealed.HEAD, row.head, CaseHead)
    return {
        "id": str(row.id),
        "review": str(row.review_id),
        "rank": row.rank,
        "state": row.state,
        "outcome": row.outcome,
        "revision": row.revision,
        "score": round(row.score, 4),
        "coder": str(row.coder_id) if row.coder_id else None,
        "name": head.name,
        "patient": head.patient,
        "begins": instant(head.begins),
        "ends": instant(head.ends),
        "accesses": head.accesses,
        "detectors": list(row.detectors),
        "suggested": row.suggested,
        "gist": head.gist,
        "answered": row.answers > 0,
        "opened_at": stamp(row.opened_at),
        "decided_at": stamp(row.decided_at),
        "reopens": str(row.reopens_id) if row.reopens_id else None,
    }


def _dispositions(
    clinic: Clinic, member: Member, at: datetime, after: str, limit: int, review: UUID | None = None
) -> Sequence[Row]:
    rows = models.Disposition.objects.filter(clinic_id=clinic.id).select_related("case").defer("case__body")
    if review:
        rows = rows.filter(case__review_id=review)
    return [
        {
            "id": str(row.id),
            "case": str(row.case_id),
            "review": str(row.case.review_id),
            "outcome": row.outcome,
            "note": sealed.open_text(clinic.id, row.note),
            "by": str(row.by_id),
            "at": stamp(row.at),
            "together": str(row.together) if row.together else None,
            "superseded_at": stamp(row.superseded_at),
            "superseded_by": str(row.superseded_by_id) if row.superseded_by_id else None,
            "reason": sealed.open_text(clinic.id, row.reason),
        }
        for row in _behind(rows, after)[:limit]
    ]


def _questions(
    clinic: Clinic, member: Member, at: datetime, after: str, limit: int, case: UUID | None = None
) -> Sequence[Row]:
    rows = models.Question.objects.filter(clinic_id=clinic.id)
    if case:
        rows = rows.filter(case_id=case)
    return [plain_question(question_shown(row)) for row in _behind(rows, after)[:limit]]


def _my_questions(clinic: Clinic, member: Member, at: datetime, after: str, limit: int) -> Sequence[Row]:
    rows = models.Question.objects.filter(clinic_id=clinic.id, to_id=member.person).select_related("case")
    return [
        plain_question(shown) | {"waits": waits(shown, row.case.state)}
        for row in _behind(rows.defer("case__body"), after)[:limit]
        for shown in (question_shown(row),)
    ]


def _my_weeks(clinic: Clinic, member: Member, at: datetime, after: str, limit: int) -> Sequence[Row]:
    found = [week for week in reversed(my_weeks(clinic, member.person)) if week.first_day.isoformat() > after]
    return [
        {
            "first_day": week.first_day.isoformat(),
            "last_day": week.last_day.isoformat(),
            "accesses": week.accesses,
            "explained": week.explained,
            "unexplained": week.unexplained,
            "by_explanation": dict(week.by_explanation),
            "signed_at": stamp(week.signed_at),
        }
        for week in found[:limit]
    ]


def _my_accesses(
    clinic: Clinic, member: Member, at: datetime, after: str, limit: int, week: date | None = None
) -> Sequence[Row]:
    """Week by week, by time; the key says the week and the place in it."""
    day, _, place = after.partition("/")
    found: list[dict[str, Any]] = []
    for one in reversed(my_weeks(clinic, member.person)):
        said = one.first_day.isoformat()
        if said < day or (week and one.first_day != week):
            continue
        first = int(place) + 1 if said == day else 0
        rows = my_accesses(clinic, member.person, one.first_day, first, limit - len(found))
        found += [_access(said, number, row) for number, row in enumerate(rows, start=first)]
        if len(found) >= limit:
            break
    return found


def _access(week: str, number: int, row: Any) -> dict[str, Any]:
    plain = {name: getattr(row, name) for name in ("action", "patient", "document", "outcome", "event", "explained")}
    return {
        "id": f"{week}/{number:0{NUMBERED}}",
        "occurred_at": instant(row.occurred_at),
        **plain,
        "explanation": row.explanation,
        "reference": row.reference,
    }


def _my_cases(clinic: Clinic, member: Member, at: datetime, after: str, limit: int) -> Sequence[Row]:
    found = sorted(my_cases(clinic, member.person), key=lambda one: str(one.id))
    return [
        {
            "id": str(one.id),
            "first_day": one.first_day.isoformat(),
            "state": one.state,
            "outcome": one.outcome,
            "accesses": one.accesses,
            "decided_at": stamp(one.decided_at),
        }
        for one in found
        if str(one.id) > after
    ][:limit]


REVIEW_COLUMNS = (
    Column("id", str, "Its id."),
    Column("first_day", str, "The Monday of its week, by the clinic's days."),
    Column("last_day", str, "The Sunday."),
    Column("due_at", str, "Before when it is to be signed (UTC)."),
    Column("state", str, "open, ready or signed."),
    Column("read", bool, "Whether a log of the week was read."),
    Column("run", str, "What the reading is at: idle, running or failed."),
    Column("run_fault", str, "Why the last reading failed; empty where it did not."),
    Column("cases", int, "How many cases there are."),
    Column("undecided", int, "How many of them are not decided yet."),
    Column("asked", int, "How many of these wait for an answer."),
    Column("accesses", int, "Accesses to patients' records in the week."),
    Column("explained", int, "How many of them are explained."),
    Column("late_seconds", int, "How late it is now, or was when it was signed."),
    Column("refreshed_at", str | None, "When the week was last judged (UTC)."),
    Column("signed_at", str | None, "When it was signed (UTC)."),
    Column("signed_by", str | None, "The person who signed it."),
    Column("amends", str | None, "The signed review that this one amends."),
    Column("amended_by", str | None, "The review that amends this one."),
    Column("document_sha256", str, "The digest of the signed document, as the ledger has it; empty until then."),
)
QUESTION_COLUMNS = (
    Column("id", str, "Its id."),
    Column("case", str, "The case it is about."),
    Column("to", str, "The person it was put to."),
    Column("asked_by", str, "The person who asked."),
    Column("asked_at", str, "When (UTC)."),
    Column("text", str, "The question."),
    Column("answered_at", str | None, "When it was answered (UTC)."),
    Column("answer", str, "The answer; empty until then."),
)
TABLES = (
    Table(
        name="reviews",
        title="Reviews, one a week",
        permission=Permission.SEE_REVIEWS,
        key="id",
        columns=REVIEW_COLUMNS,
        read=_reviews,
        filters=(Column("state", ReviewState | None, "Only those in this state."),),
    ),
    Table(
        name="cases",
        title="Cases",
        permission=Permission.SEE_REVIEWS,
        key="id",
        columns=(
            Column("id", str, "Its id."),
            Column("review", str, "The review it belongs to."),
            Column("rank", int, "Its place in the review: 1 is looked at first."),
            Column("state", str, "open, asked or decided."),
            Column("outcome", str, "How it was decided; empty until then."),
            Column("revision", int, "Grows with every change; a decision names the one it was made on."),
            Column("score", float, "The weight of evidence, as a natural logarithm."),
            Column("coder", str | None, "The person it is about; null for a login that is no one person's."),
            Column("name", str, "Their name, or the login."),
            Column("patient", str | None, "The patient's id in the EHR; null where a stretch of time is the point."),
            Column("begins", str, "The first access (UTC)."),
            Column("ends", str, "The last access (UTC)."),
            Column("accesses", int, "How many there are."),
            Column("detectors", list[str], "What saw it, the weightiest first."),
            Column("suggested", str, "The next step that is suggested."),
            Column("gist", str, "What was seen, in one sentence."),
            Column("answered", bool, "Whether somebody has answered a question about it."),
            Column("opened_at", str, "When it was found (UTC)."),
            Column("decided_at", str | None, "When it was decided (UTC)."),
            Column("reopens", str | None, "The case of a signed review that it takes up again."),
        ),
        read=_cases,
        filters=(
            Column("review", UUID | None, "Only those of this review."),
            Column("state", State | None, "Only those in this state."),
        ),
    ),
    Table(
        name="dispositions",
        title="How cases were decided",
        permission=Permission.SEE_REVIEWS,
        key="id",
        columns=(
            Column("id", str, "Its id."),
            Column("case", str, "The case."),
            Column("review", str, "Its review."),
            Column("outcome", str, "in_order, coaching, violation, incident or log_error."),
            Column("note", str, "Why."),
            Column("by", str, "The person who decided."),
            Column("at", str, "When (UTC)."),
            Column("together", str | None, "Shared by cases that were decided in one go."),
            Column("superseded_at", str | None, "When the case was reopened (UTC)."),
            Column("superseded_by", str | None, "The person who reopened it."),
            Column("reason", str, "Why it was reopened."),
        ),
        read=_dispositions,
        filters=(Column("review", UUID | None, "Only those of this review."),),
    ),
    Table(
        name="questions",
        title="Questions about cases, and their answers",
        permission=Permission.SEE_REVIEWS,
        key="id",
        columns=QUESTION_COLUMNS,
        read=_questions,
        filters=(Column("case", UUID | None, "Only those about this case."),),
    ),
    Table(
        name="my_questions",
        title="Questions put to the token's person",
        permission=Permission.ANSWER_QUESTIONS,
        key="id",
        columns=(*QUESTION_COLUMNS, Column("waits", bool, "Whether an answer is waited for.")),
        read=_my_questions,
    ),
    Table(
        name="my_weeks",
        title="Weeks of the person's own accesses, in counts",
        permission=Permission.SEE_OWN_ACCESSES,
        key="first_day",
        columns=(
            Column("first_day", str, "The Monday."),
            Column("last_day", str, "The Sunday."),
            Column("accesses", int, "Accesses held under their name."),
            Column("explained", int, "How many of them are explained."),
            Column("unexplained", int, "How many are not."),
            Column("by_explanation", dict[str, int], "How many each explanation explains."),
            Column("signed_at", str | None, "When the week's review was signed (UTC)."),
        ),
        read=_my_weeks,
    ),
    Table(
        name="my_accesses",
        title="Every access held under the person's own name",
        permission=Permission.SEE_OWN_ACCESSES,
        key="id",
        columns=(
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
        ),
        read=_my_accesses,
        filters=(Column("week", date | None, "Only those of the week that begins on this Monday."),),
    ),
    Table(
        name="my_cases",
        title="Cases about the person, without evidence or notes",
        permission=Permission.SEE_OWN_ACCESSES,
        key="id",
        columns=(
            Column("id", str, "Its id."),
            Column("first_day", str, "The Monday of its week."),
            Column("state", str, "open, asked or decided."),
            Column("outcome", str, "How it was decided; empty until then."),
            Column("accesses", int, "How many accesses it is about."),
            Column("decided_at", str | None, "When it was decided (UTC)."),
        ),
        read=_my_cases,
    ),
)
