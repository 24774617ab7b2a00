"""Questions put to the reader, and their answers."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from chartwarden.kernel.decisions import Refused
from chartwarden.people.contracts import Permission, page
from chartwarden.review import queries
from chartwarden.review.desk.asking import answer_question
from chartwarden.review.desk.contracts import CaseBody
from chartwarden.review.forms import AnswerForm
from chartwarden.review.report.contracts import CaseSheet
from chartwarden.review.report.sheets import sheet
from chartwarden.review.views import showing
from chartwarden.review.views.patients import patient_name


@page(Permission.ANSWER_QUESTIONS)
def questions(request: HttpRequest, clinic: UUID) -> HttpResponse:
    """The questions put to the reader: those that wait first."""
    found = queries.questions_to(request.clinic, request.member.person)
    names = showing.names(clinic, [question.asked_by for question in found])
    return render(request, "review/questions.html", {"questions": found, "names": names})


@page(Permission.ANSWER_QUESTIONS)
def question(request: HttpRequest, clinic: UUID, question: UUID) -> HttpResponse:
    """One question, the accesses it is about while its case is open, and the reader's answer."""
    found = queries.question(request.clinic, question, request.member.person)
    if found is None:
        raise Http404
    asked, body = found
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            answer_question(
                clinic=request.clinic,
                question=question,
                text=form.cleaned_data["text"],
                actor=request.member.actor,
                at=request.now,
            )
            messages.success(request, "Thank you. Your answer was kept as you gave it.")
            return redirect("review:questions", clinic=clinic)
        except Refused as refusal:
            messages.error(request, refusal.decision.reason)
    context = {
        "asked": asked,
        "sheet": _sheet(request, body) if body else None,
        "form": form,
        "open": asked.answered_at is None and body is not None,
        "names": showing.names(clinic, [asked.asked_by]),
        "patient_name": patient_name(clinic, body.case.patient) if body else "",
    }
    return render(request, "review/question.html", context)


def _sheet(request: HttpRequest, body: CaseBody) -> CaseSheet:
    return sheet(
        body.case,
        request.clinic.time_zone,
        dict(body.names),
        showing.titles("detectors"),
        showing.titles("explanations"),
        "the log has all",
    )
