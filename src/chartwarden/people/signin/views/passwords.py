"""Asking for a new password: the same answer for everybody, and the truth where no mail can be sent."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import ResetPasswordForm
from allauth.account.views import PasswordResetView
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from chartwarden.people.contracts import public
from chartwarden.people.sending import configured
from chartwarden.people.signin.account_mail import ask_for_new_password


class AskForPassword(ResetPasswordForm):
    """An address, which may be anybody's."""

    def clean_email(self) -> str:
        """In lower case; whether it has an account is not looked up here."""
        return str(self.cleaned_data["email"]).lower()

    def save(self, request: HttpRequest, **_: Any) -> str:
        """Note the wish; a job sends the mail."""
        ask_for_new_password(email=self.cleaned_data["email"], at=request.now)
        return str(self.cleaned_data["email"])


class AskForPasswordView(PasswordResetView):
    """The page that asks for the address; without a mail server it says whom to ask instead."""

    form_class = AskForPassword

    def dispatch(self, request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponseBase:
        """Closed where no mail can be sent."""
        if not configured():
            return render(request, "account/password_reset_without_mail.html")
        return super().dispatch(request, *arguments, **named)


ask = public(AskForPasswordView.as_view())
