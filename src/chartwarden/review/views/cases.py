"""One case: what was seen, what speaks for and against, and the form that decides it."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from chartwarden.kernel.decisions import Refused
from chartwarden.kernel.errors import InputRefused
from chartwarden.people.contracts import Permission, page
from chartwarden.review import queries, rules
from chartwarden.review.desk.asking import ask_question, askable
from chartwarden.review.desk.contracts import CaseShown
from chartwarden.review.desk.deciding import Stale, decide_case, decide_together, reopen_case
from chartwarden.review.forms import AskForm, DecideForm, ReopenForm, TickedCases
from chartwarden.review.report.sheets import sheet
from chartwarden.review.views import showing
from chartwarden.review.views.alike import go_on
from chartwarden.review.views.patients import patient_name


@page(Permission.SEE_REVIEWS)
def case(request: HttpRequest, clinic: UUID, case: UUID) -> HttpResponse:
    """Show a case."""
    shown = _shown(request, case)
    return _page(request, shown, DecideForm(initial={"revision": shown.revision}))


@require_POST
@page(Permission.DECIDE_CASES)
def decide(request: HttpRequest, clinic: UUID, case: UUID) -> HttpResponse:
    """Decide a case, alone or with those alike."""
    shown = _shown(request, case)
    form = DecideForm(request.POST)
    if not form.is_valid():
        return _page(request, shown, form, status=422)
    values = form.cleaned_data
    given = {"outcome": values["outcome"], "note": values["note"], "actor": request.member.actor, "at": request.now}
    try:
        if values["together"]:
            cases = {**_ticked(request, shown), case: values["revision"]}
            decide_together(clinic=request.clinic, cases=cases, **given)
        else:
            decide_case(clinic=request.clinic, case=case, revision=values["revision"], **given)
    except Stale as stale:
        return _stale(request, case, stale, form)
    except Refused as refusal:
        messages.error(request, refusal.decision.reason)
        return _page(request, _shown(request, case), form, status=409)
    except InputRefused as refused:
        for fault in refused.faults:
            messages.error(request, f"Not decided: expected {fault.expected}; found {fault.found}.")
        return _page(request, _shown(request, case), form, status=422)
    return go_on(request, shown.review.id, shown.body.case.rank)


@require_POST
@page(Permission.DECIDE_CASES)
def ask(request: HttpRequest, clinic: UUID, case: UUID) -> HttpResponse:
    """Put a question to somebody about a case."""
    shown = _shown(request, case)
    form = AskForm(_askable(request, shown), request.POST)
    if not form.is_valid():
        return _page(request, shown, DecideForm(initial={"revision": shown.revision}), ask_form=form, status=422)
    try:
        ask_question(
            clinic=request.clinic,
            case=case,
            to=UUID(form.cleaned_data["to"]),
            text=form.cleaned_data["text"],
            revision=form.cleaned_data["revision"],
            actor=request.member.actor,
            at=request.now,
        )
    except Refused as refusal:
        messages.error(request, refusal.decision.reason)
        fresh = _shown(request, case)
        return _page(request, fresh, DecideForm(initial={"revision": fresh.revision}), ask_form=form, status=409)
    messages.success(request, "The question was sent. The case waits for the answer.")
    return go_on(request, shown.review.id, shown.body.case.rank)


@require_POST
@page(Permission.DECIDE_CASES)
def reopen(request: HttpRequest, clinic: UUID, case: UUID) -> HttpResponse:
    """Take a decided case up again."""
    shown = _shown(request, case)
    form = ReopenForm(request.POST)
    if not form.is_valid():
        return _page(request, shown, None, reopen_form=form, status=422)
    try:
        opened = reopen_case(
            clinic=request.clinic,
            case=case,
            reason=form.cleaned_data["reason"],
            revision=form.cleaned_data["revision"],
            actor=request.member.actor,
            at=request.now,
        )
    except Refused as refusal:
        messages.error(request, refusal.decision.reason)
        return _page(request, _shown(request, case), None, reopen_form=form, status=409)
    messages.success(request, "The case is open again.")
    return redirect("review:case", clinic=clinic, case=opened)


def _shown(request: HttpRequest, case: UUID) -> CaseShown:
    shown = queries.case(request.clinic, case, request.member.person, request.now)
    if shown is None:
        raise Http404
    return shown


def _ticked(request: HttpRequest, shown: CaseShown) -> dict[UUID, int]:
    """The cases of the same review that were ticked, with their revisions; what is no such case is left out."""
    found = TickedCases().to_python(request.POST.getlist("alike"))
    there = queries.revisions(request.clinic.id, shown.review.id, list(found))
    return {case: revision for case, revision in found.items() if case in there}


def _stale(request: HttpRequest, case: UUID, stale: Stale, form: DecideForm) -> HttpResponse:
    """Tell the second officer what the first did; their note stays in the form."""
    fresh = _shown(request, case)
    if stale.case != case:
        messages.error(request, "One of the alike cases changed while you had them open. Nothing was saved yet.")
    elif fresh.state == "decided":
        last = fresh.dispositions[-1]
        who = showing.names(request.clinic.id, [last.by]).get(last.by, "Somebody")
        messages.error(
            request, f"{who} decided this case meanwhile: {rules.OUTCOMES[last.outcome]}. Your note was not saved."
        )
    else:
        messages.error(request, stale.decision.reason)
    kept = DecideForm(
        initial={
            "revision": fresh.revision,
            "note": form.cleaned_data["note"],
            "outcome": form.cleaned_data["outcome"],
        }
    )
    return _page(request, fresh, kept, kept_note=form.cleaned_data["note"], status=409)


def _askable(request: HttpRequest, shown: CaseShown) -> list[tuple[str, str]]:
    """Whom one may ask, by name."""
    found = askable(request.clinic.id, shown, request.member.person, request.now)
    named = showing.names(request.clinic.id, [person for person, _ in found])
    return [(str(who), f"{named.get(who, '?')} ({part})") for who, part in found]


def _page(
    request: HttpRequest,
    shown: CaseShown,
    form: DecideForm | None,
    *,
    ask_form: AskForm | None = None,
    reopen_form: ReopenForm | None = None,
    kept_note: str = "",
    status: int = 200,
) -> HttpResponse:
    told = sheet(
        shown.body.case,
        request.clinic.time_zone,
        dict(shown.body.names),
        showing.titles("detectors"),
        showing.titles("explanations"),
        "the log has all",
    )
    askable = _askable(request, shown)
    ask = ask_form or AskForm(askable, initial={"text": told.question, "revision": shown.revision})
    ids = [
        *(given.by for given in shown.dispositions),
        *(given.superseded_by for given in shown.dispositions),
        *(question.to for question in shown.questions),
        *(question.asked_by for question in shown.questions),
        *(line.decided_by for line in (*shown.of_pair, *shown.of_coder)),
        *(person for _, person in shown.brought.values()),
    ]
    named = showing.names(request.clinic.id, ids)
    zone = request.clinic.time_zone
    table = showing.with_brought(told.assignments, shown.body.case, shown.brought, named, zone)
    revisions = queries.revisions(request.clinic.id, shown.review.id, [line.id for line in shown.alike])
    undecided = shown.state in rules.UNDECIDED
    outcome = form["outcome"].value() if form else ""
    context = {
        "shown": shown,
        "sheet": replace(told, assignments=table),
        "patient_name": patient_name(request.clinic.id, shown.head.patient),
        "line_svg": showing.picture(told.picture, "line"),
        "week": showing.week_words(shown.review),
        "late": rules.late_in_words(shown.review.late_by),
        "is_late": request.now > shown.review.due_at and shown.review.state != "signed",
        "state": _state(shown),
        "form": form,
        "outcomes": showing.outcomes(outcome),
        "decide": undecided and request.member.may(Permission.DECIDE_CASES),
        "ask_form": ask if askable else None,
        "asking": ask_form is not None,
        "reopen_form": reopen_form or ReopenForm(initial={"revision": shown.revision}),
        "may_reopen": shown.state == "decided"
        and not shown.reopened_as
        and request.member.may(Permission.DECIDE_CASES),
        "alike": [
            {
                "line": line,
                "value": f"{line.id}:{revisions.get(line.id, 0)}",
                "same": line.head.coder == shown.head.coder,
            }
            for line in shown.alike
        ],
        "names": named,
        "OUTCOMES": rules.OUTCOMES,
        "kept_note": kept_note,
        "earlier": [
            ("The same person and patient, this week and before", shown.of_pair),
            ("Other cases of the same person, this week and before", shown.of_coder),
        ],
    }
    return render(request, "review/case.html", context, status=status)


def _state(shown: CaseShown) -> showing.State:
    if shown.state == "decided":
        return showing.State(rules.OUTCOMES[shown.outcome], "done")
    if shown.state == "withdrawn":
        return showing.State("No longer found", "stop")
    if shown.state == "asked":
        return showing.State("Waiting for an answer", "wait")
    return showing.State("Open", "due")
