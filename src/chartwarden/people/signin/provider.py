"""Single sign-on (OIDC): only for somebody who exists with that verified address, or comes by an invitation."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from chartwarden.clinics.services import acting_in
from chartwarden.kernel.errors import InputRefused
from chartwarden.people import models
from chartwarden.people.signin.invitations import address_of, join_by_invitation, open_invitation
from chartwarden.people.signin.joining import invitation_in
from chartwarden.people.signin.sso import SINCE

LOG = logging.getLogger(__name__)
SKEW = 60
"""Seconds that the provider's clock may be behind ours."""


class ProviderAdapter(DefaultSocialAccountAdapter):
    """Links a provider's account to a user of ours, never makes one without an invitation."""

    def is_open_for_signup(self, *_: Any) -> bool:
        """Nobody signs up by themselves."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Find the user by an address that the provider has verified; or see that it is the same person again."""
        known = sociallogin.state.get("data") or {}
        if known.get("again"):
            raise ImmediateHttpResponse(self._again(request, sociallogin, known))
        request.session[SINCE] = known.get("auth_time")
        if sociallogin.is_existing or request.user.is_authenticated:
            return
        verified = {found.email.lower() for found in sociallogin.email_addresses if found.verified}
        user = models.User.objects.filter(email__in=verified).first() or self._invited(request, verified)
        if user is None or not user.is_active:
            raise ImmediateHttpResponse(render(request, "socialaccount/unknown.html", status=403))
        with transaction.atomic():
            sociallogin.connect(request, user)

    def on_authentication_error(self, *_: Any, error: Any = None, exception: Any = None, **__: Any) -> None:
        """Say in the log what kind of fault it was, for whoever runs single sign-on; never its text."""
        LOG.warning(f"single sign-on failed [{type(exception).__name__ if exception else error}]")

    def _again(self, request: HttpRequest, sociallogin: Any, known: Mapping[str, Any]) -> HttpResponse:
        """Unlock, and go on, where the same person has just signed in at the provider."""
        user = request.user
        same = user.is_authenticated and known["again"] == str(user.pk)
        if not same or not sociallogin.is_existing or sociallogin.user.pk != user.pk:
            return render(request, "socialaccount/somebody_else.html", status=403)
        since = known.get("auth_time")
        if not isinstance(since, int | float) or since < known["asked_at"] - SKEW:
            LOG.warning("single sign-on did not ask again [auth_time]")
            return render(request, "socialaccount/not_asked.html", status=403)
        request.session[SINCE] = since
        account = sociallogin.account
        record_authentication(
            request, user, "socialaccount", provider=account.provider, uid=account.uid, reauthenticated=True
        )
        return HttpResponseRedirect(sociallogin.get_redirect_url(request) or "/")

    def _invited(self, request: HttpRequest, verified: set[str]) -> models.User | None:
        place = invitation_in(request.session)
        if place is None:
            return None
        with acting_in(place[0]):
            row = open_invitation(*place, request.now)
            if row is None or address_of(row) not in verified:
                return None
            try:
                user = join_by_invitation(clinic=place[0], invitation=place[1], password=None, at=request.now)
            except InputRefused:
                return None
        return models.User.objects.get(id=user)
