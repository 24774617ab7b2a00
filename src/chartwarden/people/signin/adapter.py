"""How the library for sign-in is told of this house: closed sign-up, sealed secrets, plain words, trusted providers."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from django.contrib.auth import authenticate
from django.http import HttpRequest

from chartwarden.clinics.services import open_for_installation, seal_for_installation
from chartwarden.people import models
from chartwarden.people.signin.fresh import fresh
from chartwarden.people.signin.standing import FACTORS, trusts_provider
from chartwarden.people.tallies import tally

PURPOSE = "second factor"
FAILED_KEPT = timedelta(days=7)
STAGE = "allauth.mfa.stages.AuthenticateStage"
ORDER = ("mfa_reauthenticate:webauthn", "reauthenticate", "mfa_reauthenticate")
NAMES = {
    "reauthenticate": "Use your password",
    "mfa_reauthenticate": "Use a code",
    "mfa_reauthenticate:webauthn": "Use a passkey",
}


class AccountAdapter(DefaultAccountAdapter):
    """Sign-in by mail address; an account comes from the first run or an invitation alone."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "This mail address and password don't belong together. Check both and try again.",
        "too_many_login_attempts": "Too many tries. Wait five minutes, then try again.",
        "incorrect_password": "This is not your password. Try again.",
        "enter_current_password": "This is not your present password. Try again.",
        "rate_limited": "Too many tries. Wait five minutes, then try again.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002  the library's signature
        """Nobody signs up by themselves."""
        return False

    def get_login_stages(self) -> list[str]:
        """The library's, with our own view of when the second factor is asked for."""
        ours = f"{SecondFactorStage.__module__}.{SecondFactorStage.__name__}"
        return [ours if stage == STAGE else stage for stage in super().get_login_stages()]

    def reauthenticate(self, user: models.User, password: str) -> bool:
        """Whether it is the user's password."""
        credentials = {"email": user.email, "password": password}
        self.pre_authenticate(context.request, **credentials)
        found = authenticate(context.request, **credentials)
        if found:
            self._rollback_login_failed_rl_usage()
        return found is not None and found.pk == user.pk

    def get_reauthentication_methods(self, user: models.User) -> list[dict[str, Any]]:
        """A passkey first, the password next, a code last."""
        found = super().get_reauthentication_methods(user)
        for method in found:
            method["description"] = NAMES[method["id"]]
        return sorted(found, key=lambda method: ORDER.index(method["id"]))

    def is_reauthentication_required(self, **_: Any) -> bool:
        """Before a change of how one signs in: where authentication is stale. Signing in counts."""
        return not fresh(context.request, context.request.now)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Count it for the user whose address was given; the next sign-in tells how many.

        For an address that nobody has, as much is done, so that the time taken does not tell.
        """
        user = models.User.objects.filter(email=str(credentials.get("email", "")).lower()).first()
        tally(what=failed_key(user), within=FAILED_KEPT, at=request.now)

    def add_message(self, request: HttpRequest, level: int, message_template: str | None = None, *arguments: Any,
                    message: str | None = None, **named: Any) -> None:  # fmt: skip
        """Only what needs saying: the library's cheerful notes are left out."""
        if message:
            super().add_message(request, level, message_template, *arguments, message=message, **named)


class SecondFactorAdapter(DefaultMFAAdapter):
    """Seals secrets under the installation's master key, and keeps the last factor from being removed."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "This code is not right. Codes change every 30 seconds: wait for the next one and try again.",
        "cannot_delete_authenticator": "This is your only second factor. Add another one first, then remove this.",
    }

    def encrypt(self, text: str) -> str:
        """As the secret lies in the database."""
        return base64.b64encode(seal_for_installation(PURPOSE, text.encode())).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The secret. Raises SealBroken."""
        return open_for_installation(PURPOSE, base64.b64decode(encrypted_text)).decode()

    def build_totp_svg(self, url: str) -> str:
        """The QR code as an element for the page, without the file's declaration."""
        svg = super().build_totp_svg(url)
        return svg[svg.index("<svg") :]

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Not the last app or passkey."""
        others = Authenticator.objects.filter(user_id=authenticator.user_id, type__in=FACTORS)
        return others.exclude(pk=authenticator.pk).exists()

    def generate_authenticator_name(self, user: models.User, type: Authenticator.Type) -> str:  # noqa: A002
        """``Passkey``, ``Passkey 2`` and so on."""
        there = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return f"Passkey {there + 1}" if there else "Passkey"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """The name a device shows beside a passkey."""
        return {**super().get_public_key_credential_rp_entity(), "name": "Chartwarden"}

    def get_public_key_credential_user_entity(self, user: models.User) -> dict[str, Any]:
        """The user as a device shows them: their mail address."""
        return {**super().get_public_key_credential_user_entity(user), "display_name": user.email}


class SecondFactorStage(AuthenticateStage):
    """Asks for the second factor at sign-in, unless the provider's own is trusted by a setting."""

    def _should_handle(self, request: HttpRequest) -> bool:
        return super()._should_handle(request) and not trusts_provider(request, self.login.user)


def failed_key(user: models.User | None) -> str:
    """Where failed sign-ins of a user are counted, or those of nobody."""
    return f"signin.failed.{user.pk if user else 'nobody'}"
