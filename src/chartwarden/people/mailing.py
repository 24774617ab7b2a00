"""The outbox: mails are written with the change that they tell of, and sent later by a job."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.urls import NoReverseMatch, reverse

from chartwarden.people import identity, models
from chartwarden.people.mail_texts import MAIL_TEXTS

NOTHING: Mapping[str, object] = {}


def notify(
    *,
    clinic: UUID,
    person: UUID,
    kind: str,
    page: str,
    at: datetime,
    arguments: Mapping[str, object] = NOTHING,
    address: str = "",
) -> UUID:
    """Put a mail into the outbox, in the caller's transaction. Returns its id.

    ``kind`` picks a fixed text of ``mail_texts``; ``page`` and ``arguments`` name the page that the link leads to, the
    clinic is added. ``address`` is for people who don't sign in yet; else it goes to the address they sign in with.
    It leaves no entry of its own: what it tells of has one. Raises KeyError for a kind that does not exist.
    """
    MAIL_TEXTS[kind]
    try:
        path = reverse(page, kwargs={"clinic": clinic, **arguments})
    except NoReverseMatch:  # a page that lies outside of any clinic
        path = reverse(page, kwargs=dict(arguments))
    mail = models.OutgoingMail.objects.create(
        clinic_id=clinic,
        person_id=person,
        kind=kind,
        path=path,
        address=identity.text_sealed(clinic, address) if address else None,
        made_at=at,
        next_at=at,
    )
    return mail.id
