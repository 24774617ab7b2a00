"""From signals to told cases: fetch what each holds, name it, rank it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from chartwarden.review.cases import Draft, case_id, drafts
from chartwarden.review.contracts import Access, Assignment, Case, Detector, Signal
from chartwarden.review.engines.contracts import Engine
from chartwarden.review.narrative import narrate, suggested
from chartwarden.review.prepare import Prepared

TOLD = 500


def plan(signals: Sequence[Signal], detectors: Mapping[str, Detector]) -> list[Draft]:
    """The cases that the signals of these detectors make, worst first."""
    plain = {name for name, detector in detectors.items() if detector.plain}
    takes_in = {name for name, detector in detectors.items() if detector.takes_in}
    return drafts(signals, plain, takes_in)


def assemble(
    engine: Engine,
    plans: Sequence[Draft],
    detectors: Mapping[str, Detector],
    prepared: Prepared,
    names: Mapping[int, str],
    clinic_zone: ZoneInfo,
) -> list[Case]:
    """All planned cases, in their order, with their accesses and their words. ``names`` are explanation ids by place.

    The first ``TOLD`` of them also hold the assignments around them, for their time lines.
    """
    accesses = _accesses(engine, plans, names)
    queue = _assignments(engine, plans[:TOLD])
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
                assignments=tuple(queue.get(draft.patient or "", ())) if rank <= TOLD else (),
            )
        )
    return cases


def _accesses(engine: Engine, plans: Sequence[Draft], names: Mapping[int, str]) -> dict[int, Access]:
    wanted = sorted({number for draft in plans for number in draft.accesses})
    engine.arrow("wanted", pa.table({"access": pa.array(wanted, pa.int64())}))
    engine.table("wanted_accesses", WANTED_ACCESSES)
    return {row["access"]: _access(row, names) for row in engine.rows(WANTED_JUDGED)}


# Most of what cases hold lies in the small table already; the whole log is read only for the rest.
WANTED_ACCESSES = """
SELECT l.* FROM loose AS l JOIN wanted AS w ON w.access = l.access
UNION ALL
SELECT a.* FROM accesses AS a JOIN (
  SELECT w.access FROM wanted AS w WHERE NOT EXISTS (SELECT 1 FROM loose AS l WHERE l.access = w.access)
) AS r ON r.access = a.access
"""

WANTED_JUDGED = """
SELECT a.*, coalesce(e.place, x.place) AS place
FROM wanted_accesses AS a
LEFT JOIN explained_pairs AS e ON e.person = a.person AND e.patient = a.patient
LEFT JOIN loose_explained AS x ON x.access = a.access
"""


def _access(row: Mapping[str, Any], names: Mapping[int, str]) -> Access:
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
        explanation=names.get(row["place"]),
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
