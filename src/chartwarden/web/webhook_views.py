"""Settings: the webhooks of a clinic, added, tried and withdrawn."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from chartwarden.clinics import queries, services
from chartwarden.kernel.decisions import require
from chartwarden.kernel.errors import InputRefused
from chartwarden.people.contracts import Permission, page
from chartwarden.people.services import decide, needs_fresh


class WebhookForm(forms.Form):
    """Where messages go, and of what."""

    url = forms.CharField(
        label="Address", max_length=500, help_text="https://… It is told the kind, place and time of each new entry."
    )
    kinds = forms.CharField(
        label="Only these kinds",
        required=False,
        max_length=2000,
        help_text="One a line, such as review.signed. Empty: all.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@page(Permission.MANAGE_WEBHOOKS)
def webhooks(request: HttpRequest, clinic: UUID) -> HttpResponse:
    """The webhooks there are; a form adds one, and two buttons try and withdraw one, after showing that it is you.

    A webhook tells of the ledger, so it takes the right to see that too.
    """
    require(decide(request.member, Permission.SEE_LEDGER))
    return _changed(request, clinic) if request.method == "POST" else _shown(request, clinic, WebhookForm())


@needs_fresh
def _changed(request: HttpRequest, clinic: UUID) -> HttpResponse:
    form, made = WebhookForm(request.POST if "add" in request.POST else None), None
    try:
        if "add" not in request.POST:
            _press(request, clinic)
            return redirect("web:webhooks", clinic=clinic)
        if form.is_valid():
            made = services.add_webhook(
                clinic=clinic,
                url=form.cleaned_data["url"],
                kinds=form.cleaned_data["kinds"].split(),
                actor=request.member.actor,
                at=request.now,
            )
            form = WebhookForm()
    except InputRefused as refused:
        for fault in refused.faults:
            form.add_error(fault.where if fault.where in form.fields else None, f"Expected {fault.expected}.")
    return _shown(request, clinic, form, made)


def _shown(request: HttpRequest, clinic: UUID, form: WebhookForm, made: object = None) -> HttpResponse:
    status = 422 if form.is_bound and form.errors else 200
    found = {"webhooks": queries.webhooks(clinic), "form": form, "made": made}
    return render(request, "webhooks.html", found, status=status)


def _press(request: HttpRequest, clinic: UUID) -> None:
    """Try or withdraw the webhook whose button was pressed."""
    verb = "test" if "test" in request.POST else "withdraw"
    try:
        webhook = UUID(request.POST.get(verb, ""))
        if verb == "withdraw":
            services.withdraw_webhook(clinic=clinic, webhook=webhook, actor=request.member.actor, at=request.now)
            messages.success(request, "It is told nothing more.")
            return
        trouble = services.try_webhook(clinic=clinic, webhook=webhook, actor=request.member.actor, at=request.now)
    except (ValueError, InputRefused):
        messages.error(request, "There is no such webhook any more.")
        return
    if trouble:
        messages.error(request, f"The test message did not arrive: {trouble}.")
    else:
        messages.success(request, "The test message arrived.")
