"""A table of a room as an operation: pages of JSON, or all its rows as CSV or NDJSON, streamed."""

from __future__ import annotations

import csv
import inspect
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, StreamingHttpResponse
from django.urls import reverse
from ninja import Path, Query, Router
from pydantic import Field, create_model

from chartwarden.clinics.contracts import Clinic
from chartwarden.clinics.services import acting_in
from chartwarden.kernel.offered import Row, Table
from chartwarden.kernel.spreadsheets import inert
from chartwarden.people.contracts import Member
from chartwarden.web.api import cursors

CHUNK = 500
MEDIA = {"csv": "text/csv", "ndjson": "application/x-ndjson"}
FORMS = Literal["json", "csv", "ndjson"]
CURSOR = Query("", description="Where to go on: from `next` of the page before.")
LIMIT = Query(100, ge=1, le=CHUNK, description="Rows in a page of JSON; an export gives all.")
FORM = Query(None, description="json, csv or ndjson; without it, the Accept header says.")
EXPORTS = {"responses": {200: {"content": {media: {"schema": {"type": "string"}} for media in MEDIA.values()}}}}
"""What an operation that ``answer`` answers says of itself, beside its shape in JSON."""


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

    def read(request: HttpRequest, clinic: UUID, cursor: str, limit: int, format: str | None, **asked: Any) -> Any:  # noqa: A002
        address = reverse(f"api:table_{table.name}", kwargs={"clinic": clinic})
        return answer(table, request, address, asked, cursor, limit, format)

    read.__signature__ = _signature(table)  # type: ignore[attr-defined]
    read.__name__ = f"list_{table.name}"
    read.__doc__ = f"{table.title}. CSV and NDJSON hold every row; JSON comes page by page."
    read.access = table.permission  # type: ignore[attr-defined]
    router.get(
        f"/{table.name.replace('_', '-')}", response=page, url_name=f"table_{table.name}", openapi_extra=EXPORTS,
        summary=table.title,
    )(read)  # fmt: skip


def _signature(table: Table) -> inspect.Signature:
    """What the operation takes: the same of every table, and its own questions."""
    taken: list[tuple[str, Any, Any]] = [
        ("request", HttpRequest, inspect.Parameter.empty),
        ("clinic", Path[UUID], inspect.Parameter.empty),
        ("cursor", str, CURSOR),
        ("limit", int, LIMIT),
        ("format", FORMS | None, FORM),
        *((one.name, one.kind, Query(None, description=one.meaning)) for one in table.filters),
    ]
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    return inspect.Signature([inspect.Parameter(n, kind, annotation=a, default=d) for n, a, d in taken])


@dataclass(frozen=True)
class _Reading:
    """One answer's reading of a table: whose, when, and narrowed down to what."""

    table: Table
    clinic: Clinic
    member: Member
    at: datetime
    asked: Mapping[str, Any]

    @property
    def name(self) -> str:
        """What a cursor of this reading is for: one of other questions is none of it."""
        narrowed = sorted((name, str(value)) for name, value in self.asked.items() if value is not None)
        return self.table.name + "".join(f"&{name}={value}" for name, value in narrowed)

    def rows(self, after: str, most: int) -> list[Row]:
        """The next rows."""
        return list(self.table.read(self.clinic, self.member, self.at, after, most, **self.asked))


def answer(
    table: Table,
    request: HttpRequest,
    address: str,
    asked: Mapping[str, Any],
    cursor: str,
    limit: int,
    form: str | None,
) -> Any:
    """A page of a table's rows, or all of them as an export; ``address`` is that of the operation itself."""
    wanted = form or _accepted(request)
    reading = _Reading(table, request.clinic, request.member, request.now, asked)
    after = cursors.read(cursor, reading.name, request.clinic.id)
    if table.before is not None:
        table.before(request.clinic, request.member, request.now)
    if wanted != "json":
        return _export(reading, after, wanted)
    rows = reading.rows(after, limit + 1)
    following = None
    if len(rows) > limit:
        rows = rows[:limit]
        mark = cursors.made(reading.name, request.clinic.id, str(rows[-1][table.key]))
        same = {name: value for name, value in asked.items() if value is not None}
        following = f"{address}?{urlencode({**same, 'limit': limit, 'cursor': mark})}"
    names = [column.name for column in table.columns]
    return {"items": [{name: row[name] for name in names} for row in rows], "next": following}


def _accepted(request: HttpRequest) -> str:
    """The first form that the Accept header names without a wildcard; JSON otherwise."""
    accepted = request.headers.get("Accept", "")
    return next((form for form, media in MEDIA.items() if media in accepted), "json")


def _export(reading: _Reading, after: str, form: str) -> StreamingHttpResponse:
    lines = _csv(reading, after) if form == "csv" else _ndjson(reading, after)
    name = f"{reading.table.name.rpartition('/')[2]}.{form}"
    charset = "; charset=utf-8" if form == "csv" else ""
    return StreamingHttpResponse(
        lines, content_type=MEDIA[form] + charset, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _chunks(reading: _Reading, after: str) -> Iterator[list[Row]]:
    """Rows by the chunk, each read in the clinic by itself, since the answer is sent after the view has ended."""
    while True:
        with acting_in(reading.clinic.id):
            rows = reading.rows(after, CHUNK)
        if rows:
            yield rows
        if len(rows) < CHUNK:
            return
        after = str(rows[-1][reading.table.key])


def _ndjson(reading: _Reading, after: str) -> Iterator[str]:
    names = [column.name for column in reading.table.columns]
    for rows in _chunks(reading, after):
        yield "".join(json.dumps({name: row[name] for name in names}, ensure_ascii=False) + "\n" for row in rows)


def _csv(reading: _Reading, after: str) -> Iterator[str]:
    """RFC 4180; lists and objects as JSON in their cell, None as an empty one, no formula for a spreadsheet."""
    names = [column.name for column in reading.table.columns]
    yield _line([names])
    for rows in _chunks(reading, after):
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
