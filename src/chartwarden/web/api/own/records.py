"""The tables' pages for programs: every table of the clinic's rows, without what is sealed in them. Nothing writes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest
from django.urls import reverse
from ninja import Path, Query, Router
from pydantic import BaseModel, Field

from chartwarden.clinics.contracts import Clinic
from chartwarden.kernel.offered import Column, Row, Table
from chartwarden.people.contracts import Member, Permission, page
from chartwarden.web import records
from chartwarden.web.api.tables import CURSOR, EXPORTS, FORM, FORMS, LIMIT, answer

router = Router()
ROW = Query(None, description="Only the row of this id.")


class TableShown(BaseModel):
    """A table, without its rows."""

    name: str = Field(description="What it is asked for by.")
    room: str = Field(description="The part of the program that keeps it.")
    title: str
    meaning: str = Field(description="What a row of it is.")
    columns: list[str] = Field(description="What is shown of a row: ids, states, times and counts.")
    rows: int = Field(description="How many rows of the clinic it holds.")


class PlainPage(BaseModel):
    """Rows of any table."""

    items: list[dict[str, str | int | bool | None]] = Field(description="The rows of this page; instants are UTC.")
    next: str | None = Field(description="The address of the next page; null on the last.")


@router.get("/tables", response=list[TableShown], summary="Every table that I may see")
@page(Permission.SEE_TABLES)
def tables(request: HttpRequest, clinic: Path[UUID]) -> Any:
    """Those of the rooms that the token's person may see, with the number of their rows."""
    return [
        {
            "name": one.name,
            "room": one.room,
            "title": one.title,
            "meaning": one.meaning,
            "columns": list(one.columns),
            "rows": records.count(one, clinic),
        }
        for one in records.tables(request.member)
    ]


@router.get(
    "/tables/{table}", response=PlainPage, url_name="rows_of_table", openapi_extra=EXPORTS, summary="A table's rows"
)
@page(Permission.SEE_TABLES)
def rows(
    request: HttpRequest,
    clinic: Path[UUID],
    table: str,
    row: UUID | None = ROW,
    cursor: str = CURSOR,
    limit: int = LIMIT,
    format: FORMS | None = FORM,  # noqa: A002  the name programs know
) -> Any:
    """Without what is sealed. CSV and NDJSON hold every row; JSON comes page by page."""
    known = next((one for one in records.tables(request.member) if one.name == table), None)
    if known is None:
        raise Http404
    address = reverse("api:rows_of_table", kwargs={"clinic": clinic, "table": table})
    return answer(_offered(known), request, address, {"row": row}, cursor, limit, format)


def _offered(known: records.RowTable) -> Table:
    """A table's rows as programs read any other's."""

    def read(
        clinic: Clinic, member: Member, at: datetime, after: str, limit: int, row: UUID | None = None
    ) -> Sequence[Row]:
        return records.rows_behind(known, clinic.id, after, limit, row)

    columns = tuple(Column(name, str, "") for name in known.columns)
    return Table(f"tables/{known.name}", known.title, Permission.SEE_TABLES, records.PLACE, columns, read)
