"""What the desk shows, as plain values for programs. Instants are ISO 8601 in UTC; people and cases are ids."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from chartwarden.review import rules
from chartwarden.review.contracts import Access, Assignment, Case, Findings, Signal
from chartwarden.review.desk.contracts import CaseLine, CaseShown, DispositionShown, QuestionShown, ReviewLine
from chartwarden.review.desk.lines import named


def stamp(moment: datetime | None) -> str | None:
    """An aware instant."""
    return moment.astimezone(UTC).isoformat() if moment else None


def instant(moment: datetime | None) -> str | None:
    """A naive one, which is UTC by the law of the house."""
    return moment.replace(tzinfo=UTC).isoformat() if moment else None


def plain_review(line: ReviewLine) -> dict[str, Any]:
    """A review in counts."""
    return {
        "id": str(line.id),
        "first_day": line.first_day.isoformat(),
        "last_day": line.last_day.isoformat(),
        "due_at": stamp(line.due_at),
        "state": line.state,
        "read": line.read,
        "run": line.run,
        "run_fault": line.run_fault,
        "cases": line.cases,
        "undecided": line.undecided,
        "asked": line.asked,
        "accesses": line.accesses,
        "explained": line.explained,
        "late_seconds": int(line.late_by.total_seconds()),
        "refreshed_at": stamp(line.refreshed_at),
        "signed_at": stamp(line.signed_at),
        "signed_by": str(line.signed_by) if line.signed_by else None,
        "amends": str(line.amends) if line.amends else None,
        "amended_by": str(line.amended_by) if line.amended_by else None,
        "document_sha256": line.document_digest,
    }


def plain_findings(found: Findings) -> dict[str, Any]:
    """What was read of a week and how it was judged, without its cases."""
    seen, totals = found.coverage, found.totals
    return {
        "engine": found.engine,
        "inputs": [
            {
                name: getattr(given, name)
                for name in ("name", "sha256", "format", "rows", "read", "quarantined", "duplicates")
            }
            for given in found.inputs
        ],
        "coverage": {
            "days": [str(day) for day in seen.days],
            "days_without_accesses": [str(day) for day in seen.days_without_accesses],
            "systems": list(seen.systems),
            "out_of_scope": seen.out_of_scope,
            "local_times_guessed": seen.local_times_guessed,
            "not_accesses": dict(seen.not_accesses),
            "notes": list(seen.notes),
        },
        "totals": {**asdict(totals), "by_explanation": dict(totals.by_explanation)},
        "detectors": [{**asdict(run), "title": named().title(run.id)} for run in found.detectors],
        "hours": [asdict(hour) for hour in found.hours],
        "loads": [{**asdict(load), "name": found.names.get(load.coder, "")} for load in found.loads],
    }


def plain_case(shown: CaseShown, revisions: dict[Any, int]) -> dict[str, Any]:
    """A case in full. ``revisions`` are those of the cases that are alike."""
    return {
        "id": str(shown.id),
        "review": str(shown.review.id),
        "state": shown.state,
        "outcome": shown.outcome,
        "revision": shown.revision,
        "coder": str(shown.coder) if shown.coder else None,
        "name": shown.head.name,
        **plain_evidence(shown.body.case),
        "questions": [plain_question(question) for question in shown.questions],
        "dispositions": [_disposition(given) for given in shown.dispositions],
        "of_pair": [_line(line) for line in shown.of_pair],
        "of_coder": [_line(line) for line in shown.of_coder],
        "alike": [{"id": str(line.id), "revision": revisions.get(line.id, 0)} for line in shown.alike],
        "before": str(shown.before) if shown.before else None,
        "after": str(shown.after) if shown.after else None,
        "reopens": str(shown.reopens) if shown.reopens else None,
        "reopened_as": str(shown.reopened_as) if shown.reopened_as else None,
        "may_decide": {
            "allowed": shown.may_decide.allowed,
            "reason": shown.may_decide.reason,
            "citation": shown.may_decide.citation,
        },
    }


def plain_evidence(case: Case) -> dict[str, Any]:
    """What was seen, what speaks for and against, and the assignments around it."""
    return {
        "rank": case.rank,
        "score": round(case.score, 4),
        "patient": case.patient,
        "begins": instant(case.begins),
        "ends": instant(case.ends),
        "narrative": case.narrative,
        "suggested": case.suggested,
        "signals": [_signal(signal) for signal in case.signals],
        "accesses": [_access(access) for access in case.accesses],
        "assignments": [_assignment(one) for one in case.assignments],
    }


def plain_question(shown: QuestionShown) -> dict[str, Any]:
    """A question and its answer."""
    return {
        "id": str(shown.id),
        "case": str(shown.case),
        "to": str(shown.to),
        "asked_by": str(shown.asked_by),
        "asked_at": stamp(shown.asked_at),
        "text": shown.text,
        "answered_at": stamp(shown.answered_at),
        "answer": shown.answer,
    }


def waits(shown: QuestionShown, case_state: str) -> bool:
    """Whether an answer is still waited for."""
    return shown.answered_at is None and case_state in rules.UNDECIDED


def _signal(signal: Signal) -> dict[str, Any]:
    return {
        "detector": signal.detector,
        "title": named().title(signal.detector),
        "citation": named().citation(signal.detector),
        "sentence": signal.sentence,
        "against": signal.against,
        "weight": round(signal.weight, 4),
        "begins": instant(signal.begins),
        "ends": instant(signal.ends),
        "accesses": list(signal.accesses),
        "facts": dict(signal.facts),
    }


def _access(access: Access) -> dict[str, Any]:
    names = ("access", "event", "action", "patient", "document", "device", "address", "outcome", "explanation")
    return {"occurred_at": instant(access.occurred_at), **{name: getattr(access, name) for name in names}}


def _assignment(one: Assignment) -> dict[str, Any]:
    plain = {name: getattr(one, name) for name in ("assignment", "coder", "patient", "kind")}
    return {**plain, "assigned_at": instant(one.assigned_at), "ended_at": instant(one.ended_at)}


def _disposition(given: DispositionShown) -> dict[str, Any]:
    return {
        "outcome": given.outcome,
        "note": given.note,
        "by": str(given.by),
        "at": stamp(given.at),
        "together": given.together,
        "superseded_at": stamp(given.superseded_at),
        "superseded_by": str(given.superseded_by) if given.superseded_by else None,
        "reason": given.reason,
    }


def _line(line: CaseLine) -> dict[str, Any]:
    return {
        "id": str(line.id),
        "state": line.state,
        "outcome": line.outcome,
        "title": line.title,
        "begins": instant(line.head.begins),
        "note": line.note,
    }
