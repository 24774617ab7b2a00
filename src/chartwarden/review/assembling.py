"""From signals to told cases: fetch what each holds, name it, rank it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from chartwarden.review.cases import Draft, case_id, drafts
from chartwarden.review.contracts import Access, Assignment, Case, Detector, Signal
from chartwarden.review.engines.contracts import Engine
from chartwarden.review.narrative import narrate, suggested
from chartwarden.review.prepare import Prepared


def assemble(
    engine: Engine, signals: Sequence[Signal], detectors: Mapping[str, Detector], prepared: Prepared, clinic_zone: Any
) -> list[Case]:
    """All cases, worst first, with their accesses, the assignments around them and their words."""
    plans = drafts(signals)
    accesses = _accesses(engine, plans)
    queue = _assignments(engine, plans)
    cases = []
    for rank, draft in enumerate(plans, start=1):
        held = tuple(sorted((accesses[number] for number in draft.accesses), key=lambda a: (a.occurred_at, a.event)))
        zone = prepared.zones.get(draft.coder, clinic_zone)
        begins = min((a.occurred_at for a in held), default=draft.signals[0].begins)
        ends = max((a.occurred_at for a in held), default=draft.signals[0].ends)
        cases.append(
            Case(
                case=case_id(draft, [access.event for access in held]),
                rank=rank,
                score=round(draft.score, 4),
                coder=draft.coder,
                patient=draft.patient,
                begins=begins,
                ends=ends,
                accesses=held,
                signals=draft.signals,
                narrative=narrate(draft, held, detectors, zone),
                suggested=suggested(draft, detectors),
                assignments=tuple(queue.get(draft.patient or "", ())),
            )
        )
    return cases


def _accesses(engine: Engine, plans: Sequence[Draft]) -> dict[int, Access]:
    wanted = sorted({number for draft in plans for number in draft.accesses})
    engine.arrow("wanted", pa.table({"access": pa.array(wanted, pa.int64())}))
    rows = engine.rows(
        "SELECT j.*, e.event FROM judged AS j JOIN wanted AS w ON w.access = j.access "
        "JOIN events AS e ON e.access = j.access"
    )
    return {row["access"]: _access(row) for row in rows}


def _access(row: Mapping[str, Any]) -> Access:
    return Access(
        access=row["access"],
        event=row["event"] or _digest(row),
        occurred_at=row["occurred_at"],
        actor=row["actor"],
        action=row["action"],
        patient=row["patient"],
        document=row["document"],
        device=row["device"],
        address=row["address"],
        outcome=row["outcome"],
        explanation=row["rank"].split("|")[1] if row["rank"] else None,
        file=row["file"],
    )


IDENTITY = (
    "occurred_at", "actor", "action", "patient", "encounter", "document", "device", "address", "outcome", "purpose",
    "query",
)  # fmt: skip


def _digest(row: Mapping[str, Any]) -> str:
    text = "\x1f".join("" if row[name] is None else str(row[name]) for name in IDENTITY)
    return "row:" + hashlib.sha256(text.encode()).hexdigest()[:16]


def _assignments(engine: Engine, plans: Sequence[Draft]) -> dict[str, list[Assignment]]:
    patients = sorted({draft.patient for draft in plans if draft.patient})
    engine.arrow("case_patients", pa.table({"patient": pa.array(patients, pa.string())}))
    rows = engine.rows("SELECT s.* FROM assignments AS s JOIN case_patients AS c ON c.patient = s.patient")
    found: dict[str, list[Assignment]] = {}
    for row in sorted(rows, key=lambda row: (row["assigned_at"], row["assignment"])):
        found.setdefault(row["patient"], []).append(
            Assignment(
                row["assignment"], row["coder"], row["patient"], row["kind"], row["assigned_at"], row["ended_at"]
            )
        )
    return found
