"""Work that a conflict of interest keeps from its coder, and a colleague's record that may be coded all the same."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from chartwarden.assignments import models, queries, services
from chartwarden.assignments.forms import AcceptForm
from chartwarden.assignments.views.common import form_page, sent, work_of
from chartwarden.patients import queries as patients
from chartwarden.people import queries as people
from chartwarden.people.contracts import Permission, page

SHOWN = 50


@page(Permission.ASSIGN_WORK)
def conflicts(request: HttpRequest, clinic: UUID) -> HttpResponse:
    """Assignments whose coder should not code them: each waits to be given to somebody else."""
    found = queries.conflicted(clinic)
    work = queries.some_work(clinic, found, SHOWN)
    return render(
        request,
        "assignments/conflicts.html",
        {
            "work": work,
            "total": len(found),
            "people": people.names(clinic, {one.coder for one in work if one.coder}),
            "patients": patients.names(clinic, {one.patient for one in work}),
            "may_import": request.member.may(Permission.IMPORT_PATIENTS),
            "unlooked": queries.unlooked(clinic),
            "searched_at": queries.conflicts_searched(clinic)[1],
        },
    )


@page(Permission.ASSIGN_WORK)
def accept(request: HttpRequest, clinic: UUID, assignment: UUID) -> HttpResponse:
    """Say in writing that somebody may code a colleague's record."""
    work_of(clinic, assignment)
    known = queries.conflicts_about(clinic, assignment, request.member.person)
    able = {one.person: one.id for one in known if one.may_be_accepted}
    if not able and request.method != "POST":
        raise Http404
    names = people.names(clinic, able)
    form = AcceptForm(sent(request), coders=sorted(names.values(), key=lambda one: one.name))

    def do() -> None:
        services.accept_conflict(
            clinic=clinic, conflict=able[form.cleaned_data["coder"]], note=form.cleaned_data["note"],
            actor=request.member.actor, at=request.now,
        )  # fmt: skip

    try:
        return form_page(request, form, do, ("A colleague's record", "They may code it", DONE), NOTE)
    except models.Conflict.DoesNotExist:
        raise Http404 from None


DONE = "Written down. You can give it to them now."
NOTE = (
    "The patient seems to be one of the clinic's own people. A colleague may code the record when you say so in "
    "writing. Your name stands with it; your words lie sealed. Name no patient in them."
)
