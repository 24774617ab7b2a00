"""The pages on which a coder reads an assigned record: opened by a form, then read one document at a time."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from itertools import groupby
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, InterfaceError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from chartwarden.assignments import queries as assignments
from chartwarden.assignments.contracts import RecordClass, Work
from chartwarden.devices.queries import whence
from chartwarden.gateway.chart import leaves, reading, shelf, taking
from chartwarden.gateway.chart.contracts import COPIES, PRINTS
from chartwarden.gateway.chart.copying import copied
from chartwarden.gateway.chart.leaves import Place
from chartwarden.gateway.chart.reading import Reader, Standing
from chartwarden.gateway.connecting import is_connected
from chartwarden.gateway.contracts import Reason
from chartwarden.gateway.purposes.views import first_reminded
from chartwarden.gateway.rules import purpose_of
from chartwarden.gateway.wording import TOLD
from chartwarden.kernel.decisions import Refused
from chartwarden.kernel.errors import InputRefused
from chartwarden.patients import queries as patients
from chartwarden.people.contracts import Permission, page, polled

OPENED = "records"
"""Where the session keeps what was opened in it: the purpose by assignment."""
View = Callable[..., HttpResponse]


def _of_record(view: View) -> View:
    """Decorator of a page of a record, below its tag: the member's own assignment, an EHR, a page for each fault."""

    @wraps(view)
    def shown(request: HttpRequest, clinic: UUID, assignment: UUID, **named: Any) -> HttpResponse:
        work = assignments.one_of_own(clinic, request.member.person, assignment)
        if work is None:
            raise Http404
        if not is_connected(clinic):
            return render(request, "gateway/record/unconnected.html", {"work": work})
        try:
            answer = view(request, work, **named)
        except taking.Shut as fault:
            reading.refused(fault.there)
            answer = _shut(request, work, fault.there)
        except reading.NoLedger:
            told = [TOLD[Reason.LEDGER_UNAVAILABLE]]
            answer = render(request, "gateway/record/shut.html", {"work": work, "told": told}, status=503)
        except leaves.Spoiled as fault:
            shown = {"work": work, "sentence": str(fault)}
            answer = render(request, "gateway/record/trouble.html", shown, status=502)
        except InputRefused:
            answer = render(request, "gateway/record/unconnected.html", {"work": work}, status=503)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    return shown


@page(Permission.CODE_RECORDS)
@require_http_methods(["GET", "HEAD", "POST"])
@_of_record
def record(request: HttpRequest, work: Work) -> HttpResponse:
    """POST opens the record, stating the purpose; GET reads its first page while it is open."""
    if request.method != "POST":
        return _read(request, work, "")
    purpose = request.POST.get("purpose") or purpose_of(work.kind)
    try:
        reminder = first_reminded(request, work, purpose)
    except (DatabaseError, InterfaceError, Refused) as fault:
        raise reading.NoLedger from fault
    if reminder is not None:
        return reminder
    reader = _reader(request, work, purpose)
    there = reading.open_record(reader=reader)
    if not there.verdict.allowed:
        return _shut(request, work, there)
    shelf.forget(_key(request, there))
    request.session[OPENED] = {**request.session.get(OPENED, {}), str(work.id): reader.purpose}
    return redirect("gateway:record", clinic=request.clinic.id, assignment=work.id)


@page(Permission.CODE_RECORDS)
@require_GET
@_of_record
def leaf(request: HttpRequest, work: Work, leaf: str) -> HttpResponse:
    """One document of the record."""
    return _read(request, work, leaf)


@polled
@page(Permission.CODE_RECORDS)
@require_GET
def standing(request: HttpRequest, clinic: UUID, assignment: UUID) -> HttpResponse:
    """Whether the record on the page is open still. Once it is not, the page is left, and with it what stands there."""
    work = assignments.one_of_own(clinic, request.member.person, assignment)
    if work is None:
        raise Http404
    purpose = _opened(request, work)
    if purpose and reading.decided(_reader(request, work, purpose)).verdict.allowed:
        return HttpResponse(status=204)
    where = redirect("gateway:record", clinic=clinic, assignment=assignment).url
    return HttpResponse(status=204, headers={"HX-Redirect": where})


@page(Permission.CODE_RECORDS)
@require_POST
@_of_record
def print_leaf(request: HttpRequest, work: Work, leaf: str) -> HttpResponse:
    """One document on a page that may be printed, where the policy lets it; the purpose is in the ledger before."""
    found = _place(request, work, leaf)
    if isinstance(found, HttpResponse):
        return found
    there, listing, place = found
    shown = leaves.leaf(there, place)
    try:
        taking.note_print(there=there, document=place.name, purpose=request.POST.get("purpose", ""))
    except InputRefused:
        return _read(request, work, leaf, "Say what it is printed for.")
    return render(request, "gateway/record/print.html", {**_head(request, work, there, listing), "leaf": shown})


@page(Permission.CODE_RECORDS)
@require_POST
@_of_record
def copy_leaf(request: HttpRequest, work: Work, leaf: str) -> HttpResponse:
    """One document as a file, where the policy lets it; until its deletion is confirmed the work can't be submitted."""
    found = _place(request, work, leaf)
    if isinstance(found, HttpResponse):
        return found
    there, _, place = found
    shown, attached = leaves.raw(there, place.item) if place.item else (leaves.leaf(there, place), ())
    try:
        taking.make_copy(there=there, document=place.name, purpose=request.POST.get("purpose", ""))
    except InputRefused:
        return _read(request, work, leaf, "Say what the copy is for.")
    local = request.now.astimezone(request.clinic.time_zone)
    note = (
        f"Saved by {request.member.name}, {local:%a} {local.day} {local:%b %Y, %H:%M %Z}. Delete it before you submit."
    )
    ending, data = copied(shown, attached, note)
    answer = HttpResponse(data, content_type="application/octet-stream")
    answer.headers["Content-Disposition"] = f'attachment; filename="record-copy.{ending}"'
    return answer


def _read(request: HttpRequest, work: Work, name: str, fault: str = "") -> HttpResponse:
    found = _place(request, work, name)
    if isinstance(found, HttpResponse):
        return found
    there, listing, place = found
    every = leaves.places(there, listing.items)
    at = every.index(place)
    given = {
        **_head(request, work, there, listing),
        "leaf": leaves.leaf(there, place),
        "place": place,
        "groups": [(of, list(several)) for of, several in groupby(every, key=lambda one: one.of)],
        "closed": sum(one.closed for one in listing.items),
        "hidden": [of for of in RecordClass if of not in there.scope.classes],
        "number": at + 1,
        "total": len(every),
        "before": every[at - 1] if at else None,
        "after": every[at + 1] if at + 1 < len(every) else None,
        "prints": PRINTS,
        "copies": COPIES,
        "fault": fault,
    }
    return render(request, "gateway/record/page.html", given, status=422 if fault else 200)


def _place(request: HttpRequest, work: Work, name: str) -> HttpResponse | tuple[Standing, shelf.Listing, Place]:
    """The decision, the list and one page's place in it; or the page that is shown instead."""
    purpose = _opened(request, work)
    if not purpose:
        return render(request, "gateway/record/front.html", {"work": work, **_name(request, work)})
    there = reading.decided(_reader(request, work, purpose))
    if not there.verdict.allowed:
        reading.refused(there)
        return _shut(request, work, there)
    key = _key(request, there)
    listing = shelf.found(key, request.now)
    if listing is None:
        listing = leaves.listing(there)
        if not listing.lacks:
            shelf.keep(key, listing)
    every = leaves.places(there, listing.items)
    found = next((one for one in every if one.name == name), None) if name else next(iter(every), None)
    if found is None and name:
        raise Http404
    if found is None:
        sentence = "The policy in force shows nothing of a record for this kind of work. Ask your privacy officer."
        return render(request, "gateway/record/trouble.html", {"work": work, "sentence": sentence})
    return there, listing, found


def _head(request: HttpRequest, work: Work, there: Standing, listing: shelf.Listing) -> dict[str, Any]:
    known = _name(request, work)
    whose = {"clinic": request.clinic.id, "assignment": work.id}
    return {
        "work": work,
        "scope": there.scope,
        "listing": listing,
        "patient": listing.name or known["patient"],
        "born": listing.born,
        "idle_seconds": request.clinic.idle_minutes * 60,
        "come_back": request.path if request.method == "GET" else reverse("gateway:record", kwargs=whose),
    }


def _name(request: HttpRequest, work: Work) -> dict[str, Any]:
    known = patients.names(request.clinic.id, {work.patient}).get(work.patient)
    return {"patient": known.name if known else ""}


def _shut(request: HttpRequest, work: Work, there: Standing) -> HttpResponse:
    told = [TOLD[reason] for reason in there.verdict.reasons]
    return render(request, "gateway/record/shut.html", {"work": work, "told": told}, status=403)


def _opened(request: HttpRequest, work: Work) -> str:
    """The purpose that was stated when the record was opened in this session; "" where it was not."""
    return str(request.session.get(OPENED, {}).get(str(work.id), ""))


def _reader(request: HttpRequest, work: Work, purpose: str) -> Reader:
    member = request.member
    return Reader(request.clinic, member.person, work.id, purpose, member.actor, request.now, whence(request))


def _key(request: HttpRequest, there: Standing) -> tuple[object, ...]:
    """Under what a list is kept: whose it is, of what, under which policy, in which sitting."""
    reader = there.reader
    return reader.clinic.id, reader.person, reader.assignment, there.scope, there.encounter, request.session.session_key


@page(Permission.CODE_RECORDS)
@require_GET
def copies(request: HttpRequest, clinic: UUID) -> HttpResponse:
    """The copies that the member saved and has not deleted yet."""
    left = assignments.copies_left(clinic, request.member.person)
    names = patients.names(clinic, {one.patient for one in left})
    return render(request, "gateway/record/copies.html", {"left": left, "names": names})


@page(Permission.CODE_RECORDS)
@require_POST
def copy_deleted(request: HttpRequest, clinic: UUID, copy: UUID) -> HttpResponse:
    """The member says that a copy is deleted, wherever it lay."""
    try:
        taking.confirm_deleted(
            clinic=clinic, person=request.member.person, copy=copy, actor=request.member.actor, at=request.now
        )
    except ObjectDoesNotExist:
        raise Http404 from None
    messages.success(request, "Noted: the copy is deleted.")
    return redirect("gateway:copies", clinic=clinic)
