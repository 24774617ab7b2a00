"""What others may read of the coding queue."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

import pyarrow as pa

from chartwarden.assignments import models, sealed
from chartwarden.clinics.services import stored, stored_instants, stored_key
from chartwarden.people.queries import by_code

COLUMNS = pa.schema(
    [
        pa.field("assignment", pa.string()),
        pa.field("patient", pa.string()),
        pa.field("coder", pa.string()),
        pa.field("kind", pa.string()),
        pa.field("assigned_at", pa.timestamp("us")),
        pa.field("ended_at", pa.timestamp("us")),
        pa.field("encounter", pa.string()),
        pa.field("outcome", pa.string()),
        pa.field("reason", pa.string()),
    ]
)
"""The columns of the assignments feed, as the review reads them; instants are naive UTC."""
READ = ("coder_id", "kind", "assigned_at", "ended_at", "outcome", "sealed")
PART = 20_000


def assignments_table(clinic: UUID) -> pa.Table | None:
    """The whole queue in the columns of the assignments feed; None where none was ever imported.

    It holds patients' ids: keep it in memory or in a scratch folder.
    """
    codes = {stored_key(person): code for code, person in by_code(clinic).items()}
    rows = stored(models.Assignment.objects.filter(clinic_id=clinic), READ)
    parts = []
    while part := list(islice(rows, PART)):
        coders, kinds, begins, ends, outcomes, kept = zip(*part, strict=True)
        opened = sealed.opened_many(clinic, kept)
        columns = {
            **{name: [getattr(one, name) for one in opened] for name in sealed.FIELDS},
            "coder": [codes[coder] for coder in coders],
            "kind": kinds,
            "assigned_at": stored_instants(begins),
            "ended_at": stored_instants(ends),
            "outcome": [outcome or None for outcome in outcomes],
        }
        parts.append(pa.table([columns[name] for name in COLUMNS.names], schema=COLUMNS))
    return pa.concat_tables(parts) if parts else None


def assignments_behind(clinic: UUID, after: str, most: int) -> list[dict[str, Any]]:
    """Assignments by their ids here, those behind one, as plain values; people are ids."""
    found = models.Assignment.objects.filter(clinic_id=clinic)
    found = found.filter(id__gt=UUID(after)) if after else found
    rows = list(found.order_by("id")[:most])
    return [
        {
            "id": str(row.id),
            **{name: getattr(opened, name) for name in sealed.FIELDS},
            "coder": str(row.coder_id),
            "kind": row.kind,
            "state": row.state,
            "assigned_at": row.assigned_at.isoformat(),
            "ended_at": row.ended_at.isoformat() if row.ended_at else None,
            "outcome": row.outcome,
        }
        for row, opened in zip(rows, sealed.opened_many(clinic, (row.sealed for row in rows)), strict=True)
    ]


def brought(clinic: UUID, refs: Iterable[str]) -> dict[str, tuple[datetime, UUID | None]]:
    """When assignments came to open what they open now, and who had the file count that said so (None: a program of
    the house); by the queue's own ids. Those of which it is not known are left out."""
    by_index = {sealed.index(clinic, sealed.REF, ref): ref for ref in refs}
    rows = models.Assignment.objects.filter(clinic_id=clinic, ref_index__in=list(by_index)).exclude(brought_at=None)
    found = rows.values_list("ref_index", "brought_at", "brought_by_id")
    return {by_index[bytes(index)]: (at, person) for index, at, person in found}
