"""Reviews, cases and dispositions as plain rows, for programs: times aware (UTC) as ISO 8601 text, ids as text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from chartwarden.clinics.contracts import Clinic
from chartwarden.review import contracts, models
from chartwarden.review.desk import sealed
from chartwarden.review.desk.contracts import (
    CaseBody,
    CaseHead,
    CaseShown,
    DispositionShown,
    JudgedAccess,
    OwnCase,
    PersonWeekLine,
    QuestionShown,
    ReviewLine,
    Summary,
)
from chartwarden.review.desk.document import told
from chartwarden.review.desk.lines import cases, note_shown, review_line, reviews
from chartwarden.review.desk.personal import my_accesses, my_weeks
from chartwarden.review.desk.reading import question_shown
from chartwarden.review.report.words import strength

Row = dict[str, Any]


def review_rows(clinic: Clinic, now: datetime, after: str, limit: int) -> list[Row]:
    """Reviews by id, behind one; all there are, amendments too."""
    found = _behind(reviews(clinic.id), after, limit)
    return [review_row(review_line(row, now)) for row in found]


def case_rows(clinic: Clinic, after: str, limit: int, review: UUID | None, state: str | None) -> list[Row]:
    """Cases by id, behind one, without those that are no longer found; of a review and in a state, where asked for."""
    found = cases(clinic.id)
    found = found.filter(review_id=review) if review else found
    found = found.filter(state=state) if state else found
    return [_case_row(row) for row in _behind(found, after, limit)]


def cases_of(clinic: Clinic, review: UUID, states: Sequence[str], offset: int, limit: int) -> list[Row]:
    """Cases of a review in those states, the strongest first."""
    found = cases(clinic.id).filter(review_id=review, state__in=states).order_by("rank", "id")
    return [_case_row(row) for row in found[offset : offset + limit]]


def case_question_rows(clinic: Clinic, after: str, limit: int, case: UUID | None) -> list[Row]:
    """Questions about cases by id, behind one, with their answers; about one case, where asked for."""
    found = models.Question.objects.filter(clinic_id=clinic.id)
    found = found.filter(case_id=case) if case else found
    return [question_row(question_shown(row)) for row in _behind(found, after, limit)]


def own_access_rows(clinic: Clinic, person: UUID, after: str, limit: int, week: date | None) -> list[Row]:
    """A person's own accesses week by week, by time; the id is the week's Monday and the place in it."""
    day, _, place = after.partition("/")
    found: list[Row] = []
    for one in reversed(my_weeks(clinic, person)):
        monday = one.first_day.isoformat()
        if monday < day or (week and one.first_day != week):
            continue
        first = int(place) + 1 if monday == day else 0
        rows = my_accesses(clinic, person, one.first_day, first, limit - len(found))
        found += [{"id": f"{monday}/{n:09}", **own_access_row(row)} for n, row in enumerate(rows, start=first)]
        if len(found) >= limit:
            break
    return found


def disposition_rows(clinic: Clinic, after: str, limit: int, review: UUID | None) -> list[Row]:
    """Dispositions by id, behind one, the superseded ones too; notes and reasons opened."""
    found = models.Disposition.objects.filter(clinic_id=clinic.id)
    found = found.filter(case__review_id=review) if review else found
    return [
        {
            "id": str(row.id),
            "case": str(row.case_id),
            "outcome": row.outcome,
            "note": note_shown(row),
            "decided_by": str(row.by_id),
            "decided_at": row.at.isoformat(),
            "together": _text(row.together),
            "superseded_at": _stamp(row.superseded_at),
            "superseded_by": _text(row.superseded_by_id),
            "reason": sealed.shown_text(clinic.id, row.reason, sealed.place("reason", row.id)),
        }
        for row in _behind(found, after, limit)
    ]


def review_row(line: ReviewLine) -> Row:
    """A review in counts."""
    return {
        "id": str(line.id),
        "first_day": line.first_day.isoformat(),
        "last_day": line.last_day.isoformat(),
        "due_at": line.due_at.isoformat(),
        "state": line.state,
        "read_at": _stamp(line.refreshed_at),
        "run": line.run,
        "cases": line.cases,
        "undecided": line.undecided,
        "asked": line.asked,
        "accesses": line.accesses,
        "explained": line.explained,
        "late_seconds": int(line.late_by.total_seconds()),
        "signed_at": _stamp(line.signed_at),
        "signed_by": _text(line.signed_by),
        "document_sha256": line.document_digest,
        "amends": _text(line.amends),
        "amended_by": _text(line.amended_by),
    }


def what_was_read(clinic: Clinic, review: UUID) -> Row | None:
    """Inputs, coverage, totals and detectors of a review, as its signed document tells them; None before the first."""
    row = models.Review.objects.filter(clinic_id=clinic.id, id=review).only("summary").first()
    if row is None or row.summary is None:
        return None
    summary = sealed.unpack(clinic.id, sealed.SUMMARY, row.summary, Summary)
    return {
        **told(summary),
        "notes": list(summary.coverage.notes),
        "hours": [asdict(hour) for hour in summary.hours],
        "loads": [{**asdict(load), "name": summary.names.get(load.coder, "")} for load in summary.loads],
    }


def shown_case(shown: CaseShown, revisions: dict[UUID, int]) -> Row:
    """A case in full. ``revisions`` are those of the alike ones."""
    case = shown.body.case
    return {
        **_head(shown.id, shown.head, case.score),
        "review": str(shown.review.id),
        "rank": case.rank,
        "state": shown.state,
        "outcome": shown.outcome,
        "revision": shown.revision,
        "coder": _text(shown.coder),
        "detectors": list(dict.fromkeys(signal.detector for signal in case.signals)),
        "suggested": case.suggested,
        "reopens": _text(shown.reopens),
        "reopened_as": _text(shown.reopened_as),
        "narrative": case.narrative,
        "signals": [_signal(signal) for signal in case.signals],
        "accesses_held": accesses_held(shown.body),
        "assignments": [{**_assignment(one), **_brought(shown, one.assignment)} for one in case.assignments],
        "names": dict(shown.body.names),
        "questions": [question_row(question) for question in shown.questions],
        "dispositions": [_disposition(given) for given in shown.dispositions],
        "alike": [{"case": str(line.id), "revision": revisions.get(line.id, 0)} for line in shown.alike],
        "earlier_of_pair": [str(line.id) for line in shown.of_pair],
        "earlier_of_coder": [str(line.id) for line in shown.of_coder],
        "may_decide": bool(shown.may_decide),
        "why_not": shown.may_decide.reason,
    }


def accesses_held(body: CaseBody) -> list[Row]:
    """The accesses of a case, by time."""
    return [_access(access) for access in body.case.accesses]


def question_row(asked: QuestionShown) -> Row:
    """A question and its answer."""
    return {
        "id": str(asked.id),
        "case": str(asked.case),
        "to": str(asked.to),
        "asked_by": str(asked.asked_by),
        "asked_at": asked.asked_at.isoformat(),
        "text": asked.text,
        "answered_at": _stamp(asked.answered_at),
        "answer": asked.answer,
    }


def week_row(week: PersonWeekLine) -> Row:
    """A week of somebody's own accesses in counts."""
    return {
        "first_day": week.first_day.isoformat(),
        "last_day": week.last_day.isoformat(),
        "accesses": week.accesses,
        "explained": week.explained,
        "unexplained": week.unexplained,
        "by_explanation": dict(week.by_explanation),
        "signed_at": _stamp(week.signed_at),
    }


def own_access_row(access: JudgedAccess) -> Row:
    """One of somebody's own accesses."""
    return {
        "occurred_at": _utc(access.occurred_at),
        "action": access.action,
        "patient": access.patient,
        "document": access.document,
        "outcome": access.outcome,
        "event": access.event,
        "explained": access.explained,
        "explanation": access.explanation,
        "reference": access.reference,
    }


def own_case_row(case: OwnCase) -> Row:
    """A case about the reader: no word of patients, evidence or notes."""
    return {
        "id": str(case.id),
        "first_day": case.first_day.isoformat(),
        "state": case.state,
        "outcome": case.outcome,
        "accesses": case.accesses,
        "decided_at": _stamp(case.decided_at),
    }


def _case_row(row: Any) -> Row:
    return {
        **_head(row.id, sealed.unpack(row.clinic_id, sealed.HEAD, row.head, CaseHead), row.score),
        "review": str(row.review_id),
        "rank": row.rank,
        "state": row.state,
        "outcome": row.outcome,
        "revision": row.revision,
        "coder": _text(row.coder_id),
        "detectors": list(row.detectors),
        "suggested": row.suggested,
        "decided_at": _stamp(row.decided_at),
        "reopens": _text(row.reopens_id),
    }


def _head(case: UUID, head: CaseHead, score: float) -> Row:
    return {
        "id": str(case),
        "coder_code": head.coder,
        "coder_name": head.name,
        "patient": head.patient,
        "begins": _utc(head.begins),
        "ends": _utc(head.ends),
        "accesses": head.accesses,
        "gist": head.gist,
        "score": round(score, 4),
        "strength": strength(score)[0],
    }


def _signal(signal: contracts.Signal) -> Row:
    return {
        "detector": signal.detector,
        "weight": round(signal.weight, 4),
        "begins": _utc(signal.begins),
        "ends": _utc(signal.ends),
        "sentence": signal.sentence,
        "against": signal.against,
        "facts": dict(signal.facts),
        "accesses": list(signal.accesses),
    }


def _access(access: contracts.Access) -> Row:
    return {
        "access": access.access,
        "event": access.event,
        "occurred_at": _utc(access.occurred_at),
        "actor": access.actor,
        "action": access.action,
        "patient": access.patient,
        "document": access.document,
        "device": access.device,
        "address": access.address,
        "outcome": access.outcome,
        "explanation": access.explanation,
    }


def _assignment(one: contracts.Assignment) -> Row:
    return {
        "assignment": one.assignment,
        "coder": one.coder,
        "patient": one.patient,
        "kind": one.kind,
        "assigned_at": _utc(one.assigned_at),
        "ended_at": _utc(one.ended_at) if one.ended_at else None,
    }


def _brought(shown: CaseShown, assignment: str) -> Row:
    """Who had an assignment count that came after the case's first access, and when; empty of every other."""
    at, person = shown.brought.get(assignment, (None, None))
    return {"brought_at": at.astimezone(UTC).isoformat() if at else None, "brought_by": str(person) if person else None}


def _disposition(given: DispositionShown) -> Row:
    return {
        "outcome": given.outcome,
        "note": given.note,
        "decided_by": str(given.by),
        "decided_at": given.at.isoformat(),
        "together": given.together,
        "superseded_at": _stamp(given.superseded_at),
        "superseded_by": _text(given.superseded_by),
        "reason": given.reason,
    }


def _behind(rows: Any, after: str, limit: int) -> Any:
    """By id, so that a page stays in its place where a row is added meanwhile."""
    return (rows.filter(id__gt=UUID(after)) if after else rows).order_by("id")[:limit]


def _text(identity: UUID | None) -> str | None:
    return str(identity) if identity else None


def _stamp(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _utc(naive: datetime) -> str:
    """The engine's times are naive UTC."""
    return naive.replace(tzinfo=UTC).isoformat()
