"""Findings made by hand, and a desk that has taken them over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq

from chartwarden.clinics.queries import inputs_revision
from chartwarden.kernel.actors import Actor
from chartwarden.logs.contracts import InputCount
from chartwarden.review.contracts import (
    Access,
    Assignment,
    Case,
    Clinic,
    CoderLoad,
    Coverage,
    DetectorRun,
    Findings,
    HourCount,
    Period,
    Signal,
    Totals,
)
from chartwarden.review.desk.own import accesses_by_person
from chartwarden.review.desk.refreshing import Staff
from chartwarden.review.services import open_reviews, take_findings
from tests.support.clinic import House

WORKER = Actor.of_system("tests")
MONDAY, SUNDAY = date(2026, 3, 2), date(2026, 3, 8)
AFTER = datetime(2026, 3, 9, 15, 0, tzinfo=UTC)
LATE = datetime(2026, 3, 19, 15, 0, tzinfo=UTC)
BEGINS, ENDS = datetime(2026, 3, 2, 6), datetime(2026, 3, 9, 5)
JUDGED = pa.schema(
    [(name, pa.string()) for name in ("coder", "person", "patient", "action", "document", "outcome", "event")]
    + [("occurred_at", pa.timestamp("us")), ("explained", pa.bool_())]
    + [("explanation", pa.string()), ("reference", pa.string())]
)


def access(number: int, at: datetime, coder: str, patient: str | None, explanation: str | None = None) -> Access:
    return Access(
        number,
        f"ev-{number}",
        at,
        coder,
        "open",
        patient,
        "note",
        "WS-1",
        "10.1.2.3",
        "success",
        explanation,
        "log.csv",
    )


def case(
    digest: str,
    coder: str = "u-coder",
    patient: str | None = "P-1",
    detectors: Sequence[str] = ("unassigned_access",),
    score: float = 2.2,
    looks: int = 2,
    suggested: str = "ask_coder",
) -> Case:
    begins = datetime(2026, 3, 4, 16, 0)
    held = tuple(access(n, begins + timedelta(minutes=4 * n), coder, patient or f"P-{n}") for n in range(looks))
    signals = tuple(
        Signal(
            name, coder, patient, begins, held[-1].occurred_at, tuple(range(looks)), score, {"looks": looks},
            f"{coder} opened the record {looks} times.", "An assignment of that patient had ended the day before.",
        )
        for name in detectors
    )  # fmt: skip
    around = (Assignment("A-1", coder, patient, "initial", begins - timedelta(days=3), begins - timedelta(days=1)),)
    return Case(
        digest, 1, score, coder, patient, begins, held[-1].occurred_at, held, signals, "What was seen.", suggested,
        around if patient else (),
    )  # fmt: skip


def findings(*cases: Case) -> Findings:
    ranked = tuple(replace(found, rank=rank) for rank, found in enumerate(cases, start=1))
    days = tuple(MONDAY + timedelta(days=n) for n in range(5))
    return Findings(
        clinic=Clinic("Lakeside Clinic", ZoneInfo("America/Chicago")),
        period=Period(MONDAY, SUNDAY, BEGINS, ENDS),
        engine="duckdb",
        inputs=(InputCount("log.csv", "ab" * 32, 1010, 1000, 4, 6),),
        quarantined=(),
        coverage=Coverage(days, (SUNDAY - timedelta(days=1), SUNDAY), ("plain",), 12, 0, ("One gap.",)),
        totals=Totals(1000, 980, 20, {"assignment_open": 950, "qa_review": 30}, 600, 400),
        detectors=(
            DetectorRun("unassigned_access", 1, True, None, 5),
            DetectorRun("neighbour", 1, False, "no patients feed", 0),
        ),
        cases=ranked,
        hours=(HourCount(0, 9, 500), HourCount(2, 14, 500)),
        loads=(CoderLoad("u-coder", 120, 110, 10, 700), CoderLoad("u-qa_auditor", 60, 60, 0, 300)),
        names={"u-coder": "Coder Example", "u-qa_auditor": "Qa Example"},
    )


def staff(house: House) -> Staff:
    persons = {f"u-{role}": person for role, person in house.people.items()}
    shared = frozenset({house.people["coder"], house.people["compliance_officer"]})
    return Staff(persons, {"shared01": shared})


def judged(folder: Path, looks: int = 3, coder: str = "u-coder") -> Path:
    rows = [
        {
            "coder": coder, "person": coder, "patient": f"P-{n % 7}" if n % 50 else None, "action": "open",
            "document": "note", "outcome": "success", "event": f"ev-{n}",
            "occurred_at": datetime(2026, 3, 3, 15) + timedelta(seconds=30 * n),
            "explained": None if n % 50 == 0 else n % 10 != 0,
            "explanation": "assignment_open" if n % 50 and n % 10 else None,
            "reference": f"A-{n % 7}" if n % 50 and n % 10 else None,
        }
        for n in range(looks)
    ]  # fmt: skip
    path = folder / "judged.parquet"
    pq.write_table(pa.Table.from_pylist(rows, JUDGED), path)
    return path


def opened(house: House, at: datetime = AFTER) -> UUID:
    """The review of the week, opened."""
    return open_reviews(clinic=house.clinic, spans=[], actor=WORKER, at=at)[0]


def taken(
    house: House,
    *cases: Case,
    review: UUID | None = None,
    revision: int = 0,
    at: datetime = AFTER,
    own: Path | None = None,
) -> UUID:
    """The review of the week, with these cases taken over; ``revision`` counts on from what the clinic has now."""
    identity = review or opened(house, at)
    take_findings(
        clinic=house.clinic,
        review=identity,
        findings=findings(*cases),
        judged=accesses_by_person(house.id, own) if own else (),
        staff=staff(house),
        revision=inputs_revision(house.id) + revision,
        actor=WORKER,
        at=at,
    )
    return identity
