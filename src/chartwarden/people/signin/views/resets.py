"""Lost phone and lost codes: the officer's page, and where the mail's link leads."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from chartwarden.kernel.decisions import Refused
from chartwarden.kernel.errors import InputRefused
from chartwarden.people import identity, models
from chartwarden.people.contracts import Permission, page, public
from chartwarden.people.sending import configured
from chartwarden.people.signin.factor_links import bring_link, reset_of
from chartwarden.people.signin.fresh import needs_fresh
from chartwarden.people.signin.resetting import reset_factors, see_factor_reset, unseen_resets
from chartwarden.people.signin.standing import has_second_factor


@page(Permission.MANAGE_PEOPLE)
@needs_fresh
def factors(request: HttpRequest, clinic: UUID, person: UUID) -> HttpResponse:
    """What a reset does, and the button for it."""
    row = _person(clinic, person)
    if request.method == "POST" and configured():
        try:
            reset_factors(clinic=clinic, person=person, actor=request.member.actor, at=request.now)
        except Refused as refusal:
            messages.error(request, refusal.decision.reason)
        except InputRefused as refusal:
            for fault in refusal.faults:
                messages.error(request, f"Expected {fault.expected}; found {fault.found}.")
        else:
            messages.success(request, "Reset. A link to set up a new second factor goes to their address.")
            return redirect("people:person", clinic=clinic, person=person)
    shown = {
        "person": row,
        "name": identity.display_name(identity.opened(clinic, row.identity)),
        "own": person == request.member.person,
        "set_up": row.user_id is not None and has_second_factor(row.user_id),
        "elsewhere": person in unseen_resets(clinic),
        "mail": configured(),
    }
    return render(request, "people/factors.html", shown)


@page(Permission.MANAGE_PEOPLE)
@require_POST
def seen(request: HttpRequest, clinic: UUID, person: UUID) -> HttpResponse:
    """An officer has seen that another clinic reset somebody's factors."""
    _person(clinic, person)
    try:
        see_factor_reset(clinic=clinic, person=person, actor=request.member.actor, at=request.now)
    except Refused as refusal:
        messages.error(request, refusal.decision.reason)
    return redirect("people:person", clinic=clinic, person=person)


@public
def new_factor(request: HttpRequest, token: str) -> HttpResponse:
    """Where the mail's link leads: take it along, out of the address, to the sign-in or the set-up."""
    reset = reset_of(token, request.now)
    if reset is None:
        return render(request, "people/new_factor_gone.html", status=410)
    bring_link(request.session, reset)
    return redirect("mfa_index")


def _person(clinic: UUID, person: UUID) -> models.Person:
    row = models.Person.objects.filter(clinic_id=clinic, id=person).first()
    if row is None:
        raise Http404
    return row
