"""What the queue's pages share: forms that do one thing, and whom work can be given to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from chartwarden.assignments import queries
from chartwarden.assignments.contracts import Work
from chartwarden.kernel.decisions import Refused
from chartwarden.kernel.errors import InputRefused
from chartwarden.people import queries as people
from chartwarden.people.contracts import Permission, PersonName

CODERS = ("coder", "qa_auditor")
BOARD = ("assignments:board", "Queue")


def places(request: HttpRequest) -> dict[str, bool]:
    """Which of the pages about the queue a member may see, as the line of links asks."""
    asked = (
        ("may_see", Permission.SEE_QUEUE),
        ("may_assign", Permission.ASSIGN_WORK),
        ("may_import", Permission.IMPORT_QUEUE),
    )
    return {name: request.member.may(permission) for name, permission in asked}


def sent(request: HttpRequest) -> Any:
    """What a form is bound to."""
    return request.POST if request.method == "POST" else None


def number(text: str) -> int:
    """The revision that a button's form was made with; -1 where it holds none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def uuid_of(text: str) -> UUID | None:
    """An id as an address gives it; None for what is none."""
    try:
        return UUID(text)
    except ValueError:
        return None


def coders(request: HttpRequest) -> list[PersonName]:
    """Whom work can be given to: everybody who codes or reviews here, but oneself."""
    return holders(request, CODERS)


def holders(request: HttpRequest, roles: tuple[str, ...]) -> list[PersonName]:
    """Everybody with one of the roles, but oneself, by name."""
    found = {person for role in roles for person in people.holders(request.clinic.id, role, request.now)}
    names = people.names(request.clinic.id, found - {request.member.person})
    return sorted(names.values(), key=lambda one: one.name)


def attempt(form: forms.Form, do: Callable[[], Any]) -> bool:
    """Do it; what was refused stands on the form then."""
    try:
        do()
    except Refused as refusal:
        form.add_error(None, refusal.decision.reason)
    except InputRefused as refused:
        for fault in refused.faults:
            form.add_error(None, f"{fault.where}: expected {fault.expected}; found {fault.found}.")
    return not form.errors


def form_page(
    request: HttpRequest,
    form: forms.Form,
    do: Callable[[], Any],
    words: tuple[str, str, str],
    note: str = "",
    back: tuple[str, str] = BOARD,
) -> HttpResponse:
    """A page with one form; ``words`` are its title, its button, and what is said once it is done. ``back`` is the
    page that it belongs to, and its name."""
    title, action, done = words
    if form.is_bound and form.is_valid() and attempt(form, do):
        if done:
            messages.success(request, done)
        return redirect(back[0], clinic=request.clinic.id)
    content = {"form": form, "title": title, "action": action, "note": note, "back": back[0], "back_to": back[1]}
    return render(request, "assignments/form.html", content, status=422 if form.errors else 200)


def step(request: HttpRequest, do: Callable[[], Any], done: str) -> bool:
    """One step by a button; what was refused is said."""
    try:
        do()
    except Refused as refusal:
        messages.error(request, refusal.decision.reason)
        return False
    except InputRefused as refused:
        for fault in refused.faults:
            messages.error(request, f"Nothing was done: expected {fault.expected}; found {fault.found}.")
        return False
    if done:
        messages.success(request, done)
    return True


def work_of(clinic: UUID, assignment: UUID) -> Work:
    """An assignment of the clinic. Raises Http404."""
    work = queries.work(clinic, assignment)
    if work is None:
        raise Http404
    return work
