"""The disposal log."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from chartwarden.devices import queries, services
from chartwarden.devices.forms import DisposalForm
from chartwarden.devices.views.common import engaged, form_page, sent
from chartwarden.people import queries as people
from chartwarden.people.contracts import Permission, page


@page(Permission.SEE_DEVICES)
def disposals(request: HttpRequest, clinic: UUID) -> HttpResponse:
    """What was disposed of, when, how, by whom, and who saw it."""
    found = queries.disposals(clinic)
    return render(
        request,
        "devices/disposals.html",
        {
            "disposals": found,
            "people": people.names(clinic, {who for one in found for who in (one.disposed_by, one.witness)}),
            "may_manage": request.member.may(Permission.MANAGE_DEVICES),
            "place": "disposals",
        },
    )


@page(Permission.MANAGE_DEVICES)
def add(request: HttpRequest, clinic: UUID) -> HttpResponse:
    """Write down a disposal."""
    known = {one.name: str(one.id) for one in queries.devices(request.clinic, request.now)}
    form = DisposalForm(
        sent(request), people=engaged(request), devices=[(one, name) for name, one in known.items()],
        initial={"day": request.now.astimezone(request.clinic.time_zone).date()},
    )  # fmt: skip

    def do() -> UUID:
        return services.record_disposal(
            clinic=request.clinic, **form.cleaned_data, actor=request.member.actor, at=request.now
        )

    note = "A device that is disposed of loses its approval at once. Name no patient."
    return form_page(request, form, do, "devices:disposals", ("Write down a disposal", "Write it down", "Noted."), note)
