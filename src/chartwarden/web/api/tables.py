"""A table of a room as an operation: pages of JSON, or all its rows as CSV or NDJSON, streamed."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from ninja import Path, Query, Router
from pydantic import Field, create_model

from chartwarden.clinics.services import acting_in
from chartwarden.kernel.offered import Row, Table
from chartwarden.kernel.spreadsheets import inert
from chartwarden.web.api import cursors

CHUNK = 500
MEDIA = {"csv": "text/csv", "ndjson": "application/x-ndjson"}
FORMS = Literal["json", "csv", "ndjson"]


def offer(router: Router, table: Table) -> None:
    """Add the operation that reads a table."""
    fields: dict[str, Any] = {column.name: (column.kind, Field(description=column.meaning)) for column in table.columns}
    name = "".join(part.title() for part in table.name.split("_"))
    row = create_model(f"{name}Row", **fields)
    page = create_model(
        f"{name}Page",
        items=(list[row], Field(description="The rows of this page.")),  # type: ignore[valid-type]
        next=(str | None, Field(description="The address of the next page; null on the last.")),
    )

    def read(
        request: HttpRequest,
        clinic: Path[UUID],
        cursor: str = Query("", description="Where to go on: from `next` of the page before."),
        limit: int = Query(100, ge=1, le=CHUNK, description="Rows in a page of JSON; an export gives all."),
        format: FORMS | None = Query(  # noqa: A002, B008  a parameter's name and form
            None, description="json, csv or ndjson; without it, the Accept header says."
        ),
    ) -> HttpResponse:
        return _answer(table, request, cursor, limit, format)

    read.__name__ = f"list_{table.name}"
    read.__doc__ = f"{table.title}. CSV and NDJSON hold every row; JSON comes page by page."
    read.access = table.permission  # type: ignore[attr-defined]
    text = {media: {"schema": {"type": "string"}} for media in MEDIA.values()}
    extra = {"responses": {200: {"content": text}}}
    router.get(
        f"/{table.name.replace('_', '-')}", response=page, url_name=f"table_{table.name}", openapi_extra=extra,
        summary=table.title,
    )(read)  # fmt: skip


def _answer(table: Table, request: HttpRequest, cursor: str, limit: int, form: str | None) -> Any:
    wanted = form or _accepted(request)
    after = cursors.read(cursor, table.name, request.clinic.id)
    if wanted != "json":
        return _export(table, request, after, wanted)
    rows = list(table.read(request.clinic, request.member, request.now, after, limit + 1))
    following = None
    if len(rows) > limit:
        rows = rows[:limit]
        mark = cursors.made(table.name, request.clinic.id, str(rows[-1][table.key]))
        address = reverse(f"api:table_{table.name}", kwargs={"clinic": request.clinic.id})
        following = f"{address}?limit={limit}&cursor={mark}"
    return {"items": rows, "next": following}


def _accepted(request: HttpRequest) -> str:
    """The first form that the Accept header names without a wildcard; JSON otherwise."""
    accepted = request.headers.get("Accept", "")
    return next((form for form, media in MEDIA.items() if media in accepted), "json")


def _export(table: Table, request: HttpRequest, after: str, form: str) -> StreamingHttpResponse:
    lines = _csv(table, request, after) if form == "csv" else _ndjson(table, request, after)
    name = f"{table.name}.{form}"
    charset = "; charset=utf-8" if form == "csv" else ""
    return StreamingHttpResponse(
        lines, content_type=MEDIA[form] + charset, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _chunks(table: Table, request: HttpRequest, after: str) -> Iterator[list[Row]]:
    """Rows by the chunk, each read in the clinic by itself, since the answer is sent after the view has ended."""
    while True:
        with acting_in(request.clinic.id):
            rows = list(table.read(request.clinic, request.member, request.now, after, CHUNK))
        if rows:
            yield rows
        if len(rows) < CHUNK:
            return
        after = str(rows[-1][table.key])


def _ndjson(table: Table, request: HttpRequest, after: str) -> Iterator[str]:
    names = [column.name for column in table.columns]
    for rows in _chunks(table, request, after):
        yield "".join(json.dumps({name: row[name] for name in names}, ensure_ascii=False) + "\n" for row in rows)


def _csv(table: Table, request: HttpRequest, after: str) -> Iterator[str]:
    """RFC 4180; lists and objects as JSON in their cell, None as an empty one, no formula for a spreadsheet."""
    names = [column.name for column in table.columns]
    yield _line([names])
    for rows in _chunks(table, request, after):
        yield _line([[_cell(row[name]) for name in names] for row in rows])


def _line(rows: list[list[Any]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return inert(value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value
