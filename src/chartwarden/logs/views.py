"""The pages of what is imported."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import HttpResponseClientRefresh

from chartwarden.kernel.decisions import Refused, require
from chartwarden.kernel.errors import Fault, InputRefused
from chartwarden.logs import listing, rules
from chartwarden.logs.day_strip import strip
from chartwarden.logs.deciding import count_import, discard_import, read_again
from chartwarden.logs.import_contracts import Import, UploadState
from chartwarden.logs.quarantine import quarantine_csv
from chartwarden.logs.upload_handler import SealingHandler
from chartwarden.people.contracts import Permission, page, polled
from chartwarden.people.queries import names

SHOWN_LOGINS = 40


@page(Permission.SEE_IMPORTS)
@require_GET
def imports(request: HttpRequest, clinic: UUID) -> HttpResponse:
    """What waits, then what is done; and a place to bring the next file."""
    waiting, done = listing.imports(clinic, waiting=True), listing.imports(clinic, waiting=False)
    kinds = rules.importable(request.member.permissions)
    shown = {
        "waiting": waiting,
        "done": done,
        "people": names(clinic, _people([*waiting, *done])),
        "kinds": kinds,
        "titles": [rules.TITLES[kind] for kind in kinds],
        "is_moving": any(found.state in (rules.RECEIVED, rules.READING) for found in waiting),
    }
    return render(request, "logs/imports.html", shown)


@csrf_exempt
@page(Permission.SEE_IMPORTS)
@require_POST
def receive(request: HttpRequest, clinic: UUID) -> HttpResponse:
    """Take files, sealed as they come. The form's token is checked once it can be read, before anything is kept."""
    if not rules.importable(request.member.permissions):
        require(rules.may_import(request.member.permissions, rules.LOG))
    handler = SealingHandler(clinic, request.member.actor, request.now)
    request.upload_handlers = [handler]
    try:
        return _receive(request, clinic, handler)
    finally:
        handler.abandon()


@csrf_protect
def _receive(request: HttpRequest, clinic: UUID, handler: SealingHandler) -> HttpResponse:
    request.POST.get("csrfmiddlewaretoken")
    kept: list[UploadState] = []
    told = [str(fault) for refusal in handler.refusals for fault in map(_said, refusal.faults)]
    try:
        kept = handler.settle(rules.importable(request.member.permissions))
    except InputRefused as refusal:
        told += [_said(fault) for fault in refusal.faults]
    except Refused as refusal:
        told.append(refusal.decision.reason)
    if not kept and not told:
        told.append("Choose a file first.")
    for sentence in told:
        messages.error(request, sentence)
    for state in kept:
        if state.again:
            messages.info(request, "This file is here already. Nothing was added.")
    address = reverse("logs:imports", kwargs={"clinic": clinic})
    if len(kept) == 1 and not told:
        address = reverse("logs:import", kwargs={"clinic": clinic, "upload": kept[0].id})
    return JsonResponse({"go": address}) if request.headers.get("Accept") == "application/json" else redirect(address)


@page(Permission.SEE_IMPORTS)
@require_GET
def one(request: HttpRequest, clinic: UUID, upload: UUID) -> HttpResponse:
    """One import: what was read of it, and what is to become of it."""
    found = _found(clinic, upload)
    preview = listing.preview(clinic, upload)
    known = listing.acquaintance(clinic, preview)
    shown = {
        "found": found,
        "preview": preview,
        "known": known,
        "unknown": known.unknown[:SHOWN_LOGINS],
        "more_unknown": max(0, len(known.unknown) - SHOWN_LOGINS),
        "strip": strip(preview.days),
        "notes": [note for count in preview.counts for note in count.notes],
        "person": names(clinic, _people([found])).get(found.by) if found.by else None,
        "may_import": bool(rules.may_import(request.member.permissions, found.kind)),
    }
    return render(request, "logs/import.html", shown)


@polled
@page(Permission.SEE_IMPORTS)
@require_GET
def progress(request: HttpRequest, clinic: UUID, upload: UUID) -> HttpResponse:
    """The progress of a reading; once it is read, the whole page anew."""
    found = _found(clinic, upload)
    if found.state not in (rules.RECEIVED, rules.READING):
        return HttpResponseClientRefresh()
    return render(request, "logs/progress.html", {"found": found})


@page(Permission.SEE_IMPORTS)
@require_GET
def quarantine(request: HttpRequest, clinic: UUID, upload: UUID) -> HttpResponse:
    """All rows in quarantine as CSV, for those who may import such a file."""
    found = _found(clinic, upload)
    require(rules.may_import(request.member.permissions, found.kind))
    response = HttpResponse(quarantine_csv(listing.quarantine(clinic, upload)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="quarantine.csv"'
    return response


@page(Permission.SEE_IMPORTS)
@require_POST
def count(request: HttpRequest, clinic: UUID, upload: UUID) -> HttpResponse:
    """Have it count."""
    return _decided(request, clinic, upload, count_import, "It counts now.")


@page(Permission.SEE_IMPORTS)
@require_POST
def discard(request: HttpRequest, clinic: UUID, upload: UUID) -> HttpResponse:
    """Destroy it."""
    return _decided(request, clinic, upload, discard_import, "The file was destroyed. It never counted.")


@page(Permission.SEE_IMPORTS)
@require_POST
def again(request: HttpRequest, clinic: UUID, upload: UUID) -> HttpResponse:
    """Read it once more."""
    return _decided(request, clinic, upload, read_again, "It is read once more.")


def _decided(request: HttpRequest, clinic: UUID, upload: UUID, verb: Callable[..., None], done: str) -> HttpResponse:
    found = _found(clinic, upload)
    require(rules.may_import(request.member.permissions, found.kind))
    try:
        verb(clinic=clinic, upload=upload, actor=request.member.actor, at=request.now)
    except InputRefused as refusal:
        for fault in refusal.faults:
            messages.error(request, _said(fault))
    except Refused as refusal:
        messages.error(request, refusal.decision.reason)
    else:
        messages.success(request, done)
    return redirect("logs:import", clinic=clinic, upload=upload)


def _said(fault: Fault) -> str:
    return f"Not taken: {fault.where} should be {fault.expected}; found {fault.found}."


def _found(clinic: UUID, upload: UUID) -> Import:
    found = listing.import_of(clinic, upload)
    if found is None:
        raise Http404
    return found


def _people(found: Iterable[Import]) -> set[Any]:
    return {one.by for one in found if one.by is not None}
