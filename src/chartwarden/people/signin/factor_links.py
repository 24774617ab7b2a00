"""The link to a new second factor after a reset: made, checked, taken along in a session, and used up."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.signing import BadSignature, Signer

from chartwarden.people.account_models import FactorReset

SIGNER = Signer(salt="chartwarden.people.factor-reset")
KEY = "factor_reset"


def token_of(row: FactorReset) -> str:
    """What the link carries: the id, and a signature over it and the row's nonce."""
    place = base64.urlsafe_b64encode(row.id.bytes).decode().rstrip("=")
    return f"{place}.{SIGNER.signature(place + bytes(row.nonce).hex())}"


def reset_of(token: str, at: datetime) -> UUID | None:
    """The reset that a link's token was made for; None for a forged one, and where it was used or is too old."""
    place, _, signature = token.partition(".")
    try:
        identity = UUID(bytes=base64.urlsafe_b64decode(place + "=" * (-len(place) % 4)))
    except ValueError:
        return None
    row = FactorReset.objects.filter(id=identity, used_at=None, expires_at__gt=at).first()
    try:
        SIGNER.unsign(f"{place}{bytes(row.nonce).hex()}:{signature}" if row else "")
    except BadSignature:
        return None
    return identity


def bring_link(session: Any, reset: UUID) -> None:
    """Remember in a session that the link was opened there."""
    session[KEY] = str(reset)


def awaits_link(session: Any, user: UUID, at: datetime) -> bool:
    """Whether an account's factors were reset, and the link is not in this session, or no longer works."""
    row = FactorReset.objects.filter(user_id=user, used_at=None).order_by("-made_at").first()
    return row is not None and (session.get(KEY) != str(row.id) or row.expires_at <= at)


def use_link(session: Any, user: UUID, at: datetime) -> None:
    """A new factor was set up: the link has done its work."""
    session.pop(KEY, None)
    FactorReset.objects.filter(user_id=user, used_at=None).update(used_at=at)
