"""What others may read of the coding queue."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
import pyarrow as pa

from chartwarden.assignments import models, sealed
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


def assignments_table(clinic: UUID) -> pa.Table | None:
    """The whole queue in the columns of the assignments feed; None where none was ever imported.

    It holds patients' ids: keep it in memory or in a scratch folder.
    """
    codes = {person: code for code, person in by_code(clinic).items()}
    rows = models.Assignment.objects.filter(clinic_id=clinic)
    columns: dict[str, list[object]] = {name: [] for name in COLUMNS.names}
    for coder, kind, assigned_at, ended_at, outcome, kept in rows.values_list(
        "coder_id", "kind", "assigned_at", "ended_at", "outcome", "sealed"
    ).iterator():
        values = msgspec.json.decode(sealed.opened(clinic, kept), type=dict[str, str])
        for name in sealed.FIELDS:
            columns[name].append(values.get(name))
        columns["coder"].append(codes[coder])
        columns["kind"].append(kind)
        columns["assigned_at"].append(_naive(assigned_at))
        columns["ended_at"].append(_naive(ended_at))
        columns["outcome"].append(outcome or None)
    if not columns["assignment"]:
        return None
    return pa.table(columns, schema=COLUMNS)


def assignments_behind(clinic: UUID, after: str, most: int) -> list[dict[str, Any]]:
    """Assignments by their ids here, those behind one, as plain values; people are ids."""
    rows = models.Assignment.objects.filter(clinic_id=clinic)
    rows = rows.filter(id__gt=UUID(after)) if after else rows
    return [
        {
            "id": str(row.id),
            **dict.fromkeys(sealed.FIELDS),
            **msgspec.json.decode(sealed.opened(clinic, row.sealed), type=dict[str, str]),
            "coder": str(row.coder_id),
            "kind": row.kind,
            "state": row.state,
            "assigned_at": row.assigned_at.isoformat(),
            "ended_at": row.ended_at.isoformat() if row.ended_at else None,
            "outcome": row.outcome,
        }
        for row in rows.order_by("id")[:most]
    ]


def _naive(moment: datetime | None) -> datetime | None:
    return moment.astimezone(UTC).replace(tzinfo=None) if moment else None
