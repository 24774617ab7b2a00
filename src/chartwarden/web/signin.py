"""What stands between a signed-in user and any page: end, lifetime, lock, second factor, recovery codes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse, ReauthenticationRequired
from django.contrib.auth import logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from chartwarden.people.services import Gate, ask_again, at_the_gate, fresh, hold_account, page_of

ALWAYS = {"account_logout", "account_inactive", "signin:again", "signin:new_factor"}
SHOWING = {"account_reauthenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn", "openid_connect_login",
           "openid_connect_callback"}  # fmt: skip
SECURING = {"mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "signin:join", "signin:invited"}
KEEPING = {"mfa_view_recovery_codes", "mfa_download_recovery_codes", "mfa_generate_recovery_codes", "signin:codes_kept"}
PASSES = {
    Gate.LOCKED: SHOWING,
    Gate.SECOND_FACTOR: SHOWING | SECURING,
    Gate.RECOVERY_CODES: SHOWING | KEEPING,
}
CHANGING = {"account_change_password", "account_reset_password_from_key", "socialaccount_connections"}
"""Beside the pages of second factors: where a change and its entry commit together."""
FRESH_FIRST = {
    "mfa_activate_totp", "mfa_add_webauthn", "mfa_remove_webauthn", "mfa_edit_webauthn", "mfa_deactivate_totp",
    "mfa_generate_recovery_codes", "mfa_view_recovery_codes", "mfa_download_recovery_codes",
    "socialaccount_connections",
}  # fmt: skip
"""The library lets somebody through who has only a provider, and no password or factor here: we ask them there."""
OF_ITS_OWN = ("ninja.", "django.contrib.staticfiles.")


class SignInMiddleware:
    """Middleware, before the one that asks whether a page may be seen. The API is not concerned: it has tokens."""

    def __init__(self, respond: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """``process_view`` does the work."""
        return self.respond(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], arguments: tuple[Any, ...], named: dict[str, Any]
    ) -> HttpResponseBase | None:
        """Answer in the view's place where a gate is shut; None lets Django go on."""
        module = getattr(view, "__module__", "")
        if module.startswith(OF_ITS_OWN):
            return None
        name = request.resolver_match.view_name
        if request.user.is_authenticated and name not in ALWAYS:
            gate, request.idle_minutes = at_the_gate(request)
            if gate is not Gate.OPEN and name not in PASSES.get(gate, ()):
                return _shut(request, gate)
            if name in FRESH_FIRST and not fresh(request, request.now):
                return ask_again(request, request.get_full_path())
        if request.method == "POST" and (name.startswith("mfa_") or name in CHANGING):
            return _together(request, view, arguments, named)
        return None


def _shut(request: HttpRequest, gate: Gate) -> HttpResponseBase:
    if gate is Gate.LOCKED:
        return ask_again(request, _where(request))
    if gate in (Gate.ENDED, Gate.OVER):
        logout(request)
        status = 403 if gate is Gate.ENDED else 401
        answer = render(request, "account/signed_out.html", {"ended": gate is Gate.ENDED}, status=status)
        if request.headers.get("HX-Request") == "true":
            answer.headers["HX-Redirect"] = reverse("account_login")
        return answer
    if gate is Gate.FACTOR_LINK:
        return render(request, "account/factor_link.html", status=403)
    address = reverse("mfa_index" if gate is Gate.SECOND_FACTOR else "mfa_view_recovery_codes")
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def _together(
    request: HttpRequest, view: Callable[..., Any], arguments: tuple[Any, ...], named: dict[str, Any]
) -> HttpResponseBase:
    """Let a change and its entry in the ledger commit together, one after the other where one user makes several."""
    try:
        with transaction.atomic():
            hold_account(request)
            response: HttpResponseBase = view(request, *arguments, **named)
            return response
    except ReauthenticationRequired:
        return ask_again(request, request.get_full_path())
    except ImmediateHttpResponse as instead:
        return instead.response  # type: ignore[no-any-return]


def _where(request: HttpRequest) -> str:
    """The page that somebody is on: for a form or a part of a page, the one that it is in. Forms are not kept."""
    if request.method == "GET" and request.headers.get("HX-Request") != "true":
        return request.get_full_path()
    return page_of(request)
