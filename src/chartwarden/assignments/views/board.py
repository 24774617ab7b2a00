"""The supervisor's board: what waits, who has how much, and one assignment with all that may be done to it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from chartwarden.assignments import queries, rule_keeping, rules, services
from chartwarden.assignments.contracts import Work
from chartwarden.assignments.exporting import csv_answer
from chartwarden.assignments.forms import AddForm, CoderForm, ReassignForm, ReopenForm, SampleForm, ShareForm
from chartwarden.assignments.views.common import (
    coders,
    form_page,
    holders,
    number,
    places,
    sent,
    step,
    uuid_of,
    work_of,
)
from chartwarden.patients import queries as patients
from chartwarden.people import queries as people
from chartwarden.people.contracts import Permission, page

SHOWN, LOADS = 50, 25
STATES = (rules.UNASSIGNED, *rules.OPEN)


@page(Permission.SEE_QUEUE)
def board(request: HttpRequest, clinic: UUID) -> HttpResponse:
    """The queue: how much is where, who has how much before them, and the oldest of the chosen state."""
    counts, loads = queries.standing(clinic)
    all_loads = bool(request.GET.get("coders"))
    state = request.GET.get("state", "")
    if state not in STATES:
        state = next((one for one in STATES if counts.get(one)), rules.UNASSIGNED)
    coder = uuid_of(request.GET.get("coder", ""))
    after = queries.place_of(clinic, uuid_of(request.GET.get("after", "")))
    found = queries.board(clinic, [state], coder, SHOWN + 1, after)
    work = found[:SHOWN]
    first = loads if all_loads else loads[:LOADS]
    named = {one.coder for one in first} | {one.coder for one in work if one.coder}
    names = people.names(clinic, named | ({coder} if coder else set()))
    return render(
        request,
        "assignments/board.html",
        {
            "state": state,
            "states": [(one, counts.get(one, 0)) for one in STATES],
            "work": work,
            "earlier": after is not None,
            "later": work[-1].id if len(found) > SHOWN else None,
            "shown": SHOWN,
            "loads": first,
            "all_loads": len(loads) if len(loads) > len(first) else 0,
            "most": max((one.open for one in loads), default=1),
            "people": names,
            "patients": patients.names(clinic, {one.patient for one in work}),
            "coder": coder,
            "has_rules": bool(rule_keeping.share_rules(clinic).rules),
            "conflicted": queries.conflicted(clinic),
            **places(request),
        },
    )


@page(Permission.ASSIGN_WORK)
def add(request: HttpRequest, clinic: UUID) -> HttpResponse:
    """Put a record into the queue."""
    form = AddForm(sent(request), coders=coders(request))

    def do() -> UUID:
        return services.add_work(clinic=clinic, **form.cleaned_data, actor=request.member.actor, at=request.now)

    return form_page(request, form, do, ("Add a record", "Add it", "It is in the queue."))


@page(Permission.ASSIGN_WORK)
def share(request: HttpRequest, clinic: UUID) -> HttpResponse:
    """Share out what is nobody's by load."""
    form = ShareForm(sent(request), coders=coders(request))

    def do() -> None:
        done = services.assign_by_load(clinic=clinic, **form.cleaned_data, actor=request.member.actor, at=request.now)
        messages.info(request, f"{done} assigned.")

    waiting = queries.counts(clinic).get(rules.UNASSIGNED, 0)
    wait = "record waits" if waiting == 1 else "records wait"
    note = f"{waiting:,} {wait} for a coder. The oldest first, each to whoever has least before them."
    return form_page(request, form, do, ("Share out work", "Share it out", ""), note)


@page(Permission.ASSIGN_WORK)
def sample(request: HttpRequest, clinic: UUID) -> HttpResponse:
    """Draw a sample of submitted work for quality review."""
    form = SampleForm(sent(request), reviewers=holders(request, ("qa_auditor",)))

    def do() -> None:
        begins, ends = form.span(request.clinic.time_zone)
        size = {form.cleaned_data["per"]: form.cleaned_data["size"]}
        done = services.draw_sample(
            clinic=clinic, begins=begins, ends=ends, reviewer=form.cleaned_data["reviewer"], **size,
            actor=request.member.actor, at=request.now,
        )  # fmt: skip
        messages.info(request, f"{done} given for review.")

    note = "Chance picks them, and the ledger keeps the seed, so that the draw can be checked."
    return form_page(request, form, do, ("Draw a quality sample", "Draw it", ""), note)


@page(Permission.IMPORT_QUEUE)
def export(request: HttpRequest, clinic: UUID) -> StreamingHttpResponse:
    """The queue as its feed, which can be imported again. Each is written to the ledger."""
    return csv_answer(clinic, request.member.actor, request.now)


@page(Permission.SEE_QUEUE)
def one(request: HttpRequest, clinic: UUID, assignment: UUID) -> HttpResponse:
    """One assignment: whose, since when, why the whole record, and what may be done."""
    work = work_of(clinic, assignment)
    copies = queries.copies_of(clinic, assignment)
    names = people.names(clinic, {*copies, *([work.coder] if work.coder else [])})
    known = queries.conflicts_about(clinic, assignment, request.member.person)
    return render(
        request,
        "assignments/one.html",
        {
            "work": work,
            "person": names.get(work.coder) if work.coder else None,
            "patient": patients.names(clinic, {work.patient}).get(work.patient),
            "copies": [(names[who].name, count) for who, count in copies.items()],
            "why": rules.JUSTIFICATIONS[work.kind],
            "may_assign": request.member.may(Permission.ASSIGN_WORK),
            "is_open": work.state in STATES,
            "in_conflict": assignment in queries.conflicted(clinic),
            "may_accept": any(one.may_be_accepted for one in known),
            "is_over": work.state in (rules.SUBMITTED, rules.CLOSED),
        },
    )


@page(Permission.ASSIGN_WORK)
def assign(request: HttpRequest, clinic: UUID, assignment: UUID) -> HttpResponse:
    """Give it to a coder, or take it from one for another."""
    work = work_of(clinic, assignment)
    kind = ReassignForm if work.coder else CoderForm
    form = kind(sent(request), coders=coders(request), initial={"revision": work.revision})
    verb = services.reassign if work.coder else services.assign

    def do() -> object:
        return verb(
            clinic=clinic, assignment=assignment, **form.cleaned_data, actor=request.member.actor, at=request.now
        )

    title = "Give it to somebody else" if work.coder else "Assign it"
    note = (
        f"{_said(clinic, work)} From this moment the record is shut to whoever has it now."
        if work.coder
        else _said(clinic, work)
    )
    return form_page(request, form, do, (title, "Assign", "Assigned."), note)


@page(Permission.ASSIGN_WORK)
def reopen(request: HttpRequest, clinic: UUID, assignment: UUID) -> HttpResponse:
    """Open a submitted record again, for a while."""
    work = work_of(clinic, assignment)
    form = ReopenForm(sent(request), coders=coders(request), initial={"coder": work.coder})

    def do() -> UUID:
        given = {name: form.cleaned_data[name] for name in ("kind", "reason", "coder")}
        return services.reopen(
            clinic=clinic, assignment=assignment, **given, expires_at=form.expires_at(request.clinic.time_zone),
            actor=request.member.actor, at=request.now,
        )  # fmt: skip

    only = "Only with a reason, and only until a day you set: what was coded is no coder's business."
    note = f"{_said(clinic, work)} {only}"
    return form_page(request, form, do, ("Open it again", "Open it again", "Open again, until the day you set."), note)


def _said(clinic: UUID, work: Work) -> str:
    """What an assignment is, for a form about it: ``Jacob Halmore. First coding, assigned to Michael Berry.``"""
    known = patients.names(clinic, {work.patient}).get(work.patient)
    coder = people.names(clinic, {work.coder}).get(work.coder) if work.coder else None
    whose = f", assigned to {coder.name}" if coder else ""
    return f"{known.name if known else work.patient}. {rules.KINDS[work.kind]}{whose}."


@page(Permission.ASSIGN_WORK)
@require_POST
def end(request: HttpRequest, clinic: UUID, assignment: UUID) -> HttpResponse:
    """Cancel what is open, or close what was submitted."""
    work = work_of(clinic, assignment)
    verb = services.close if work.state == rules.SUBMITTED else services.cancel

    def do() -> None:
        verb(
            clinic=clinic, assignment=assignment, revision=number(request.POST.get("revision", "")),
            actor=request.member.actor, at=request.now,
        )  # fmt: skip

    step(request, do, "Done. The record is shut.")
    return redirect("assignments:one", clinic=clinic, assignment=assignment)
