"""What others may read of patients. All of it is identity: it stays in memory or in a scratch folder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import islice
from typing import Any
from uuid import UUID

import pyarrow as pa
from django.db.models import Exists, OuterRef, QuerySet

from chartwarden.clinics.services import stored
from chartwarden.patients import identity, models
from chartwarden.patients.contracts import PatientName

PART = 20_000


def patients_table(clinic: UUID) -> pa.Table | None:
    """All patients in the columns of the patients feed; None where none was ever imported."""
    rows = stored(models.Patient.objects.filter(clinic_id=clinic), ("identity",))
    parts = []
    while part := list(islice(rows, PART)):
        found = identity.opened_many(clinic, (kept for (kept,) in part))
        columns = [[getattr(one, name) for one in found] for name in identity.COLUMNS.names]
        parts.append(pa.table(columns, schema=identity.COLUMNS))
    return pa.concat_tables(parts) if parts else None


def any_known(clinic: UUID) -> bool:
    """Whether any patient was ever imported."""
    return bool(models.Patient.objects.filter(clinic_id=clinic).exists())


def of_unknown(clinic: UUID, rows: QuerySet[Any], column: str) -> QuerySet[Any]:
    """Those of another room's rows whose patient no feed knows, by the column with the blind index of the EHR's id."""
    known = models.Patient.objects.filter(clinic_id=clinic, ref_index=OuterRef(column))
    return rows.filter(~Exists(known))


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
