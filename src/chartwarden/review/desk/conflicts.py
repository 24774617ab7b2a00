"""Conflicts of interest looked for before any record is opened: the review's links, among all who code.

Published to the assignments room, which the gateway and the queue ask. Made anew when the staff list, the patients, or
those who may open records have changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pyarrow as pa
from django.conf import settings

from chartwarden.assignments import queries as assignments
from chartwarden.assignments.contracts import Tie
from chartwarden.assignments.services import keep_conflicts
from chartwarden.clinics import queries as clinics
from chartwarden.clinics.contracts import Clinic
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.scratch import scratch_folder
from chartwarden.patients.queries import patients_table
from chartwarden.people import queries as people
from chartwarden.people.contracts import Permission
from chartwarden.review import staff
from chartwarden.review.desk.reading import judged_by
from chartwarden.review.engines.duckdb import DuckDBEngine
from chartwarden.review.links.linking import link_all

WORKER = Actor.of_system("worker")
INPUTS = ("workforce", "staff_by_hand", "patients")
"""What links rest on, by the names under which changes of it are noted."""
KINDS = ("self", "family", "household", "colleague")
"""Relations that keep somebody from a record. A neighbour's record may be coded: the review looks at it afterwards."""


def look_for_conflicts(clinic: Clinic, at: datetime) -> int:
    """Look anew where something has changed, and keep what is found. Returns how many conflicts there are then, 0 where
    nothing was to be done. Killed in the midst, it begins again."""
    openers = _openers(clinic.id, at)
    basis = _basis(clinic.id, openers)
    if assignments.conflicts_searched(clinic.id)[0] == basis:
        return 0
    patients, workforce = patients_table(clinic.id), people.workforce_table(clinic.id)
    if patients is None or workforce is None:
        return 0
    rows, by_code = workforce.to_pylist(), people.by_code(clinic.id)
    codes = {row["person"] for row in rows if by_code[row["person"]] in openers or _codes(row, at)}
    found = keep_conflicts(
        clinic=clinic.id,
        found=_ties(clinic, rows, patients, codes, by_code) if codes else [],
        people=[by_code[code] for code in sorted(codes)],
        patients=patients.num_rows,
        basis=basis,
        actor=WORKER,
        at=at,
    )
    return max(found, 1)


def _openers(clinic: UUID, at: datetime) -> frozenset[UUID]:
    """Whoever may open records by a role of theirs."""
    roles = [role for role, may in people.ROLES.items() if Permission.CODE_RECORDS in may]
    return frozenset(person for role in roles for person in people.holders(clinic, role, at))


def _codes(row: Mapping[str, Any], at: datetime) -> bool:
    """Whether somebody codes by the staff list, in the EHR itself perhaps, and has not left."""
    return staff.in_scope(row) and (row["ended_at"] is None or row["ended_at"].replace(tzinfo=UTC) > at)


def _basis(clinic: UUID, openers: frozenset[UUID]) -> str:
    changed = clinics.inputs_changed_at(clinic)
    said = [*(f"{name} {changed.get(name, 0)}" for name in INPUTS), *sorted(map(str, openers))]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()


def _ties(
    clinic: Clinic, rows: Sequence[Mapping[str, Any]], patients: pa.Table, codes: set[str], by_code: Mapping[str, UUID]
) -> list[Tie]:
    with scratch_folder(settings.DATA) as scratch:
        engine = DuckDBEngine(scratch)
        try:
            engine.arrow("people", staff.people(rows, staff.zones_of(rows, judged_by(clinic))))
            engine.arrow("patients", patients)
            links = link_all(engine, codes).to_pylist()
        finally:
            engine.close()
    return [
        Tie(by_code[row["person"]], row["patient"], row["relation"], row["evidence"], by_code.get(row["other"] or ""))
        for row in links
        if row["relation"] in KINDS
    ]
