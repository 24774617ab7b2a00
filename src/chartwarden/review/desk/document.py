"""The signed review as JSON, ``chartwarden.review/1``: what an auditor checks against the ledger. Pure.

It names no patient and holds no free text, so it can be handed on; notes, questions and answers stand in the ledger as
salted commitments.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import msgspec

from chartwarden.review.desk.contracts import Summary
from chartwarden.review.rules import LAW, late_in_words

SCHEMA = "chartwarden.review/1"


@dataclass(frozen=True)
class SignedCase:
    """A case as the document holds it: references, what was seen, how it was decided and by whom."""

    id: UUID
    digest: str
    rank: int
    score: float
    coder: UUID | None
    detectors: Sequence[str]
    accesses: int
    outcome: str
    decided_by: UUID
    decided_at: datetime
    questions: int
    reopens: UUID | None


@dataclass(frozen=True)
class Signing:
    """Who signs which review, when, and how late that is."""

    clinic: UUID
    clinic_name: str
    time_zone: str
    review: UUID
    amends: UUID | None
    first_day: date
    last_day: date
    due_at: datetime
    signed_at: datetime
    signed_by: UUID


def document(signing: Signing, summary: Summary, cases: Sequence[SignedCase]) -> bytes:
    """The document as UTF-8 JSON with a final newline; the same review gives the same bytes. Times are UTC with a Z."""
    late = max(signing.signed_at - signing.due_at, signing.due_at - signing.due_at)
    value: dict[str, Any] = {
        "schema": SCHEMA,
        "citation": LAW,
        "clinic": {"id": str(signing.clinic), "name": signing.clinic_name, "time_zone": signing.time_zone},
        "review": {
            "id": str(signing.review),
            "amends": str(signing.amends) if signing.amends else None,
            "first_day": signing.first_day.isoformat(),
            "last_day": signing.last_day.isoformat(),
            "due_at": _utc(signing.due_at),
            "signed_at": _utc(signing.signed_at),
            "signed_by": f"person:{signing.signed_by}",
            "late_seconds": int(late.total_seconds()),
            "late": late_in_words(late),
        },
        **told(summary),
        "cases": [_case(case) for case in cases],
    }
    return msgspec.json.format(msgspec.json.encode(value), indent=1) + b"\n"


def told(summary: Summary) -> dict[str, Any]:
    """What was read and how it was judged, as plain values."""
    seen, totals = summary.coverage, summary.totals
    return {
        "engine": summary.engine,
        "inputs": [
            {
                "sha256": given.sha256,
                "format": given.format,
                "rows": given.rows,
                "read": given.read,
                "quarantined": given.quarantined,
                "duplicates": given.duplicates,
            }
            for given in summary.inputs
        ],
        "coverage": {
            "days": [str(day) for day in seen.days],
            "days_without_accesses": [str(day) for day in seen.days_without_accesses],
            "systems": list(seen.systems),
            "out_of_scope": seen.out_of_scope,
            "local_times_guessed": seen.local_times_guessed,
        },
        "totals": {
            "accesses": totals.accesses,
            "explained": totals.explained,
            "unexplained": totals.unexplained,
            "by_explanation": dict(totals.by_explanation),
        },
        "detectors": [
            {"id": run.id, "version": run.version, "ran": run.ran, "why_not": run.why_not, "signals": run.signals}
            for run in summary.detectors
        ],
    }


def _case(case: SignedCase) -> Mapping[str, Any]:
    return {
        "id": str(case.id),
        "case": case.digest,
        "rank": case.rank,
        "score": round(case.score, 4),
        "coder": f"person:{case.coder}" if case.coder else None,
        "detectors": list(case.detectors),
        "accesses": case.accesses,
        "questions": case.questions,
        "outcome": case.outcome,
        "decided_by": f"person:{case.decided_by}",
        "decided_at": _utc(case.decided_at),
        "reopens": str(case.reopens) if case.reopens else None,
    }


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
