"""Alike cases of one coder on one page: look them over, decide them with one note, leave out which are not like it."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from chartwarden.kernel.decisions import Refused
from chartwarden.people.contracts import Permission, page
from chartwarden.review import queries, rules
from chartwarden.review.desk.contracts import CaseGroup, NextCase
from chartwarden.review.desk.deciding import Stale, decide_together
from chartwarden.review.forms import DecideAlikeForm
from chartwarden.review.views import showing
from chartwarden.review.views.patients import patient_names


@page(Permission.SEE_REVIEWS)
def alike(request: HttpRequest, clinic: UUID, case: UUID) -> HttpResponse:
    """Show the undecided cases that are alike to one and of the same coder."""
    group = _group(request, case)
    if group is None:
        return redirect("review:case", clinic=clinic, case=case)
    return _page(request, case, group, DecideAlikeForm(group.cases))


@require_POST
@page(Permission.DECIDE_CASES)
def decide_alike(request: HttpRequest, clinic: UUID, case: UUID) -> HttpResponse:
    """Decide those that are ticked with one note."""
    group = _group(request, case)
    if group is None:
        messages.error(request, "These cases changed while you had them open. Nothing was saved.")
        return redirect("review:case", clinic=clinic, case=case)
    form = DecideAlikeForm(group.cases, request.POST)
    if not form.is_valid():
        return _page(request, case, group, form, status=422)
    try:
        decide_together(
            clinic=request.clinic,
            cases=form.cleaned_data["cases"],
            outcome=form.cleaned_data["outcome"],
            note=form.cleaned_data["note"],
            actor=request.member.actor,
            at=request.now,
        )
    except Refused as refusal:
        said = "One of these cases changed while you had them open. Nothing was saved yet; your note is still here."
        messages.error(request, said if isinstance(refusal, Stale) else refusal.decision.reason)
        fresh = _group(request, case)
        if fresh is None:
            return redirect("review:case", clinic=clinic, case=case)
        return _page(request, case, fresh, DecideAlikeForm(fresh.cases, initial=form.cleaned_data), status=409)
    return go_on(request, group.review.id, group.cases[0].rank)


def _group(request: HttpRequest, case: UUID) -> CaseGroup | None:
    found = queries.group(request.clinic, case, request.member.person, request.now)
    if found is None and queries.case(request.clinic, case, request.member.person, request.now) is None:
        raise Http404
    return found


def go_on(request: HttpRequest, review: UUID, after_rank: int) -> HttpResponseRedirect:
    """To the next open case or group, or back to the review when there is none."""
    following = queries.next_case(request.clinic.id, review, after_rank)
    if following is None:
        return redirect("review:review", clinic=request.clinic.id, review=review)
    return redirect(route(following), clinic=request.clinic.id, case=following.id)


def route(following: NextCase) -> str:
    """The page of the case to go on with."""
    return "review:alike" if following.alike else "review:case"


def _page(request: HttpRequest, case: UUID, group: CaseGroup, form: DecideAlikeForm, status: int = 200) -> HttpResponse:
    line = group.review
    first = group.cases[0]
    ticked = _ticked(form, group)
    context = {
        "group": group,
        "first": first,
        "case": case,
        "form": form,
        "outcomes": showing.outcomes(form["outcome"].value() or ""),
        "cases": [(one, f"{one.id}:{one.revision}", one.id in ticked) for one in group.cases],
        "patients": patient_names(request.clinic.id, [one.head.patient for one in group.cases]),
        "week": showing.week_words(line),
        "late": rules.late_in_words(line.late_by),
        "is_late": request.now > line.due_at,
        "decide": request.member.may(Permission.DECIDE_CASES),
    }
    return render(request, "review/alike.html", context, status=status)


def _ticked(form: DecideAlikeForm, group: CaseGroup) -> Collection[UUID]:
    """What is ticked: everything at first, and then what was sent."""
    given = form.fields["cases"].to_python(form["cases"].value()) if form.is_bound else form.initial.get("cases")
    return {one.id for one in group.cases if given is None or one.id in given}
