"""The table ``links``: who among the staff is close to which patient whose record was opened."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pyarrow as pa

from chartwarden.review.engines.contracts import Engine
from chartwarden.review.links import candidates
from chartwarden.review.links.frequencies import frequencies
from chartwarden.review.links.identities import close_buildings, crowded_buildings, patient_table, staff_table
from chartwarden.review.links.relations import MAY_BE_CHANCE, evidence, probability, relation, weight
from chartwarden.review.links.scoring import weigh

ROUNDED = 0.001
"""More than rounding takes from a probability."""
SCHEMA = pa.schema(
    [
        ("person", pa.string()),
        ("patient", pa.string()),
        ("relation", pa.string()),
        ("weight", pa.float64()),
        ("probability", pa.float64()),
        ("evidence", pa.string()),
        ("other", pa.string()),
    ]
)


def link(engine: Engine) -> pa.Table:
    """Rows of SCHEMA, sorted, for pairs of the log alone. Needs the tables pairs, people and patients.

    ``relation`` is self, household, family, neighbour or colleague; for a colleague ``other`` is the member of staff
    whom the patient seems to be, and weight, probability and evidence speak of that.
    """
    pairs = [(row["person"], row["patient"]) for row in candidates.find_candidates(engine)]
    if not pairs:
        return SCHEMA.empty_table()
    weighed = _weighed(engine, pairs)
    opened = _opened(engine, {row["id_r"] for row, _ in weighed})
    found = [_row(row, row["id_l"], kind) for row, kind in weighed if row["id_l"] in opened.get(row["id_r"], ())]
    for row, kind in weighed:
        if kind == "self":
            others = (person for person in opened.get(row["id_r"], ()) if person != row["id_l"])
            found.extend(_row(row, person, "colleague") for person in others)
    found.sort(key=lambda row: (row["person"], row["patient"], row["relation"], row["other"] or ""))
    return pa.Table.from_pylist(found, schema=SCHEMA)


def link_all(engine: Engine, openers: Collection[str]) -> pa.Table:
    """Rows of SCHEMA, sorted, of all patients and those people who may open records, before anybody opens any. Needs
    the tables people and patients.

    A member of the staff who is a patient is a colleague of each of them. Links that may be chance are left out.
    """
    pairs = [(row["person"], row["patient"]) for row in candidates.find_all_candidates(engine, openers)]
    if not pairs:
        return SCHEMA.empty_table()
    weighed = [
        (row, kind)
        for row, kind in _weighed(engine, pairs, MAY_BE_CHANCE - ROUNDED)
        if probability(row) >= MAY_BE_CHANCE
    ]
    people = sorted(openers)
    found = [_row(row, row["id_l"], kind) for row, kind in weighed if row["id_l"] in openers]
    for row, kind in weighed:
        if kind == "self":
            found.extend(_row(row, person, "colleague") for person in people if person != row["id_l"])
    found.sort(key=lambda row: (row["person"], row["patient"], row["relation"], row["other"] or ""))
    return pa.Table.from_pylist(found, schema=SCHEMA)


def _weighed(
    engine: Engine, pairs: Sequence[tuple[str, str]], least: float | None = None
) -> list[tuple[dict[str, Any], str]]:
    staff = candidates.candidate_staff(engine)
    patients = candidates.candidate_patients(engine)
    buildings = close_buildings(pairs, staff, patients)
    crowded = crowded_buildings(buildings, candidates.residents(engine, buildings.keys()))
    rows = weigh(
        pairs, staff_table(staff, crowded), patient_table(patients, crowded), frequencies(engine, staff), least
    )
    return [(row, kind) for row in rows if (kind := relation(row)) is not None]


def _opened(engine: Engine, patients: set[str]) -> dict[str, list[str]]:
    """Who opened each of these patients' records."""
    engine.arrow("link_patients_weighed", pa.table({"patient": pa.array(sorted(patients), pa.string())}))
    rows = engine.rows(
        "SELECT p.patient, p.person FROM pairs AS p JOIN link_patients_weighed AS w ON w.patient = p.patient "
        "WHERE p.person IS NOT NULL"
    )
    opened: dict[str, list[str]] = {}
    for row in rows:
        opened.setdefault(row["patient"], []).append(row["person"])
    return opened


def _row(row: Mapping[str, Any], person: str, kind: str) -> dict[str, Any]:
    return {
        "person": person,
        "patient": row["id_r"],
        "relation": kind,
        "weight": weight(row),
        "probability": probability(row),
        "evidence": evidence(row),
        "other": row["id_l"] if kind == "colleague" else None,
    }
