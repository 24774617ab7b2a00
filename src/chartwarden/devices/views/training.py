"""Who was trained in privacy, and when the next training is due."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from chartwarden.devices import queries, services
from chartwarden.devices.forms import TrainingForm
from chartwarden.devices.views.common import attempt, engaged, sent
from chartwarden.people.contracts import Permission, page


@page(Permission.RECORD_TRAINING)
def training(request: HttpRequest, clinic: UUID) -> HttpResponse:
    """Everybody who is engaged, with their last training and their next; and a form for a training that took place."""
    there = engaged(request)
    others = [one for one in there if one.person != request.member.person]
    today = request.now.astimezone(request.clinic.time_zone).date()
    form = TrainingForm(sent(request), people=others, initial={"day": today})
    told = []

    def do() -> None:
        told.append(
            services.record_training(
                clinic=request.clinic, **form.cleaned_data, actor=request.member.actor, at=request.now
            )
        )  # fmt: skip

    if form.is_bound and form.is_valid() and attempt(form, do):
        messages.success(request, f"Written down for {told[0]}." if told[0] else "That was written down already.")
        return redirect("devices:training", clinic=clinic)
    rows = [(one, queries.trained(request.clinic, one.person, request.now)) for one in there]
    content = {"form": form, "rows": rows}
    return render(request, "devices/training.html", content, status=422 if form.errors else 200)
