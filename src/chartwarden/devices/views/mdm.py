"""Where the MDM tells of its devices, and how the last time went."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from chartwarden.devices import queries, services
from chartwarden.devices.forms import MdmForm
from chartwarden.devices.views.common import attempt
from chartwarden.people import queries as people
from chartwarden.people.contracts import Permission, page
from chartwarden.people.services import needs_fresh


@page(Permission.MANAGE_DEVICES)
def mdm(request: HttpRequest, clinic: UUID) -> HttpResponse:
    """How the pull goes, and its form."""
    if request.method == "POST":
        return _set(request, clinic)
    state = queries.mdm_state(clinic)
    return _shown(request, clinic, MdmForm(initial={"url": state.url, "mapping": state.mapping} if state else None))


@needs_fresh
def _set(request: HttpRequest, clinic: UUID) -> HttpResponse:
    form = MdmForm(request.POST)

    def do() -> None:
        services.set_mdm(clinic=clinic, **form.cleaned_data, actor=request.member.actor, at=request.now)

    if form.is_valid() and attempt(form, do):
        messages.success(request, "Set. The MDM is asked within a minute, and then each hour.")
        return redirect("devices:mdm", clinic=clinic)
    return _shown(request, clinic, form)


def _shown(request: HttpRequest, clinic: UUID, form: MdmForm) -> HttpResponse:
    state = queries.mdm_state(clinic)
    set_by = people.names(clinic, [state.set_by]).get(state.set_by) if state and state.set_by else None
    content = {"form": form, "state": state, "set_by": set_by, "place": "mdm", "may_manage": True}
    return render(request, "devices/mdm.html", content, status=422 if form.errors else 200)


@page(Permission.MANAGE_DEVICES)
@require_POST
def stop(request: HttpRequest, clinic: UUID) -> HttpResponse:
    """Ask the MDM no more."""
    services.stop_mdm(clinic=clinic, actor=request.member.actor, at=request.now)
    messages.success(request, "The MDM is asked no more, and its token is forgotten. The register stays as it is.")
    return redirect("devices:mdm", clinic=clinic)
