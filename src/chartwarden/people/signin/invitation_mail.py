"""Sending invitations: found in their own table, tried again with longer pauses."""

from __future__ import annotations

from datetime import datetime, timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django.urls import reverse

from chartwarden.clinics.queries import clinics
from chartwarden.clinics.services import acting_in
from chartwarden.people.invitation_models import Invitation
from chartwarden.people.signin.invitations import address_of, token_of

PAUSES = (1, 5, 15, 60, 240)
TEXT = """{clinic} invites you to Chartwarden, which keeps access to patient records in order there.

Open this link, choose a password and set up a second factor:

{link}

The link works once, until {until:%A} {until.day} {until:%B %Y, %H:%M %Z}.
If you don't expect it, leave it: nothing happens.
"""


def send_invitations(at: datetime) -> int:
    """Send the invitations that are due, clinic by clinic. Returns how many were sent."""
    sent = 0
    for clinic in clinics():
        with acting_in(clinic.id):
            due = Invitation.objects.filter(
                clinic_id=clinic.id, sent_at=None, accepted_at=None, withdrawn_at=None, expires_at__gt=at,
                next_try_at__lte=at,
            )  # fmt: skip
            for row in due:
                sent += _send(row, clinic.name, row.expires_at.astimezone(clinic.time_zone), at)
    return sent


def link_of(row: Invitation) -> str:
    """The link as the mail carries it."""
    return settings.SITE_URL.rstrip("/") + reverse("signin:invited", kwargs={"token": token_of(row)})


def _send(row: Invitation, clinic: str, until: datetime, at: datetime) -> int:
    text = TEXT.format(clinic=clinic, link=link_of(row), until=until)
    try:
        send_mail(f"{clinic}: your invitation to Chartwarden", text, None, [address_of(row)])
    except (SMTPException, OSError):
        pause = PAUSES[min(row.tries, len(PAUSES) - 1)]
        row.tries, row.next_try_at = row.tries + 1, at + timedelta(minutes=pause)
        row.save(update_fields=["tries", "next_try_at"])
        return 0
    row.sent_at, row.next_try_at = at, None
    row.save(update_fields=["sent_at", "next_try_at"])
    return 1
