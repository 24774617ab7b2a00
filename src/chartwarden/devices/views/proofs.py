"""By what a device shows itself."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from chartwarden.devices import queries, services
from chartwarden.devices.forms import ProofForm
from chartwarden.devices.views.common import form_page, found_device, sent, step
from chartwarden.people.contracts import Permission, page


@page(Permission.MANAGE_DEVICES)
def add(request: HttpRequest, clinic: UUID, device: UUID) -> HttpResponse:
    """Say which client certificate a device shows."""
    found = found_device(request, device)
    form = ProofForm(sent(request))

    def do() -> UUID:
        given = form.cleaned_data["certificate"]
        return services.add_proof(
            clinic=clinic, device=device, certificate=given, actor=request.member.actor, at=request.now
        )  # fmt: skip

    note = f"Whoever shows it is taken for {found.name}. Best is one whose key the MDM has put into the device's chip."
    words = ("Add a certificate", "Add it", "Added. The device shows itself by it from now on.")
    return form_page(request, form, do, "devices:one", words, note, device=device)


@page(Permission.MANAGE_DEVICES)
@require_POST
def withdraw(request: HttpRequest, clinic: UUID, device: UUID, proof: UUID) -> HttpResponse:
    """Take a certificate away from its device, now."""
    found_device(request, device)
    if proof not in [one.id for one in queries.proofs(clinic, device)]:
        raise Http404

    def do() -> None:
        services.withdraw_proof(clinic=clinic, proof=proof, actor=request.member.actor, at=request.now)

    step(request, do, "Taken away. It shows no device any more.")
    return redirect("devices:one", clinic=clinic, device=device)
