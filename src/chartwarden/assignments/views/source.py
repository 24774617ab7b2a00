"""Where the EHR keeps its tasks: how reading them fares, what could not be taken, and the form that sets it up."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from chartwarden.assignments import ehr_source, services
from chartwarden.assignments.forms import SourceForm
from chartwarden.assignments.views.common import attempt, number, places, step
from chartwarden.people.contracts import Permission, page
from chartwarden.people.services import needs_fresh


@page(Permission.IMPORT_QUEUE)
def source(request: HttpRequest, clinic: UUID) -> HttpResponse:
    """How it stands, and the form."""
    return _set(request, clinic) if request.method == "POST" else _shown(request, clinic, _form(clinic))


@needs_fresh
def _set(request: HttpRequest, clinic: UUID) -> HttpResponse:
    form = SourceForm(request.POST)

    def do() -> None:
        given = {name: form.cleaned_data[name] for name in ("base", "encounters", "revision")}
        services.set_source(
            clinic=clinic, token=form.token_given(), **given, actor=request.member.actor, at=request.now
        )

    if form.is_valid() and attempt(form, do):
        messages.success(request, "Set. The EHR is read within a minute.")
        return redirect("assignments:source", clinic=clinic)
    return _shown(request, clinic, form)


def _form(clinic: UUID) -> SourceForm:
    there = ehr_source.source(clinic)
    if there is None:
        return SourceForm(initial={"revision": 0})
    return SourceForm(initial={"base": there.base, "encounters": there.encounters, "revision": there.revision})


def _shown(request: HttpRequest, clinic: UUID, form: SourceForm) -> HttpResponse:
    content = {
        "there": ehr_source.source(clinic), "missed": ehr_source.not_taken(clinic), "form": form,
        **places(request),
    }  # fmt: skip
    return render(request, "assignments/source.html", content, status=422 if form.errors else 200)


@page(Permission.IMPORT_QUEUE)
@require_POST
@needs_fresh
def stop(request: HttpRequest, clinic: UUID) -> HttpResponse:
    """Read and tell the EHR nothing more."""
    seen = number(request.POST.get("revision", ""))

    def do() -> None:
        services.stop_source(clinic=clinic, revision=seen, actor=request.member.actor, at=request.now)

    step(request, do, "Stopped. What was taken over stays.")
    return redirect("assignments:source", clinic=clinic)
