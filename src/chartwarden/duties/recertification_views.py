"""The page on which each person's access is kept or revoked."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from chartwarden.duties import queries, services
from chartwarden.duties.recertification import DUTY, candidates, logins_left
from chartwarden.duties.recertifying import KEEP, UNCOMPARED
from chartwarden.kernel.decisions import Refused
from chartwarden.kernel.errors import InputRefused
from chartwarden.people.contracts import Permission, page
from chartwarden.people.services import needs_fresh_form

FIELD = "person-"


@page(Permission.RECERTIFY_ACCESS)
@needs_fresh_form
def recertification(request: HttpRequest, clinic: UUID) -> HttpResponse:
    """Everybody with access, those to look at twice first; a choice for each, and one button."""
    errors: set[str] = set()
    trouble = ""
    if request.method == "POST":
        try:
            services.recertify_access(
                clinic=request.clinic,
                decisions=_decisions(request),
                note=request.POST.get("note", ""),
                member=request.member,
                actor=request.member.actor,
                at=request.now,
            )
        except InputRefused as refused:
            errors = {fault.where for fault in refused.faults}
            trouble = "Some people are not decided on yet, or the list has changed. Look at the marked ones."
        except Refused as refused:
            trouble = refused.decision.reason
        else:
            messages.success(request, "The access of everybody on the list is recertified, and the ledger says so.")
            return redirect("duties:duty", clinic=clinic, duty=DUTY)
    chosen = {name.removeprefix(FIELD): value for name, value in request.POST.items() if name.startswith(FIELD)}
    rows = [
        (one, chosen.get(str(one.person), "" if one.asks else KEEP), f"{FIELD}{one.person}" in errors)
        for one in candidates(clinic, request.member.person, request.now)
    ]
    content = {
        "rows": rows,
        "one": queries.duty_year(request.clinic, DUTY, request.now),
        "trouble": trouble,
        "note": request.POST.get("note", ""),
        "left": logins_left(request.clinic.id, request.now),
        "uncompared": UNCOMPARED,
        "asked": sum(bool(one.asks) for one, _, _ in rows),
    }
    return render(request, "duties/recertification.html", content, status=422 if trouble else 200)


def _decisions(request: HttpRequest) -> dict[UUID, str]:
    """Choices by person; what names no person is left out, so that it counts as missing."""
    found = {}
    for name, value in request.POST.items():
        if name.startswith(FIELD):
            try:
                found[UUID(name.removeprefix(FIELD))] = value
            except ValueError:
                continue
    return found
