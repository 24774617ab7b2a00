"""Webhooks: made, tried, withdrawn."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from chartwarden.clinics import keys, models
from chartwarden.clinics import webhook_rules as rules
from chartwarden.clinics.calling import call
from chartwarden.clinics.contracts import MadeWebhook
from chartwarden.clinics.delivering import PURPOSE, message
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.errors import refuse
from chartwarden.ledger import queries as ledger
from chartwarden.ledger.services import append

MOST = 20
TEST = "clinics.webhook_tested"


def add_webhook(*, clinic: UUID, url: str, kinds: Sequence[str], actor: Actor, at: datetime) -> MadeWebhook:
    """Tell ``url`` of entries from now on. Raises InputRefused for a URL or kinds that won't do, or too many."""
    parts = rules.address(url)
    wanted = sorted(set(kinds))
    if any(len(kind) > 64 or kind.count(".") != 1 for kind in wanted) or len(wanted) > 100:
        raise refuse("kinds", "kinds of entries such as review.signed", "something else")
    secret = rules.PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()
    identity = uuid4()
    with transaction.atomic():
        if _rows(clinic).count() >= MOST:
            raise refuse("url", f"at most {MOST} webhooks", "one more")
        appended = append(
            clinic=clinic,
            kind="clinics.webhook_added",
            actor=actor,
            at=at,
            subject={"webhook": str(identity)},
            facts={"host": parts.hostname, "kinds": wanted},
        )
        models.Webhook.objects.create(
            id=identity,
            clinic_id=clinic,
            url=url.strip(),
            secret=keys.seal(clinic, PURPOSE, secret.encode()),
            kinds=wanted,
            next_index=appended.index + 1,
            made_at=at,
        )
    return MadeWebhook(identity, secret)


def withdraw_webhook(*, clinic: UUID, webhook: UUID, actor: Actor, at: datetime) -> None:
    """Tell it nothing more; nothing happens where it was withdrawn. Raises InputRefused where there is none."""
    with transaction.atomic():
        row = models.Webhook.objects.select_for_update().filter(clinic_id=clinic, id=webhook).first()
        if row is None:
            raise refuse("webhook", "a webhook of this clinic", "none")
        if row.withdrawn_at is None:
            row.withdrawn_at = at
            row.save(update_fields=["withdrawn_at"])
            append(
                clinic=clinic, kind="clinics.webhook_withdrawn", actor=actor, at=at, subject={"webhook": str(webhook)}
            )


def try_webhook(*, clinic: UUID, webhook: UUID, actor: Actor, at: datetime) -> str:
    """Send a message that tells of nothing. Returns what went wrong, or nothing where it arrived."""
    row = _rows(clinic).filter(id=webhook).first()
    if row is None:
        raise refuse("webhook", "a webhook of this clinic that is in force", "none")
    with transaction.atomic():
        appended = append(clinic=clinic, kind=TEST, actor=actor, at=at, subject={"webhook": str(webhook)})
    entry = ledger.entry(clinic, appended.index)
    if entry is None:
        return "the ledger has no such entry"
    told = message(row, entry, at)
    return call(rules.address(row.url), told.content, told.headers, settings.WEBHOOKS_INSIDE)


def _rows(clinic: UUID) -> QuerySet[models.Webhook]:
    return models.Webhook.objects.filter(clinic_id=clinic, withdrawn_at=None)
