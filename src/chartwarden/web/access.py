"""Who asks, in which clinic, and whether they may. What is not tagged is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from chartwarden.clinics.queries import clinic as clinic_of
from chartwarden.clinics.services import acting_in
from chartwarden.kernel.decisions import Decision, Refused
from chartwarden.people.contracts import Permission
from chartwarden.people.queries import member
from chartwarden.people.services import decide, page_of

GUARD_THEMSELVES = ("allauth.", "django.contrib.staticfiles.", "ninja.")
"""Views of libraries: sign-in is for everybody, and the API checks tokens of its own."""


class AccessMiddleware:
    """Middleware: enforce the tags of ``people.contracts``, and act in the clinic that the address names."""

    def __init__(self, respond: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Act in the clinic while the view answers; ``process_view`` finds out which."""
        request.member = request.clinic = None
        return self.respond(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], arguments: tuple[Any, ...], named: dict[str, Any]
    ) -> HttpResponseBase | None:
        """Answer in the view's place where it may not be seen; None lets Django go on."""
        access = getattr(view, "access", None)
        if access == "public" or _guards_itself(view):
            return None
        if not request.user.is_authenticated:
            return _to_sign_in(request)
        if access == "signed_in":
            return None
        if not isinstance(access, Permission):
            return denied(request, Decision(False, "This page says nothing of who may see it, so nobody may."))
        return self._in_clinic(request, view, access, named)

    def _in_clinic(
        self, request: HttpRequest, view: Callable[..., Any], access: Permission, named: dict[str, Any]
    ) -> HttpResponseBase:
        identity = named.get("clinic")
        found = clinic_of(identity) if isinstance(identity, UUID) else None
        if found is None:
            raise Http404
        with acting_in(found.id):
            request.member = member(request.user.id, found.id, request.now)
            if request.member is None:
                raise Http404
            request.clinic = found
            decision = decide(request.member, access)
            if not decision:
                return denied(request, decision)
            try:
                response: HttpResponse = view(request, **named)
            except Refused as refusal:
                return denied(request, refusal.decision)
            if hasattr(response, "render") and callable(response.render):
                response = response.render()
            return response


def denied(request: HttpRequest, decision: Decision) -> HttpResponse:
    """The page that says no, and why. Where a part of a page was asked for, the whole is loaded anew, and says so."""
    answer = render(request, "denied.html", {"decision": decision}, status=403)
    if request.method == "GET" and request.headers.get("HX-Request") == "true":
        answer.headers["HX-Redirect"] = page_of(request)
    return answer


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request") != "true":
        return redirect_to_login(request.get_full_path())
    return HttpResponse(status=401, headers={"HX-Redirect": redirect_to_login(page_of(request)).url})


def _guards_itself(view: Callable[..., Any]) -> bool:
    return getattr(view, "__module__", "").startswith(GUARD_THEMSELVES)
