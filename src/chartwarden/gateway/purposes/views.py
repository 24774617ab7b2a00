"""Why a record opens or not, asked beforehand; and where it belongs if it is for something else."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from chartwarden.assignments import queries as assignments
from chartwarden.assignments.contracts import Work
from chartwarden.devices.queries import whence
from chartwarden.gateway import services
from chartwarden.gateway.contracts import Explained, Reason
from chartwarden.gateway.purposes import inquiring
from chartwarden.gateway.purposes.forms import AnswerForm, InquiryForm, OwnQuestionForm, QuestionForm
from chartwarden.gateway.purposes.reminding import is_reminded
from chartwarden.gateway.purposes.told import facts_told
from chartwarden.gateway.rules import purpose_of
from chartwarden.gateway.wording import ELSEWHERE, TOLD, TOLD_OF_ANOTHER
from chartwarden.kernel.decisions import Refused
from chartwarden.people import queries as people
from chartwarden.people.contracts import Permission, PersonName, page

LISTED = 50


def first_reminded(request: HttpRequest, work: Work, purpose: str) -> HttpResponse | None:
    """The page that comes before a person's first opening of a local day: openings are logged. None once they have
    acknowledged it, which what was sent may do. Its one button asks for the same opening again.
    """
    if "acknowledged" in request.POST:
        services.acknowledge_reminder(
            clinic=request.clinic, person=request.member.person, actor=request.member.actor, at=request.now
        )
    elif not is_reminded(request.clinic, request.member.person, request.now):
        answer = render(request, "gateway/reminder.html", {"work": work, "purpose": purpose, "address": request.path})
        answer.headers["Cache-Control"] = "no-store"
        return answer
    return None


@page(Permission.CODE_RECORDS)
def why(request: HttpRequest, clinic: UUID) -> HttpResponse:
    """Would a record that one names open to oneself?"""
    form = OwnQuestionForm(request.POST if request.method == "POST" else None)
    found = None
    if form.is_bound and form.is_valid():
        found = services.explain_own(
            clinic=request.clinic, **form.cleaned_data, actor=request.member.actor, at=request.now,
            whence=whence(request),
        )  # fmt: skip
    return _shown(request, found, form=form, own=True)


@page(Permission.CODE_RECORDS)
def why_assignment(request: HttpRequest, clinic: UUID, assignment: UUID) -> HttpResponse:
    """Would an assignment of one's own open now, and why or why not?"""
    work = assignments.one_of_own(clinic, request.member.person, assignment)
    if work is None:
        raise Http404
    found = services.explain_assignment(
        clinic=request.clinic, assignment=assignment, purpose=purpose_of(work.kind), actor=request.member.actor,
        at=request.now, whence=whence(request),
    )  # fmt: skip
    return _shown(request, found, work=work, own=True)


@page(Permission.ASSIGN_WORK)
def may_open(request: HttpRequest, clinic: UUID) -> HttpResponse:
    """May somebody open a record?"""
    form = QuestionForm(request.POST if request.method == "POST" else None, people=_everybody(request))
    found, conflicting = None, None
    if form.is_bound and form.is_valid():
        found = services.explain_other(
            clinic=request.clinic, **form.cleaned_data, actor=request.member.actor, at=request.now,
            whence=whence(request),
        )  # fmt: skip
        if Reason.CONFLICT_OF_INTEREST in found.verdict.reasons:
            conflicting = next((one.assignment for one in found.facts.grants if one.open_state), None)
    return _shown(request, found, form=form, own=False, conflicting=conflicting)


def _shown(request: HttpRequest, found: Explained | None, **more: Any) -> HttpResponse:
    context = dict(more)
    if found:
        told = TOLD if more["own"] else TOLD_OF_ANOTHER
        context |= {
            "found": found,
            "told": [told[reason] for reason in found.verdict.reasons],
            "excused": [(told[reason], found.facts.excused[reason]) for reason in found.verdict.excused],
            "facts": list(facts_told(found.facts, request.clinic.time_zone)),
        }
    form = more.get("form")
    answer = render(request, "gateway/why.html", context, status=422 if form is not None and form.errors else 200)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _everybody(request: HttpRequest) -> list[PersonName]:
    """The workforce by name, also those who have left or are suspended: for them above all the answer is no."""
    rows = people.roster(request.clinic.id, request.now)
    return sorted((PersonName(row.person, row.name, row.code) for row in rows), key=lambda one: one.name)


@page(Permission.CODE_RECORDS)
def elsewhere(request: HttpRequest, clinic: UUID) -> HttpResponse:
    """Where it belongs if a record is wanted for something else than coding, and a request to the privacy officer."""
    asked = request.POST.get("about") or request.GET.get("about") or ""
    kind = asked if asked in ELSEWHERE else ""
    form = InquiryForm(request.POST if request.method == "POST" else None)
    if form.is_bound and kind and form.is_valid():
        services.route_inquiry(
            clinic=clinic, kind=kind, text=form.cleaned_data["text"], actor=request.member.actor, at=request.now
        )
        messages.success(request, "Sent. The privacy officer answers here.")
        return redirect("gateway:elsewhere", clinic=clinic)
    content = {
        "kinds": ELSEWHERE.items(),
        "kind": kind,
        "belongs": ELSEWHERE.get(kind),
        "form": form,
        "own": _with_titles(inquiring.own_inquiries(clinic, request.member.person, LISTED)),
    }
    return render(request, "gateway/elsewhere.html", content, status=422 if form.is_bound else 200)


@page(Permission.DECIDE_CASES)
def inquiries(request: HttpRequest, clinic: UUID) -> HttpResponse:
    """What people asked for that is no purpose here: those that wait first."""
    found = inquiring.inquiries(clinic, LISTED)
    content = {"inquiries": _with_titles(found), "people": people.names(clinic, {one.person for one in found})}
    return render(request, "gateway/inquiries.html", content)


@page(Permission.DECIDE_CASES)
def inquiry(request: HttpRequest, clinic: UUID, inquiry: UUID) -> HttpResponse:
    """One of them, with its answer or the form for it."""
    found = inquiring.inquiry(clinic, inquiry)
    if found is None:
        raise Http404
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            services.close_inquiry(
                clinic=clinic, inquiry=inquiry, **form.cleaned_data, actor=request.member.actor, at=request.now
            )
        except Refused as refusal:
            form.add_error(None, refusal.decision.reason)
        else:
            messages.success(request, "Answered.")
            return redirect("gateway:inquiries", clinic=clinic)
    content = {
        "inquiry": found,
        "belongs": ELSEWHERE[found.kind],
        "people": people.names(clinic, {one for one in (found.person, found.closed_by) if one}),
        "form": form,
    }
    return render(request, "gateway/inquiry.html", content, status=422 if form.errors else 200)


def _with_titles(found: list[Any]) -> list[tuple[Any, str]]:
    return [(one, ELSEWHERE[one.kind].title) for one in found]
