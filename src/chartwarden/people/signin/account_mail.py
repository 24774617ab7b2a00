"""Mails to an account's own address: fixed texts, a link made when the mail is sent, and no name of anybody."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from smtplib import SMTPException

from allauth.account import app_settings
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import send_mail
from django.urls import reverse

from chartwarden.people import models
from chartwarden.people.account_models import AccountMail
from chartwarden.people.mail_texts import composed
from chartwarden.people.sending import LEASE, configured
from chartwarden.people.signin.factor_links import token_of

PAUSES = (1, 2, 5, 10, 30)
AT_ONCE = 100


def ask_for_new_password(*, email: str, at: datetime) -> None:
    """Note that somebody asks for a new password. The same is done whether or not there is such an account.

    An account without a password, which signs in through a provider, gets none in this way.
    """
    user = models.User.objects.filter(email=email.strip().lower(), is_active=True).first()
    known = user is not None and user.has_usable_password()
    AccountMail.objects.create(user=user if known else None, kind="password_reset", made_at=at, next_try_at=at)


def send_account_mails(at: datetime) -> int:
    """Send what is due; returns how many. What has nobody to go to, or would come too late, is thrown away."""
    if not configured():
        return 0
    AccountMail.objects.filter(user=None, made_at__lte=at).delete()
    due = AccountMail.objects.filter(next_try_at__lte=at, user__isnull=False).order_by("next_try_at", "id")
    return sum(_send(row, at) for row in due.select_related("user", "reset")[:AT_ONCE])


def _send(row: AccountMail, at: datetime) -> int:
    same = AccountMail.objects.filter(id=row.id, tries=row.tries)
    if not same.update(tries=row.tries + 1, next_try_at=at + LEASE):
        return 0
    link = LINKS[row.kind](row, at)
    if link:
        text = composed(row.kind, settings.SITE_URL.rstrip("/") + link)
        try:
            send_mail(text.subject, text.body, None, [row.user.email])
        except (SMTPException, OSError):
            pause = timedelta(minutes=PAUSES[min(row.tries, len(PAUSES) - 1)])
            AccountMail.objects.filter(id=row.id).update(next_try_at=at + pause)
            return 0
    AccountMail.objects.filter(id=row.id).delete()
    return int(bool(link))


def _new_password(row: AccountMail, at: datetime) -> str:
    """A link that works for an hour from now; none where an hour has passed since it was asked for."""
    if at - row.made_at > timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT):
        return ""
    key = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(row.user)
    return reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(row.user), "key": key})


def _new_factor(row: AccountMail, at: datetime) -> str:
    if row.reset is None or row.reset.used_at is not None or row.reset.expires_at <= at:
        return ""
    return reverse("signin:new_factor", kwargs={"token": token_of(row.reset)})


LINKS: Mapping[str, Callable[[AccountMail, datetime], str]] = {
    "password_reset": _new_password,
    "factors_reset": _new_factor,
}
