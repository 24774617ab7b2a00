"""Sends what waits in the outbox by SMTP.

A mail is leased before it is sent, so that two workers don't both send it. One that was sent is never sent again; where
a process dies between the two, it is sent once more under the same Message-ID.
"""

from __future__ import annotations

import smtplib
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend
from django.db.models import F

from chartwarden.clinics.services import across_clinics, acting_in
from chartwarden.people import identity, models
from chartwarden.people.mail_texts import composed

AT_ONCE = 100
LEASE = timedelta(minutes=5)
WAITS = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 240, 720, 1440, 1440, 1440))
"""How long to wait after each failure; after the last one the mail counts as failed."""


def configured() -> bool:
    """Whether there is a mail server to send by."""
    return bool(settings.EMAIL_HOST)


def send_waiting(now: datetime) -> int:
    """Send what is due; returns how many mails were sent. Without a mail server they stay where they are."""
    if not configured():
        return 0
    with across_clinics():
        due = models.OutgoingMail.objects.filter(state="waiting", next_at__lte=now).order_by("next_at", "id")
        waiting = list(due.values_list("id", "clinic_id")[:AT_ONCE])
    sent = 0
    server = EmailBackend(fail_silently=False)
    try:
        for mail, clinic in waiting:
            with acting_in(clinic):
                outcome = _send_one(server, clinic, mail, now)
            sent += outcome == "sent"
            if outcome == "unreachable":
                break
    finally:
        _close(server)
    return sent


def _send_one(server: EmailBackend, clinic: UUID, mail: UUID, now: datetime) -> str:
    leased = models.OutgoingMail.objects.filter(clinic_id=clinic, id=mail, state="waiting", next_at__lte=now)
    if not leased.update(next_at=now + LEASE, attempts=F("attempts") + 1):
        return "taken"
    row = models.OutgoingMail.objects.select_related("person__user").get(clinic_id=clinic, id=mail)
    address = identity.text_opened(clinic, row.address) if row.address else getattr(row.person.user, "email", "")
    if not address:
        return _failed(row, "no address", now, for_good=True)
    try:
        if server.open() is False and server.connection is None:
            return _failed(row, "unreachable", now)
        _message(row, address).send_via(server)
    except smtplib.SMTPServerDisconnected as fault:
        server.connection = None
        return _failed(row, type(fault).__name__, now, outcome="unreachable")
    except smtplib.SMTPRecipientsRefused as fault:
        codes = [code for code, _ in fault.recipients.values()]
        _reset(server)
        return _failed(row, f"refused {codes[0] if codes else ''}".strip(), now, for_good=all(c >= 500 for c in codes))
    except smtplib.SMTPAuthenticationError as fault:
        _close(server)
        return _failed(row, f"sign-in {fault.smtp_code}", now, outcome="unreachable")
    except smtplib.SMTPResponseException as fault:
        _reset(server)
        return _failed(row, f"refused {fault.smtp_code}", now)
    except (OSError, smtplib.SMTPException) as fault:
        server.connection = None
        return _failed(row, type(fault).__name__, now, outcome="unreachable")
    row.state, row.sent_at, row.trouble = "sent", now, ""
    row.save(update_fields=["state", "sent_at", "trouble"])
    return "sent"


class _Message(EmailMessage):
    def send_via(self, server: EmailBackend) -> None:
        """Send by one connection, and let every error through."""
        server.send_messages([self])


def _message(row: models.OutgoingMail, address: str) -> _Message:
    text = composed(row.kind, settings.SITE_URL.rstrip("/") + row.path)
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    headers = {"Message-ID": f"<{row.id}@{host}>", "Auto-Submitted": "auto-generated"}
    return _Message(text.subject, text.body, settings.DEFAULT_FROM_EMAIL, [address], headers=headers)


def _failed(
    row: models.OutgoingMail, trouble: str, now: datetime, *, for_good: bool = False, outcome: str = "failed"
) -> str:
    over = for_good or row.attempts > len(WAITS)
    row.state = "failed" if over else "waiting"
    row.trouble = trouble[:64]
    if not over:
        row.next_at = now + WAITS[row.attempts - 1]
    row.save(update_fields=["state", "trouble", "next_at"])
    return outcome


def _reset(server: EmailBackend) -> None:
    """After a refusal the connection goes on; where it does not, the next mail opens another."""
    try:
        server.connection.rset()
    except (OSError, smtplib.SMTPException, AttributeError):
        server.connection = None


def _close(server: EmailBackend) -> None:
    try:
        server.close()
    except (OSError, smtplib.SMTPException):
        server.connection = None
