"""What the register's pages share: forms that do one thing, and whom a device may belong to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from allauth.account.adapter import get_adapter
from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from chartwarden.devices import queries
from chartwarden.devices.contracts import Device
from chartwarden.kernel.decisions import Refused
from chartwarden.kernel.errors import InputRefused
from chartwarden.people import queries as people
from chartwarden.people.contracts import PersonName


def sent(request: HttpRequest) -> Any:
    """What a form is bound to."""
    return request.POST if request.method == "POST" else None


def address_of(request: HttpRequest) -> str:
    """The address that a reader comes from, before the proxy if one is trusted; "" where it is not known."""
    return str(get_adapter().get_client_ip(request) or "")


def found_device(request: HttpRequest, device: UUID) -> Device:
    """A device of the clinic. Raises Http404."""
    found = queries.device(request.clinic, device, request.now)
    if found is None:
        raise Http404
    return found


def engaged(request: HttpRequest) -> list[PersonName]:
    """Everybody who is engaged now, by name."""
    rows = people.roster(request.clinic.id, request.now)
    return [PersonName(row.person, row.name, row.code) for row in rows if row.state == "engaged"]


def attempt(form: forms.Form, do: Callable[[], Any]) -> bool:
    """Do it; what was refused stands on the form then."""
    try:
        do()
    except Refused as refusal:
        form.add_error(None, refusal.decision.reason)
    except InputRefused as refused:
        for fault in refused.faults:
            form.add_error(None, f"{fault.where}: expected {fault.expected}; found {fault.found}.")
    return not form.errors


def form_page(
    request: HttpRequest,
    form: forms.Form,
    do: Callable[[], Any],
    to: str,
    words: tuple[str, str, str],
    note: str = "",
    **arguments: Any,
) -> HttpResponse:
    """A page with one form; ``words`` are its title, its button, and what is said once it is done."""
    title, action, done = words
    if form.is_bound and form.is_valid() and attempt(form, do):
        messages.success(request, done)
        return redirect(to, clinic=request.clinic.id, **arguments)
    content = {"form": form, "title": title, "action": action, "note": note}
    return render(request, "devices/form.html", content, status=422 if form.errors else 200)


def step(request: HttpRequest, do: Callable[[], Any], done: str) -> None:
    """One step by a button; what was refused is said."""
    try:
        do()
    except Refused as refusal:
        messages.error(request, refusal.decision.reason)
    else:
        messages.success(request, done)


def revision_of(request: HttpRequest) -> int:
    """The revision that a button's form was made with; -1 where it holds none."""
    text = request.POST.get("revision", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
