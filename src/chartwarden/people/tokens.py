"""Tokens: how a program acts for a person, with a part of what that person may do, for a year at most."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from chartwarden.kernel.actors import Actor
from chartwarden.kernel.decisions import require
from chartwarden.kernel.errors import refuse
from chartwarden.ledger.services import append
from chartwarden.people import models
from chartwarden.people.contracts import MadeToken, Member, Permission
from chartwarden.people.permissions import may

PREFIX = "cwt_"
LONGEST = timedelta(days=366)
USE_NOTED_EVERY = timedelta(minutes=1)


def make_token(
    *, member: Member, label: str, scopes: Iterable[Permission], expires_at: datetime, actor: Actor, at: datetime
) -> MadeToken:
    """Make a token for a member. Its text is in the answer and nowhere else.

    Raises Refused where the member may not make any or a token asks for one, InputRefused where a scope is not theirs,
    there is none, or the end is not within a year.
    """
    require(may(member, Permission.USE_API))
    wanted = sorted(set(scopes), key=lambda scope: scope.name)
    if member.token is not None or not wanted or not set(wanted) <= member.permissions:
        raise refuse("scopes", "one or more things that you may do yourself", "none, or one that is not yours")
    if not at < expires_at <= at + LONGEST:
        raise refuse("expiry", "a day from tomorrow to a year from now", expires_at.date().isoformat())
    text = PREFIX + secrets.token_urlsafe(32)
    with transaction.atomic():
        row = models.ApiToken.objects.create(
            clinic_id=member.clinic,
            person_id=member.person,
            label=label.strip()[:60],
            digest=digest_of(text),
            scopes=[scope.name for scope in wanted],
            made_at=at,
            expires_at=expires_at,
        )
        append(
            clinic=member.clinic,
            kind="people.token_made",
            actor=actor,
            at=at,
            subject={"person": str(member.person), "token": str(row.id)},
            facts={"scopes": row.scopes, "expires_at": expires_at.isoformat()},
        )
    return MadeToken(row.id, text)


def withdraw_token(*, clinic: UUID, token: UUID, actor: Actor, at: datetime) -> None:
    """End a token at once; nothing happens where it has ended. Raises InputRefused where there is none."""
    with transaction.atomic():
        row = models.ApiToken.objects.select_for_update().filter(clinic_id=clinic, id=token).first()
        if row is None:
            raise refuse("token", "a token of this clinic", "none")
        if row.withdrawn_at is None:
            row.withdrawn_at = at
            row.save(update_fields=["withdrawn_at"])
            subject = {"person": str(row.person_id), "token": str(token)}
            append(clinic=clinic, kind="people.token_withdrawn", actor=actor, at=at, subject=subject)


def note_token_use(*, clinic: UUID, token: UUID, at: datetime) -> None:
    """Remember that a token was used, to the minute. No entry: what it did has its own."""
    stale = Q(last_used_at=None) | Q(last_used_at__lt=at - USE_NOTED_EVERY)
    models.ApiToken.objects.filter(stale, clinic_id=clinic, id=token).update(last_used_at=at)


def digest_of(text: str) -> str:
    """The SHA-256 by which a token is found; its 256 random bits need no slower hash."""
    return hashlib.sha256(text.encode()).hexdigest()
