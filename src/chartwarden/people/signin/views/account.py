"""Small pages around one's own account: lock, kept codes, passkeys, and what is closed here."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.mfa.adapter import get_adapter as get_second_factor_adapter
from allauth.mfa.webauthn.internal import auth
from allauth.mfa.webauthn.views import AddWebAuthnView, RemoveWebAuthnView
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from chartwarden.people.contracts import public, signed_in
from chartwarden.people.signin.events import note
from chartwarden.people.signin.fresh import ask_again
from chartwarden.people.signin.standing import keep_codes


@signed_in
def lock(request: HttpRequest) -> HttpResponse:
    """Lock this session now, and come back to the same page after showing that it is you."""
    back_to = request.GET.get("next", "/")
    if not url_has_allowed_host_and_scheme(back_to, allowed_hosts=None):
        back_to = "/"
    request.session["locked"] = True
    return ask_again(request, back_to)


@signed_in
def alive(request: HttpRequest) -> HttpResponse:
    """Somebody is at work on a page that needs nothing from here at the moment."""
    return HttpResponse(status=204)


@signed_in
def again(request: HttpRequest) -> HttpResponse:
    """For somebody who signs in through their provider alone: the way to show again that it is they."""
    return render(request, "account/reauthenticate_provider.html", {"next": request.GET.get("next", "/")})


@signed_in
@require_POST
def codes_kept(request: HttpRequest) -> HttpResponse:
    """They say that they have kept their recovery codes."""
    if request.POST.get("kept") != "on":
        messages.error(request, "Keep the codes first, then tick the box.")
        return redirect("mfa_view_recovery_codes")
    with transaction.atomic():
        keep_codes(request.user.pk, request.now)
        note(request, request.user, "people.recovery_codes_kept")
    return redirect("start")


@signed_in
@require_POST
def end_session(request: HttpRequest, session: int) -> HttpResponse:
    """End one of one's own sessions elsewhere."""
    found = get_object_or_404(UserSession, pk=session, user=request.user)
    if found.session_key == request.session.session_key:
        get_adapter(request).logout(request)
        return redirect("account_login")
    found.end()
    messages.success(request, "That session was ended.")
    return redirect("usersessions_list")


@public
def closed(request: HttpRequest, **_: Any) -> HttpResponse:
    """Pages of the library that this house does not open."""
    raise Http404


class AddPasskey(AddWebAuthnView):
    """A passkey that can sign in by itself: it lies on the device, and the device checks who holds it."""

    def get_context_data(self, **named: Any) -> dict[str, Any]:
        """Options for the browser, for a passkey that it can find by itself."""
        shown = super().get_context_data(**named)
        shown["js_data"] = {"creation_options": auth.begin_registration(self.request.user, True)}
        return shown


class RemovePasskey(RemoveWebAuthnView):
    """Removes a passkey, but not the last second factor."""

    def get_context_data(self, **named: Any) -> dict[str, Any]:
        """Whether it may be removed."""
        shown = super().get_context_data(**named)
        shown["last"] = not get_second_factor_adapter().can_delete_authenticator(self.object)
        return shown

    def form_valid(self, form: Any) -> HttpResponseBase:
        """Refused where it is the last."""
        if not get_second_factor_adapter().can_delete_authenticator(self.get_object()):
            return redirect("mfa_list_webauthn")
        return super().form_valid(form)


add_passkey = signed_in(AddPasskey.as_view())
remove_passkey = signed_in(RemovePasskey.as_view())
