"""findings.json as feeds.md says: the same input gives the same bytes, on every engine."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from chartwarden.review.contracts import Case, Findings

SCHEMA = "chartwarden.findings/1"


def findings_json(findings: Findings) -> bytes:
    """The result as UTF-8 JSON with a final newline. Times are UTC with a Z."""
    return msgspec.json.format(msgspec.json.encode(as_dict(findings)), indent=1) + b"\n"


def as_dict(findings: Findings) -> dict[str, Any]:
    """The result as plain values, in the contract's order."""
    period, coverage, totals = findings.period, findings.coverage, findings.totals
    return {
        "schema": SCHEMA,
        "clinic": findings.clinic.name,
        "period": {"from": str(period.first_day), "to": str(period.last_day)},
        "engine": findings.engine,
        "inputs": [
            {
                "name": count.name,
                "sha256": count.sha256,
                "rows": count.rows,
                "read": count.read,
                "quarantined": count.quarantined,
                "duplicates": count.duplicates,
            }
            for count in findings.inputs
        ],
        "coverage": {
            "days": [str(day) for day in coverage.days],
            "days_without_accesses": [str(day) for day in coverage.days_without_accesses],
            "systems": list(coverage.systems),
            "out_of_scope": coverage.out_of_scope,
            "local_times_guessed": coverage.local_times_guessed,
            "notes": list(coverage.notes),
            "not_accesses": dict(coverage.not_accesses),
        },
        "totals": {
            "accesses": totals.accesses,
            "explained": totals.explained,
            "unexplained": totals.unexplained,
            "first": totals.first,
            "repeated": totals.repeated,
            "by_explanation": dict(totals.by_explanation),
        },
        "detectors": [
            {"id": run.id, "version": run.version, "ran": run.ran, "why_not": run.why_not, "signals": run.signals}
            for run in findings.detectors
        ],
        "cases": [_case(case) for case in findings.cases],
    }


def _case(case: Case) -> dict[str, Any]:
    return {
        "case": case.case,
        "rank": case.rank,
        "score": case.score,
        "coder": case.coder,
        "patient": case.patient,
        "from": _utc(case.begins),
        "to": _utc(case.ends),
        "accesses": len(case.accesses),
        "events": [access.event for access in case.accesses],
        "signals": [
            {
                "detector": signal.detector,
                "weight": round(signal.weight, 4),
                "facts": dict(signal.facts),
                "sentence": signal.sentence,
            }
            for signal in case.signals
        ],
        "narrative": case.narrative,
        "suggested": case.suggested,
    }


def _utc(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds") + "Z"
