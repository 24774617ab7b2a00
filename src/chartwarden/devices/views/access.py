"""What is asked for when a record opens, and for whom it is set aside for a while."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from chartwarden.devices import models, queries, rules, services
from chartwarden.devices.contracts import Precondition
from chartwarden.devices.forms import ExceptionForm, PreconditionForm
from chartwarden.devices.views.common import attempt, engaged, form_page, sent, step
from chartwarden.people import queries as people
from chartwarden.people.contracts import Permission, page


@page(Permission.MANAGE_DEVICES)
def preconditions(request: HttpRequest, clinic: UUID) -> HttpResponse:
    """Each precondition with its form, and the exceptions that are in force."""
    kind = request.POST.get("kind", "")
    bound = PreconditionForm(request.POST, prefix=None) if request.method == "POST" else None

    def do() -> None:
        given = {"shown": False, **bound.cleaned_data} if bound else {}
        services.set_precondition(clinic=clinic, **given, actor=request.member.actor, at=request.now)

    if bound is not None and bound.is_valid() and attempt(bound, do):
        messages.success(request, "Set.")
        return redirect("devices:preconditions", clinic=clinic)
    there = queries.preconditions(clinic)
    shown = [
        (name, known, rules.enforced_from(known), bound if bound and kind == one else _form(known))
        for one, (_, name) in rules.PRECONDITIONS.items()
        for known in [there.get(one, Precondition(one))]
    ]
    exceptions = queries.exceptions(clinic, request.now)
    return render(
        request,
        "devices/preconditions.html",
        {
            "preconditions": shown,
            "exceptions": exceptions,
            "people": people.names(clinic, {who for one in exceptions for who in (one.person, one.granted_by)}),
            "place": "preconditions",
            "taken": bool(queries.header()),
        },
        status=422 if bound is not None else 200,
    )


def _form(known: Precondition) -> PreconditionForm:
    initial = {
        "kind": known.kind, "asked": known.asked_from is not None, "grace_days": known.grace_days, "shown": known.shown,
    }  # fmt: skip
    return PreconditionForm(initial=initial, auto_id=f"id_{known.kind}_%s")


@page(Permission.MANAGE_DEVICES)
def add_exception(request: HttpRequest, clinic: UUID) -> HttpResponse:
    """Set a precondition aside for somebody, until a day."""
    others = [one for one in engaged(request) if one.person != request.member.person]
    form = ExceptionForm(sent(request), people=others)

    def do() -> UUID:
        given = {name: form.cleaned_data[name] for name in ("person", "reason", "why")}
        return services.make_exception(
            clinic=clinic, **given, ends=form.ends(request.clinic.time_zone), actor=request.member.actor, at=request.now
        )

    note = "Your name stands with it, in the ledger too. Nobody makes one for themselves."
    return form_page(request, form, do, "devices:preconditions", ("Make an exception", "Make it", "Made."), note)


@page(Permission.MANAGE_DEVICES)
@require_POST
def end_exception(request: HttpRequest, clinic: UUID, exception: UUID) -> HttpResponse:
    """End an exception before its time."""

    def do() -> None:
        services.end_exception(clinic=clinic, exception=exception, actor=request.member.actor, at=request.now)

    try:
        step(request, do, "Ended.")
    except models.WorkplaceException.DoesNotExist:
        raise Http404 from None
    return redirect("devices:preconditions", clinic=clinic)
