"""The tables' pages: what rows of the clinic there are, read and never written (45 CFR 164.312(b))."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chartwarden.people.contracts import Permission, page
from chartwarden.web import records


@page(Permission.SEE_TABLES)
@require_safe
def tables(request: HttpRequest, clinic: UUID) -> HttpResponse:
    """Every table that the member may see, and how many rows it holds."""
    found = [(table, records.count(table, request.clinic.id)) for table in records.tables(request.member)]
    return render(request, "tables.html", {"tables": found})


@page(Permission.SEE_TABLES)
@require_safe
def table(request: HttpRequest, clinic: UUID, table: str) -> HttpResponse:
    """A page of a table's rows; with ``?row=`` that row alone."""
    may_see = {one.name: one for one in records.tables(request.member)}
    shown = may_see.get(table)
    if shown is None:
        raise Http404
    if "row" in request.GET:
        return _row(request, shown, may_see)
    size = records.count(shown, request.clinic.id)
    pages = max(1, -(-size // records.ON_A_PAGE))
    asked = request.GET.get("page", "")
    number = min(int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 1, pages) or 1
    rows = records.page_of(shown, request.clinic.id, number - 1)
    content = {
        "table": shown,
        "rows": rows,
        "size": size,
        "number": number,
        "pages": pages,
        "may_see": may_see,
        "earlier": number + 1 if number < pages else None,
        "later": number - 1 if number > 1 else None,
    }
    return render(request, "table.html", content)


def _row(request: HttpRequest, shown: records.RowTable, may_see: dict[str, records.RowTable]) -> HttpResponse:
    try:
        found = records.row(shown, request.clinic.id, UUID(request.GET["row"].strip()))
    except ValueError:
        found = None
    status = 200 if found else 404
    content = {"table": shown, "cells": found, "may_see": may_see, "asked": request.GET["row"][:36]}
    return render(request, "table_row.html", content, status=status)
