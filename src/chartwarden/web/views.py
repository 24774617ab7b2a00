"""The first page, the home page, and the pages that say what went wrong."""

from __future__ import annotations

import sys
from uuid import UUID

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string

from chartwarden.clinics.queries import clinics
from chartwarden.kernel.disk import is_full
from chartwarden.ledger.queries import entries, latest
from chartwarden.people.contracts import Permission, page, public
from chartwarden.people.queries import clinics_of
from chartwarden.web.entry_words import Event, events
from chartwarden.web.home import coming, figures, tasks

LATELY = 5
EVERYDAY = ("people.signed_in", "duties.reminded")
"""Kinds that would crowd out what is worth knowing; the ledger's own page has them."""


@public
def start(request: HttpRequest) -> HttpResponse:
    """To the first run, to signing in, to the one clinic there is, or the choice of clinics."""
    if not clinics():
        return redirect("signin:setup")
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    mine = set(clinics_of(request.user.id, request.now))
    found = [clinic for clinic in clinics() if clinic.id in mine]
    if len(found) == 1:
        return redirect("web:home", clinic=found[0].id)
    return render(request, "clinics.html", {"clinics": found})


@page(Permission.SEE_HOME)
def home(request: HttpRequest, clinic: UUID) -> HttpResponse:
    """What is due from the member, what is true now, and what happened lately."""
    member, house, now = request.member, request.clinic, request.now
    due = tasks(member, house, now)
    context = {
        "tasks": due,
        "coming": None if due else coming(member, house, now),
        "figures": figures(member, house, now),
        "happened": _happened(house.id) if member.may(Permission.SEE_LEDGER) else [],
    }
    return render(request, "home.html", context)


def _happened(clinic: UUID) -> list[Event]:
    newest = latest(clinic).size - 1
    if newest < 0:
        return []
    return events(clinic, entries(clinic, newest, LATELY, newest_first=True, without=EVERYDAY))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: the same whether it does not exist or is another clinic's."""
    return render(request, "not_found.html", status=404)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403 from a library, such as a form without its token."""
    return render(request, "forbidden.html", status=403)


def too_many(request: HttpRequest) -> HttpResponse:
    """429: too many tries, and when to try again."""
    response = render(request, "429.html", status=429)
    response.headers["Retry-After"] = "60"
    return response


def broken(request: HttpRequest) -> HttpResponse:
    """500: a fault of the program, without saying whose data it was about. 503: the database or the disk is not there.

    Django calls this while it handles the fault. Where the database is away nothing may be asked of it, so the page
    stands without a frame.
    """
    fault = sys.exc_info()[1]
    if is_full(fault) or isinstance(fault, OperationalError | InterfaceError):
        page = render_to_string("unavailable.html", {"full": is_full(fault), "demo": settings.DEMO})
        return HttpResponse(page, status=503, headers={"Retry-After": "30"})
    return render(request, "broken.html", status=500)
