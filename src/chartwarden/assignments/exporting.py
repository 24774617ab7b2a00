"""The queue as its feed: what is imported from it again changes nothing."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import pyarrow as pa
from django.http import StreamingHttpResponse

from chartwarden.assignments.queries import COLUMNS, assignments_table
from chartwarden.assignments.reading import note_table_read
from chartwarden.kernel.actors import Actor

ROWS = 2_000
"""So many are put into words at once."""


def csv_answer(clinic: UUID, actor: Actor, at: datetime) -> StreamingHttpResponse:
    """The queue as a download, once its reading stands in the ledger. What is nobody's yet has no coder, whom the feed
    asks for, and is left out."""
    note_table_read(clinic=clinic, actor=actor, at=at)
    headers = {"Content-Disposition": 'attachment; filename="assignments.csv"'}
    return StreamingHttpResponse(
        _pieces(assignments_table(clinic)), content_type="text/csv; charset=utf-8", headers=headers
    )


def feed_csv(clinic: UUID) -> bytes:
    """The queue as CSV in the columns of the assignments feed, instants in UTC."""
    return b"".join(_pieces(assignments_table(clinic)))


def _pieces(table: pa.Table | None) -> Iterator[bytes]:
    yield _lines([COLUMNS.names])
    if table is not None:
        for batch in table.to_batches(ROWS):
            yield _lines([_said(value) for value in row] for row in zip(*batch.to_pydict().values(), strict=True))


def _lines(rows: Any) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def _said(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value.isoformat()}Z"
    return "" if value is None else str(value)
