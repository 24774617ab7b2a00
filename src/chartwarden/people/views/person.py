"""One person's page, and what is done there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from chartwarden.kernel.decisions import Refused
from chartwarden.kernel.errors import InputRefused
from chartwarden.people import queries, services
from chartwarden.people.contracts import Permission, Profile, page
from chartwarden.people.forms import (
    EndForm,
    GrantForm,
    HoursForm,
    IdentityForm,
    LeaveForm,
    PersonForm,
    RehireForm,
    midnight_after,
    refused,
    role_word,
    sent,
)


@page(Permission.SEE_PEOPLE)
def person(request: HttpRequest, clinic: UUID, person: UUID) -> HttpResponse:
    """Engagements, roles, hours, leave and logins of one person."""
    context = {"profile": _profile(request, clinic, person), "own": person == request.member.person}
    context |= {"manage": request.member.may(Permission.MANAGE_PEOPLE) and not context["own"]}
    context |= {"staff": request.member.may(Permission.IMPORT_SCHEDULES) and not context["own"]}
    context |= {"grant": request.member.may(Permission.GRANT_ROLES) and not context["own"]}
    return render(request, "people/person.html", context)


@page(Permission.MANAGE_PEOPLE)
def add(request: HttpRequest, clinic: UUID) -> HttpResponse:
    """Somebody new."""
    form = PersonForm(sent(request), initial={"started_on": request.now.astimezone(request.clinic.time_zone).date()})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = services.add_person(
                clinic=clinic, values={"code": given["code"], **form.identity()}, feed_role=given["feed_role"],
                started_on=given["started_on"], employer=given["employer"], time_zone=given["time_zone"],
                logins=form.the_logins(), actor=request.member.actor, at=request.now,
            )  # fmt: skip
        except InputRefused as fault:
            refused(form, fault)
        else:
            messages.success(request, "Added. They can do nothing here until they have a role and sign in.")
            return redirect("people:person", clinic=clinic, person=made)
    return render(
        request, "people/form.html", {"form": form, "title": "Add a person", "action": "Add", "profile": None}
    )


@page(Permission.MANAGE_PEOPLE)
def change(request: HttpRequest, clinic: UUID, person: UUID) -> HttpResponse:
    """Another name, login, job, employer or time zone."""
    profile = _profile(request, clinic, person)
    names = ("given_name", "family_name")
    kept = {name: profile.values.get(name, "") for name in names} | {"logins": "; ".join(profile.logins)}
    zone = "" if profile.time_zone == request.clinic.time_zone.key else profile.time_zone
    kept |= {"feed_role": profile.row.feed_role, "employer": profile.row.employer, "time_zone": zone}

    def do(form: IdentityForm) -> None:
        given = form.cleaned_data
        services.change_person(
            clinic=clinic, person=person, values=form.identity(), logins=form.the_logins(),
            feed_role=given["feed_role"], employer=given["employer"], time_zone=given["time_zone"],
            actor=request.member.actor, at=request.now,
        )  # fmt: skip

    form = IdentityForm(sent(request), initial=kept)
    return _form(request, profile, form, do, "Change", "Save", "Saved.")


@page(Permission.MANAGE_PEOPLE)
def end(request: HttpRequest, clinic: UUID, person: UUID) -> HttpResponse:
    """End an engagement, now or at a given time."""
    profile = _profile(request, clinic, person)

    def do(form: EndForm) -> None:
        ended_at = form.instant(request.clinic.time_zone)
        services.end_engagement(
            clinic=clinic, person=person, ended_at=ended_at, actor=request.member.actor, at=request.now
        )

    note = "From that moment they are shut out: their roles and tokens end. What they did stays on record."
    return _form(request, profile, EndForm(sent(request)), do, "End the engagement", "End it", "Ended.", note)


@page(Permission.MANAGE_PEOPLE)
def rehire(request: HttpRequest, clinic: UUID, person: UUID) -> HttpResponse:
    """Somebody comes back."""
    profile = _profile(request, clinic, person)

    def do(form: RehireForm) -> None:
        services.rehire(clinic=clinic, person=person, **form.cleaned_data, actor=request.member.actor, at=request.now)

    form = RehireForm(sent(request), initial={"feed_role": profile.row.feed_role})
    note = "They come back without roles: grant what the new work needs."
    return _form(request, profile, form, do, "A new engagement", "Begin it", "A new engagement is noted.", note)


@page(Permission.GRANT_ROLES)
@services.needs_fresh
def grant(request: HttpRequest, clinic: UUID, person: UUID) -> HttpResponse:
    """Give a role."""
    profile = _profile(request, clinic, person)

    def do(form: GrantForm) -> None:
        last = form.cleaned_data["last_day"]
        services.grant_role(
            clinic=clinic, person=person, role=form.cleaned_data["role"], actor=request.member.actor, at=request.now,
            ends=midnight_after(last, request.clinic.time_zone) if last else None,
        )  # fmt: skip

    return _form(request, profile, GrantForm(sent(request)), do, "Grant a role", "Grant", "Granted.")


@page(Permission.IMPORT_SCHEDULES)
def hours(request: HttpRequest, clinic: UUID, person: UUID) -> HttpResponse:
    """The hours somebody works, by weekday."""
    profile = _profile(request, clinic, person)

    def do(form: HoursForm) -> None:
        services.set_working_hours(
            clinic=clinic, person=person, hours=form.hours(), actor=request.member.actor, at=request.now
        )

    form = HoursForm(sent(request), hours=profile.hours)
    note = "An end before the start means over midnight. Leave a day off empty."
    return _form(request, profile, form, do, "Working hours", "Save", "Saved.", note, "people/hours.html")


@page(Permission.IMPORT_SCHEDULES)
def leave(request: HttpRequest, clinic: UUID, person: UUID) -> HttpResponse:
    """Days off."""
    profile = _profile(request, clinic, person)

    def do(form: LeaveForm) -> None:
        services.record_leave(
            clinic=clinic, person=person, **form.cleaned_data, actor=request.member.actor, at=request.now
        )

    return _form(request, profile, LeaveForm(sent(request)), do, "Record leave", "Record", "Recorded.")


@page(Permission.GRANT_ROLES)
@require_POST
@services.needs_fresh
def withdraw(request: HttpRequest, clinic: UUID, person: UUID, role: str) -> HttpResponse:
    """Take a role away."""
    return _done(request, clinic, person, services.withdraw_role, f"{role_word(role)} was withdrawn.", role=role)


@page(Permission.MANAGE_PEOPLE)
@require_POST
def suspend(request: HttpRequest, clinic: UUID, person: UUID) -> HttpResponse:
    """Shut somebody out for now."""
    return _done(request, clinic, person, services.suspend, "Suspended. They are shut out from this moment.")


@page(Permission.MANAGE_PEOPLE)
@require_POST
def reinstate(request: HttpRequest, clinic: UUID, person: UUID) -> HttpResponse:
    """Let somebody in again."""
    return _done(request, clinic, person, services.reinstate, "Reinstated, with the roles that they hold.")


def _profile(request: HttpRequest, clinic: UUID, person: UUID) -> Profile:
    found = queries.profile(clinic, person, request.now)
    if found is None:
        raise Http404
    return found


def _form(
    request: HttpRequest, profile: Profile, form: Any, do: Callable[[Any], None], title: str, action: str, done: str,
    note: str = "", template: str = "people/form.html",
) -> HttpResponse:  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            do(form)
        except InputRefused as fault:
            refused(form, fault)
        except Refused as fault:
            form.add_error(None, forms.ValidationError(fault.decision.reason))
        else:
            messages.success(request, done)
            return redirect("people:person", clinic=request.clinic.id, person=profile.row.person)
    context = {"form": form, "profile": profile, "title": title, "action": action, "note": note}
    return render(request, template, context, status=422 if form.errors else 200)


def _done(
    request: HttpRequest, clinic: UUID, person: UUID, verb: Callable[..., Any], done: str, **named: Any
) -> HttpResponse:
    _profile(request, clinic, person)
    try:
        verb(clinic=clinic, person=person, actor=request.member.actor, at=request.now, **named)
    except Refused as fault:
        messages.error(request, fault.decision.reason)
    else:
        messages.success(request, done)
    return redirect("people:person", clinic=clinic, person=person)
