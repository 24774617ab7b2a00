"""The invitation: on a person's page, and where its link leads."""

from __future__ import annotations

from uuid import UUID

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from chartwarden.clinics.queries import clinic as clinic_of
from chartwarden.clinics.services import acting_in
from chartwarden.kernel.errors import InputRefused
from chartwarden.people import identity, models
from chartwarden.people.contracts import Permission, page, public
from chartwarden.people.invitation_models import Invitation
from chartwarden.people.queries import names
from chartwarden.people.signin.forms import Invite, Join
from chartwarden.people.signin.fresh import needs_fresh
from chartwarden.people.signin.invitations import (
    accept_invitation,
    address_of,
    invitation_of,
    invitations,
    invite,
    join_by_invitation,
    open_invitation,
    withdraw_invitation,
)
from chartwarden.people.signin.joining import bring_invitation, forget_invitation, invitation_in


@page(Permission.MANAGE_PEOPLE)
@needs_fresh
def invitation(request: HttpRequest, clinic: UUID, person: UUID) -> HttpResponse:
    """Invite a person of the clinic, and see how their invitation stands."""
    row = models.Person.objects.filter(clinic_id=clinic, id=person).first()
    if row is None:
        raise Http404
    form = Invite(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            invite(
                clinic=clinic,
                person=person,
                email=form.cleaned_data["email"],
                actor=request.member.actor,
                at=request.now,
            )
        except InputRefused as refusal:
            for fault in refusal.faults:
                form.add_error("email", f"Expected {fault.expected}; found {fault.found}.")
        else:
            messages.success(request, "The invitation is on its way.")
            return redirect("signin:invitation", clinic=clinic, person=person)
    latest = next(iter(invitations(clinic, person)), None)
    shown = {
        "form": form,
        "person": row,
        "name": identity.display_name(identity.opened(clinic, row.identity)),
        "latest": latest,
        "address": address_of(latest) if latest else "",
        "open": latest is not None and open_invitation(clinic, latest.id, request.now) is not None,
    }
    return render(request, "people/invitation.html", shown)


@page(Permission.MANAGE_PEOPLE)
@require_POST
@needs_fresh
def withdraw(request: HttpRequest, clinic: UUID, person: UUID) -> HttpResponse:
    """Let a person's invitation no longer work."""
    if not names(clinic, [person]):
        raise Http404
    if withdraw_invitation(clinic=clinic, person=person, actor=request.member.actor, at=request.now):
        messages.success(request, "The invitation was withdrawn. Its link no longer works.")
    return redirect("signin:invitation", clinic=clinic, person=person)


@public
def invited(request: HttpRequest, token: str) -> HttpResponse:
    """Where the mail's link leads: take the invitation along, out of the address."""
    place = invitation_of(token)
    if place is None:
        return render(request, "people/invitation_gone.html", status=410)
    bring_invitation(request.session, *place)
    return redirect("signin:join")


@public
def join(request: HttpRequest) -> HttpResponseBase:
    """Accept: with the account one has, with single sign-on, or with a new password."""
    place = invitation_in(request.session)
    if place is None:
        return render(request, "people/invitation_gone.html", status=410)
    with acting_in(place[0]):
        row = open_invitation(*place, request.now)
        if row is None:
            forget_invitation(request.session)
            return render(request, "people/invitation_gone.html", status=410)
        return _join(request, row)


def _join(request: HttpRequest, row: Invitation) -> HttpResponseBase:
    address, found = address_of(row), clinic_of(row.clinic_id)
    user = models.User.objects.filter(email=address).first()
    shown = {"address": address, "inviting": found, "known": user is not None}
    if request.user.is_authenticated:
        if request.method == "POST" and request.user == user:
            forget_invitation(request.session)
            try:
                accept_invitation(clinic=row.clinic_id, invitation=row.id, user=user.id, at=request.now)
            except InputRefused:
                return render(request, "people/invitation_gone.html", status=410)
            return redirect("start")
        return render(request, "people/invitation_accept.html", {**shown, "theirs": request.user == user})
    if user is not None:
        return render(request, "people/invitation_known.html", shown)
    values = identity.opened(row.clinic_id, row.person.identity)
    words = [values.get("given_name", ""), values.get("family_name", "")]
    form = Join(request.POST or None, email=address, words=words)
    if request.method != "POST" or not form.is_valid():
        return render(request, "people/invitation_new.html", {**shown, "form": form})
    forget_invitation(request.session)
    try:
        new = join_by_invitation(
            clinic=row.clinic_id, invitation=row.id, password=form.cleaned_data["password"], at=request.now
        )
    except InputRefused:
        return render(request, "people/invitation_gone.html", status=410)
    account = models.User.objects.get(id=new)
    return perform_password_login(request, {"email": address}, Login(user=account, email=address, redirect_url="/"))
