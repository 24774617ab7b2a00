"""What others may read of patients. All of it is identity: it stays in memory or in a scratch folder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

import pyarrow as pa

from chartwarden.patients import identity, models
from chartwarden.patients.contracts import PatientName


def patients_table(clinic: UUID) -> pa.Table | None:
    """All patients in the columns of the patients feed; None where none was ever imported."""
    rows = models.Patient.objects.filter(clinic_id=clinic).values_list("identity", flat=True)
    found = [identity.decoded(identity.opened(clinic, kept)) for kept in rows.iterator()]
    if not found:
        return None
    for values in found:
        if "birth_date" in values:
            values["birth_date"] = date.fromisoformat(values["birth_date"])
    return pa.Table.from_pylist(found, schema=identity.COLUMNS)


def patients_behind(clinic: UUID, after: str, most: int) -> list[dict[str, Any]]:
    """Patients by their ids here, those behind one, each with every column of the feed; a date as text."""
    rows = models.Patient.objects.filter(clinic_id=clinic)
    rows = rows.filter(id__gt=UUID(after)) if after else rows
    empty: dict[str, Any] = {**dict.fromkeys(identity.COLUMNS.names), "flags": []}
    return [
        {"id": str(row.id), **empty, **identity.decoded(identity.opened(clinic, row.identity))}
        for row in rows.order_by("id")[:most]
    ]


def names(clinic: UUID, refs: Iterable[str]) -> Mapping[str, PatientName]:
    """Patients by their EHR ids, for display when somebody asks; those that no feed knows are absent."""
    wanted = {identity.index(clinic, ref): ref for ref in refs}
    rows = models.Patient.objects.filter(clinic_id=clinic, ref_index__in=list(wanted))
    return {wanted[bytes(row.ref_index)]: _name(clinic, row) for row in rows}


def _name(clinic: UUID, row: models.Patient) -> PatientName:
    values = identity.decoded(identity.opened(clinic, row.identity))
    parts = (values.get("given_name", ""), values.get("family_name", ""))
    born = date.fromisoformat(values["birth_date"]) if "birth_date" in values else None
    return PatientName(row.id, values["patient"], " ".join(part for part in parts if part) or values["patient"], born)
