"""The pages of duties: what is due, a year of each, one of them in full, and closing it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse

from chartwarden.duties import queries, rules, services
from chartwarden.duties.contracts import DutyYear
from chartwarden.duties.forms import CloseForm
from chartwarden.duties.strip import SHAPES, strip
from chartwarden.kernel.decisions import Stale
from chartwarden.kernel.errors import InputRefused
from chartwarden.people import queries as people
from chartwarden.people.contracts import Permission, page


@page(Permission.SEE_DUTIES)
def duties(request: HttpRequest, clinic: UUID) -> HttpResponse:
    """What is due from the member first, then this year of every duty."""
    today = request.now.astimezone(request.clinic.time_zone).date()
    laid = [(one, strip(one.year, today)) for one in queries.years(request.clinic, request.now)]
    dues = queries.due(request.member, request.clinic, request.now)
    return render(
        request, "duties/duties.html", {"laid": laid, "dues": dues, "year": today.year, "shapes": SHAPES.values()}
    )


@page(Permission.SEE_DUTIES)
def duty(request: HttpRequest, clinic: UUID, duty: str) -> HttpResponse:
    """One duty: what it is for, how it is done, what is open, what was done. A form closes what is open."""
    found = queries.duty_year(request.clinic, duty, request.now)
    if found is None:
        raise Http404
    may = rules.may_close(found.duty, request.member.roles, request.member.may(Permission.CLOSE_DUTIES))
    by_hand = found.duty.closed_by is None and bool(may) and bool(found.open)
    form = CloseForm(initial={"day": found.open[0].occurrence.day}) if by_hand else None
    if request.method == "POST":
        form = CloseForm(request.POST, request.FILES)
        if form.is_valid() and _close(request, found, form):
            return redirect("duties:duty", clinic=clinic, duty=duty)
    return render(request, "duties/duty.html", _content(request, found, form), status=422 if _bad(form) else 200)


def _bad(form: CloseForm | None) -> bool:
    return bool(form and form.is_bound and form.errors)


def _close(request: HttpRequest, found: DutyYear, form: CloseForm) -> bool:
    """Close it; where that won't do, say so on the form."""
    try:
        services.close_duty(
            clinic=request.clinic,
            duty=found.id,
            day=form.cleaned_data["day"],
            note=form.cleaned_data["note"],
            evidence=form.digest(),
            member=request.member,
            actor=request.member.actor,
            at=request.now,
        )
    except InputRefused as refused:
        for fault in refused.faults:
            form.add_error(fault.where if fault.where in form.fields else None, f"Expected {fault.expected}.")
        return False
    except Stale as stale:
        messages.error(request, stale.decision.reason)
        return True
    messages.success(request, f"{found.duty.title} is closed, and the ledger says so.")
    return True


def _content(request: HttpRequest, found: DutyYear, form: CloseForm | None) -> dict[str, Any]:
    today = request.now.astimezone(request.clinic.time_zone).date()
    done = [one for one in reversed(found.year) if one.closed]
    names = people.names(request.clinic.id, {one.closed.person for one in done if one.closed and one.closed.person})
    notes = queries.notes(request.clinic.id, found.id)
    history = [
        (one, names.get(one.closed.person) if one.closed.person else None, notes.get(one.occurrence.day, ""))
        for one in done
        if one.closed
    ]
    return {
        "one": found,
        "strip": strip(found.year, today),
        "shapes": SHAPES.values(),
        "form": form,
        "history": history,
        "place": _place(request, found),
        "held": bool(people.holders(request.clinic.id, found.duty.owner, request.now)),
    }


def _place(request: HttpRequest, found: DutyYear) -> str:
    """Where the work itself is done, if there is such a page yet."""
    try:
        return reverse(found.duty.page, kwargs={"clinic": request.clinic.id}) if found.duty.page else ""
    except NoReverseMatch:
        return ""
