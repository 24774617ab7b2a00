"""A coder opens an assigned record for their program, and shuts it."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.db import DatabaseError, InterfaceError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from chartwarden.assignments import queries as assignments
from chartwarden.devices.queries import whence
from chartwarden.gateway import services
from chartwarden.gateway.contracts import Opening, Reason, Verdict
from chartwarden.gateway.purposes.views import first_reminded
from chartwarden.gateway.rules import purpose_of
from chartwarden.gateway.wording import TOLD
from chartwarden.kernel.decisions import Refused
from chartwarden.people.contracts import Permission, page


@page(Permission.CODE_RECORDS)
@require_POST
def open_record(request: HttpRequest, clinic: UUID, assignment: UUID) -> HttpResponse:
    """Open one's own assignment: its address at the gateway and a token, said once; or why it stays shut."""
    work = assignments.one_of_own(clinic, request.member.person, assignment)
    if work is None:
        raise Http404
    purpose = request.POST.get("purpose") or purpose_of(work.kind)
    try:
        if (reminder := first_reminded(request, work, purpose)) is not None:
            return reminder
        opened = services.open_assignment(
            clinic=request.clinic,
            person=request.member.person,
            assignment=assignment,
            purpose=purpose,
            actor=request.member.actor,
            at=request.now,
            whence=whence(request),
        )
    except (DatabaseError, InterfaceError, Refused):  # the ledger takes no entry: no record, no PHI
        opened = Opening(Verdict((Reason.LEDGER_UNAVAILABLE,)))
    told = [TOLD[reason] for reason in opened.verdict.reasons]
    given = {"opened": opened, "told": told, "work": work, "base": f"{settings.GATEWAY_URL}/fhir/{assignment}"}
    answer = render(request, "gateway/opened.html", given, status=_status(opened))
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _status(opened: Opening) -> int:
    if opened.verdict.first is Reason.LEDGER_UNAVAILABLE:
        return 503
    return 200 if opened.token else 403


@page(Permission.CODE_RECORDS)
@require_POST
def shut_record(request: HttpRequest, clinic: UUID, assignment: UUID) -> HttpResponse:
    """End one's tokens for an assignment before their time."""
    if assignments.one_of_own(clinic, request.member.person, assignment) is None:
        raise Http404
    services.shut_assignment(
        clinic=clinic,
        person=request.member.person,
        assignment=assignment,
        actor=request.member.actor,
        at=request.now,
    )
    messages.success(request, "The record is shut to your program.")
    return redirect("assignments:my_work", clinic=clinic)
