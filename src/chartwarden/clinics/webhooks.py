"""Webhooks: made, tried, withdrawn; and the job that follows the ledger for them."""

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
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.errors import refuse
from chartwarden.ledger import queries as ledger
from chartwarden.ledger.contracts import StoredEntry
from chartwarden.ledger.services import append

PURPOSE = "clinics.webhook"
MOST = 20
AT_ONCE = 100
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
    return _send(row, entry, at) if entry else "the ledger has no such entry"


def deliver(*, clinic: UUID, at: datetime) -> int:
    """Tell each webhook of the clinic what it has not been told. Returns how many messages arrived.

    After each message the place in the ledger is kept; after a failure the rest waits for the next try. A message
    may come twice, with the same ``webhook-id``, where a process ended in between.
    """
    return sum(_follow(row, at) for row in _rows(clinic) if row.next_try_at is None or row.next_try_at <= at)


def _follow(row: models.Webhook, at: datetime) -> int:
    told = 0
    found = ledger.entries(row.clinic_id, row.next_index, AT_ONCE)
    for entry in found:
        if rules.hears(row.kinds, entry.kind):
            trouble = _send(row, entry, at)
            if trouble:
                row.attempts += 1
                row.trouble, row.failing_since = trouble, row.failing_since or at
                row.next_try_at = at + rules.again_after(row.attempts)
                row.save(update_fields=["attempts", "trouble", "failing_since", "next_try_at", "next_index"])
                return told
            told += 1
        row.next_index = entry.index + 1
        if told and rules.hears(row.kinds, entry.kind):
            _reached(row)
    if found:
        _reached(row)
    return told


def _reached(row: models.Webhook) -> None:
    row.attempts, row.trouble, row.failing_since, row.next_try_at = 0, "", None, None
    row.save(update_fields=["attempts", "trouble", "failing_since", "next_try_at", "next_index"])


def _send(row: models.Webhook, entry: StoredEntry, at: datetime) -> str:
    content = rules.body(row.clinic_id, entry)
    secret = keys.unseal(row.clinic_id, PURPOSE, row.secret).decode()
    signed = rules.headers(secret, f"{row.clinic_id}.{entry.index}", at, content)
    return call(rules.address(row.url), content, signed, settings.WEBHOOKS_INSIDE)


def _rows(clinic: UUID) -> QuerySet[models.Webhook]:
    return models.Webhook.objects.filter(clinic_id=clinic, withdrawn_at=None)
