"""A code of an app works once (RFC 6238, 5.2).

The library remembers a code for one step of 30 seconds, but takes those of the step before and after too: so a code
that somebody has watched could be used again. Here it is remembered for as long as it could be taken, from its very
first use, with which the app is set up.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from django.conf import settings
from django.core.cache import cache

STEP = 30
REMEMBERED = STEP * (2 * settings.MFA_TOTP_TOLERANCE + 2)
"""Seconds: the steps in which a code is taken, and one more."""


def first_use(user: UUID, code: str) -> bool:
    """Whether a user's code was not used before; from now on it was."""
    return bool(cache.add(f"signin.code.{user}.{code.strip()}", "used", REMEMBERED))


class _Once:
    def clean_code(self) -> Any:
        """As the library's, and not a second time."""
        code = super().clean_code()  # type: ignore[misc]
        factor = getattr(self, "authenticator", None)
        from_app = factor is None or factor.type == Authenticator.Type.TOTP
        if from_app and not first_use(self.user.pk, code):
            if factor is not None:
                self._emit_authentication_failed(factor)
            raise get_adapter().validation_error("incorrect_code")
        return code


class FirstCode(_Once, ActivateTOTPForm):
    """The code that sets an app up."""


class Code(_Once, AuthenticateForm):
    """The second step of a sign-in."""


class CodeAgain(_Once, ReauthenticateForm):
    """Showing again that it is you."""
