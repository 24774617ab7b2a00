"""A coder's own work: what comes next, what waits, and the few steps that move it on."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from chartwarden.assignments import queries, rules, services
from chartwarden.assignments.views.common import number, step
from chartwarden.patients import queries as patients
from chartwarden.people.contracts import Permission, page

SHOWN = 50
SAID = {
    "begun": "Begun. The record stays open to you until you submit it.",
    "held": "On hold. The record stays open to you.",
    "resumed": "You are at it again.",
    "coded": "Coded. Submit it once you are sure: then the record shuts.",
    "submitted": "Submitted, and the record is shut. Next one, please.",
}


@page(Permission.CODE_RECORDS)
def my_work(request: HttpRequest, clinic: UUID) -> HttpResponse:
    """The next record, and all others that are open to the member."""
    work = queries.own_work(clinic, request.member.person, request.now, SHOWN)
    names = patients.names(clinic, {one.patient for one in work})
    return render(
        request,
        "assignments/my_work.html",
        {
            "first": work[0] if work else None,
            "rest": work[1:],
            "total": queries.own_total(clinic, request.member.person, request.now),
            "names": names,
            "holds": rules.HOLDS,
        },
    )


@page(Permission.CODE_RECORDS)
@require_POST
def move(request: HttpRequest, clinic: UUID, assignment: UUID) -> HttpResponse:
    """One step of one's own work: begun, held, resumed, coded, submitted."""
    there = queries.one_of_own(clinic, request.member.person, assignment)
    if there is None:
        raise Http404
    event, revision = request.POST.get("event", ""), number(request.POST.get("revision", ""))
    given = {
        "clinic": clinic, "assignment": assignment, "revision": revision,
        "actor": request.member.actor, "at": request.now,
    }  # fmt: skip

    def do() -> None:
        if event == "held":
            services.hold(why=request.POST.get("why", ""), **given)
        else:
            services.work_on(event=event, **given)

    step(request, do, SAID.get(event, ""))
    return redirect("assignments:my_work", clinic=clinic)
