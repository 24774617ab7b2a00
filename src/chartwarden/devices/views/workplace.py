"""Everybody's own page about where they work, and for the security officer: who has signed."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from chartwarden.devices import queries, rules, services
from chartwarden.devices.contracts import Statement
from chartwarden.devices.dues import OPENING
from chartwarden.devices.forms import StatementForm
from chartwarden.devices.views.common import attempt, sent
from chartwarden.people import queries as people
from chartwarden.people.contracts import Permission, page


@page(Permission.ATTEST_WORKPLACE)
def my_workplace(request: HttpRequest, clinic: UUID) -> HttpResponse:
    """One's statement, one's devices, and the network that one comes from."""
    form = StatementForm(sent(request))
    signed = []

    def do() -> None:
        signed.append(
            services.sign_statement(clinic=clinic, **form.cleaned_data, actor=request.member.actor, at=request.now)
        )

    if form.is_bound and form.is_valid() and attempt(form, do):
        done = "Signed. Thank you." if signed[0] else "Sent. The security officer will talk to you about it."
        messages.success(request, done)
        return redirect("devices:my_workplace", clinic=clinic)
    there = queries.whence(request)
    shown = queries.device_shown(clinic, there.certificate)
    last = queries.statements(clinic, request.member.person, 1)
    return render(
        request,
        "devices/my_workplace.html",
        {
            "form": form,
            "last": last[0] if last else None,
            "due": queries.own_statement_due(request.clinic, request.member.person, request.now),
            "devices": queries.own_devices(request.clinic, request.member.person, request.now),
            "own": there.address,
            "own_kind": queries.kind_of_address(clinic, there.address),
            "shown": shown.name,
            "taken": bool(queries.header()),
            "trained": queries.trained(request.clinic, request.member.person, request.now),
        },
        status=422 if form.errors else 200,
    )


@page(Permission.MANAGE_DEVICES)
def statements(request: HttpRequest, clinic: UUID) -> HttpResponse:
    """Everybody who opens records: when they last signed, when the next is due, and what they said is not so."""
    who = {person for role in OPENING for person in people.holders(clinic, role, request.now)}
    newest: dict[UUID, Statement] = {}
    for one in queries.statements(clinic):
        newest.setdefault(one.person, one)
    names = sorted(people.names(clinic, who).values(), key=lambda one: one.name)
    rows = [
        (one, newest.get(one.person), queries.own_statement_due(request.clinic, one.person, request.now))
        for one in names
    ]
    content = {"rows": rows, "points": rules.STATEMENT, "place": "statements", "may_manage": True}
    return render(request, "devices/statements.html", content)
