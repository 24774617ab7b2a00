"""Single sign-on (OIDC): only for somebody who exists with that verified address, or comes by an invitation."""

from __future__ import annotations

import logging
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest
from django.shortcuts import render

from chartwarden.clinics.services import acting_in
from chartwarden.people import models
from chartwarden.people.services import add_user
from chartwarden.people.signin.invitations import accept_invitation, address_of, open_invitation
from chartwarden.people.signin.joining import invitation_in

LOG = logging.getLogger(__name__)


class ProviderAdapter(DefaultSocialAccountAdapter):
    """Links a provider's account to a user of ours, never makes one without an invitation."""

    def is_open_for_signup(self, *_: Any) -> bool:
        """Nobody signs up by themselves."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Find the user by an address that the provider has verified."""
        if sociallogin.is_existing or request.user.is_authenticated:
            return
        verified = {found.email.lower() for found in sociallogin.email_addresses if found.verified}
        user = models.User.objects.filter(email__in=verified).first() or self._invited(request, verified)
        if user is None or not user.is_active:
            raise ImmediateHttpResponse(render(request, "socialaccount/unknown.html", status=403))
        sociallogin.connect(request, user)

    def on_authentication_error(self, request: Any, provider: Any, error: Any = None, exception: Any = None,
                                extra_context: Any = None) -> None:  # fmt: skip
        """Say in the log what kind of fault it was, for whoever runs single sign-on."""
        LOG.warning("single sign-on failed [%s]", type(exception).__name__ if exception else error)

    def _invited(self, request: HttpRequest, verified: set[str]) -> models.User | None:
        place = invitation_in(request.session)
        if place is None:
            return None
        with acting_in(place[0]):
            row = open_invitation(*place, request.now)
            if row is None or address_of(row) not in verified:
                return None
            user = add_user(email=address_of(row), password=None, at=request.now)
            accept_invitation(clinic=place[0], invitation=place[1], user=user, at=request.now)
        return models.User.objects.get(id=user)
