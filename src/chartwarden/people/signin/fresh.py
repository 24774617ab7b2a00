"""Fresh authentication: whoever signs has just shown again that it is they (21 CFR 11.200(a) asks the same)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any
from urllib.parse import urlencode, urlsplit

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from chartwarden.people.signin.rules import FILLING_IN, FRESH
from chartwarden.people.signin.sso import SINCE


def fresh(request: HttpRequest, now: datetime, within: timedelta = FRESH) -> bool:
    """Whether a password, a code or a passkey was shown in this session within the last five minutes, or another time.

    Coming from the provider counts from when it says that it saw the person sign in, which may have been hours before.
    """
    since = (now - within).timestamp()
    return any(_shown_at(request, record) > since for record in get_authentication_records(request, request.user))


def _shown_at(request: HttpRequest, record: dict[str, Any]) -> float:
    if record["method"] != "socialaccount" or record.get("reauthenticated"):
        return float(record["at"])
    said = request.session.get(SINCE)
    return min(float(record["at"]), said) if isinstance(said, int | float) else 0.0


def ask_again(request: HttpRequest, back_to: str) -> HttpResponse:
    """To the page that asks for a passkey, a code or the password again, and then comes back to an address."""
    methods = get_adapter(request).get_reauthentication_methods(request.user)
    address = methods[0]["url"] if methods else reverse("signin:again")
    address = f"{address}?{urlencode({'next': back_to})}"
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def page_of(request: HttpRequest) -> str:
    """The page of this site that a form or a part of a page was sent from; the start where that is not said."""
    parts = urlsplit(request.headers.get("HX-Current-URL") or request.headers.get("Referer", ""))
    path = parts.path if parts.path.startswith("/") and not parts.path.startswith("//") else "/"
    return f"{path}?{parts.query}" if parts.query else path


def needs_fresh(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Decorator of a view, below its tag: where authentication is stale, ask again first.

    What was sent with the request is not kept anywhere, since it may be about patients: the page says so.
    """

    return _guarded(view, FRESH)


def needs_fresh_form(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """As ``needs_fresh``, for a long form: asked before it opens, after which there is half an hour to send it."""
    return _guarded(view, FILLING_IN)


def _guarded(view: Callable[..., HttpResponse], to_send: timedelta) -> Callable[..., HttpResponse]:
    @wraps(view)
    def guarded(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponse:
        reads = request.method in ("GET", "HEAD")
        if fresh(request, request.now, FRESH if reads else to_send):
            return view(request, *arguments, **named)
        if reads:
            return ask_again(request, request.get_full_path())
        messages.warning(request, "Show first that it is you. Nothing was saved: do it once more afterwards.")
        return ask_again(request, page_of(request))

    guarded.asks_fresh = True  # type: ignore[attr-defined]
    return guarded
