"""The list of people: found by name, code or login; sorted; fifty a page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from chartwarden.people import queries
from chartwarden.people.contracts import Permission, RosterRow, page

A_PAGE = 50
LONG_AGO, FAR_OFF = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
STATES = {"engaged": 0, "to_come": 1, "suspended": 2, "ended": 3}
ORDERS: dict[str, Callable[[RosterRow], Any]] = {
    "name": lambda row: (row.name.casefold(), row.code),
    "code": lambda row: row.code,
    "job": lambda row: (row.feed_role, row.name.casefold()),
    "state": lambda row: (STATES[row.state], row.name.casefold()),
    "begins": lambda row: row.started_on or date.min,
    "ends": lambda row: row.ended_at or FAR_OFF,
    "signed_in": lambda row: row.last_sign_in or LONG_AGO,
}
COLUMNS = (("name", "Name"), ("code", "Code"), ("job", "Job"), ("state", "State"), ("begins", "First day"),
           ("ends", "Last day"), ("signed_in", "Last sign-in"))  # fmt: skip


@page(Permission.SEE_PEOPLE)
def people(request: HttpRequest, clinic: UUID) -> HttpResponse:
    """Everybody, those who are engaged first."""
    return _listed(request, clinic, queries.roster(clinic, request.now), absent=False)


@page(Permission.SEE_PEOPLE)
def absent(request: HttpRequest, clinic: UUID) -> HttpResponse:
    """Those who are engaged, though the newest staff file does not name them."""
    rows = [row for row in queries.roster(clinic, request.now) if row.absent]
    return _listed(request, clinic, rows, absent=True)


@page(Permission.SEE_SETTINGS)
def outbox(request: HttpRequest, clinic: UUID) -> HttpResponse:
    """Mails that wait, went out, or failed: their kind and state, nobody's address."""
    messages = queries.outbox(clinic)
    names = queries.names(clinic, [message.person for message in messages])
    return render(
        request, "people/outbox.html", {"outgoing": [(message, names.get(message.person)) for message in messages]}
    )


def _listed(request: HttpRequest, clinic: UUID, rows: list[RosterRow], absent: bool) -> HttpResponse:
    sought, state = request.GET.get("q", "").strip(), request.GET.get("state", "")
    order = request.GET.get("sort", "state")
    backwards, order = order.startswith("-"), order.lstrip("-")
    total = len(rows)
    if sought:
        found = {queries.person_by_code(clinic, sought), queries.person_by_login(clinic, sought)}
        word = sought.casefold()
        rows = [row for row in rows if row.person in found or word in row.name.casefold()]
    if state in STATES:
        rows = [row for row in rows if row.state == state]
    rows.sort(key=ORDERS.get(order, ORDERS["state"]), reverse=backwards)
    part = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    columns = [(name, label, f"-{name}" if name == order and not backwards else name) for name, label in COLUMNS]
    context = {
        "part": part, "sought": sought, "state": state, "order": order, "backwards": backwards, "total": total,
        "columns": columns, "absent": absent, "states": tuple(STATES), "some_absent": any(row.absent for row in rows),
        "manage": request.member.may(Permission.MANAGE_PEOPLE),
        "train": request.member.may(Permission.RECORD_TRAINING),
    }  # fmt: skip
    return render(request, "people/people.html", context)
