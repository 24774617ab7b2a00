"""Devices and networks: the lists, one device, and what may be done."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from chartwarden.devices import models, queries, services
from chartwarden.devices.forms import ChangeForm, NetworkForm, RegisterForm
from chartwarden.devices.views.common import address_of, engaged, form_page, found_device, revision_of, sent, step
from chartwarden.people import queries as people
from chartwarden.people.contracts import Permission, page


@page(Permission.SEE_DEVICES)
def devices(request: HttpRequest, clinic: UUID) -> HttpResponse:
    """The register: every device, whose, and what speaks against it."""
    found = queries.devices(request.clinic, request.now)
    return render(
        request,
        "devices/devices.html",
        {
            "devices": found,
            "people": people.names(clinic, {one.facts.person for one in found if one.facts.person}),
            "may_manage": request.member.may(Permission.MANAGE_DEVICES),
            "place": "devices",
        },
    )


@page(Permission.SEE_DEVICES)
def one(request: HttpRequest, clinic: UUID, device: UUID) -> HttpResponse:
    """One device in one stretch: whose, how it is secured, what speaks against it."""
    found = found_device(request, device)
    person = found.facts.person
    return render(
        request,
        "devices/one.html",
        {
            "device": found,
            "person": people.names(clinic, [person]).get(person) if person else None,
            "may_manage": request.member.may(Permission.MANAGE_DEVICES),
            "is_approved": found.facts.approved and found.facts.withdrawn_at is None,
            "proofs": queries.proofs(clinic, device),
            "taken": bool(queries.header()),
        },
    )


@page(Permission.MANAGE_DEVICES)
def add(request: HttpRequest, clinic: UUID) -> HttpResponse:
    """Put a device into the register."""
    form = RegisterForm(sent(request), people=engaged(request))

    def do() -> UUID:
        return services.register_device(
            clinic=clinic, **form.cleaned_data, actor=request.member.actor, at=request.now
        )  # fmt: skip

    words = ("Add a device", "Add it", "It is in the register. Approve it once it is in order.")
    return form_page(request, form, do, "devices:devices", words)


@page(Permission.MANAGE_DEVICES)
def change(request: HttpRequest, clinic: UUID, device: UUID) -> HttpResponse:
    """Whose a device is and how it is secured."""
    found = found_device(request, device)
    known = found.facts
    initial = {
        "person": known.person, "owner": known.owner, "encrypted": known.encrypted, "managed": known.managed,
        "antivirus": known.antivirus, "revision": found.revision,
    }  # fmt: skip
    form = ChangeForm(sent(request), people=engaged(request), initial=initial)

    def do() -> None:
        services.change_device(
            clinic=clinic, device=device, **form.cleaned_data, actor=request.member.actor, at=request.now
        )

    note = "What is not so any more shuts records on this device at once."
    words = ("Change a device", "Save it", "Saved.")
    return form_page(request, form, do, "devices:one", words, note, device=device)


@page(Permission.MANAGE_DEVICES)
@require_POST
def approve(request: HttpRequest, clinic: UUID, device: UUID) -> HttpResponse:
    """Approve a device from today on."""
    found_device(request, device)
    shown = {"device": device}

    def do() -> None:
        shown["device"] = services.approve_device(
            clinic=request.clinic, device=device, revision=revision_of(request), actor=request.member.actor,
            at=request.now,
        )  # fmt: skip

    step(request, do, "Approved from today on.")
    return redirect("devices:one", clinic=clinic, **shown)


@page(Permission.MANAGE_DEVICES)
@require_POST
def withdraw(request: HttpRequest, clinic: UUID, device: UUID) -> HttpResponse:
    """Take the approval away, now."""
    found_device(request, device)

    def do() -> None:
        services.withdraw_device(
            clinic=request.clinic, device=device, revision=revision_of(request), actor=request.member.actor,
            at=request.now,
        )  # fmt: skip

    step(request, do, "Withdrawn. From this moment it opens no record.")
    return redirect("devices:one", clinic=clinic, device=device)


@page(Permission.SEE_DEVICES)
def networks(request: HttpRequest, clinic: UUID) -> HttpResponse:
    """The ranges of the office and the VPN, and where the reader comes from."""
    address = address_of(request)
    return render(
        request,
        "devices/networks.html",
        {
            "networks": queries.networks(clinic),
            "own": address,
            "own_kind": queries.kind_of_address(clinic, address),
            "may_manage": request.member.may(Permission.MANAGE_DEVICES),
            "place": "networks",
        },
    )


@page(Permission.MANAGE_DEVICES)
def add_network(request: HttpRequest, clinic: UUID) -> HttpResponse:
    """Put a range of addresses into the register."""
    form = NetworkForm(sent(request))

    def do() -> UUID:
        return services.add_network(clinic=clinic, **form.cleaned_data, actor=request.member.actor, at=request.now)

    note = "Where two ranges hold an address, the narrower one decides. Whatever is in none of them is public."
    return form_page(request, form, do, "devices:networks", ("Add a network", "Add it", "It is in the register."), note)


@page(Permission.MANAGE_DEVICES)
@require_POST
def remove_network(request: HttpRequest, clinic: UUID, network: UUID) -> HttpResponse:
    """Take a range out of the register."""

    def do() -> None:
        services.remove_network(clinic=clinic, network=network, actor=request.member.actor, at=request.now)

    try:
        step(request, do, "Taken out. Whoever comes from there is on a public network now.")
    except models.Network.DoesNotExist:
        raise Http404 from None
    return redirect("devices:networks", clinic=clinic)
