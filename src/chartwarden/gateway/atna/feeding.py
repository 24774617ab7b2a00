"""The job that follows the ledger for the collector: a part is read, sent, and only then the place it reached is kept.

A process that ends in between sends the part again: at least once, each event with the same id.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db import transaction

from chartwarden.clinics.queries import clinics
from chartwarden.clinics.services import across_clinics, acting_in
from chartwarden.gateway import models
from chartwarden.gateway.atna.collectors import SYSLOG, Place, Sent, send
from chartwarden.gateway.auditing import events_of
from chartwarden.gateway.balp import KINDS
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.errors import InputRefused
from chartwarden.ledger import queries as ledger
from chartwarden.ledger.services import append

PART, PARTS = 250, 20
"""Events that are sent together, and such parts in one round, at most."""
STEPS = tuple(timedelta(seconds=seconds) for seconds in (10, 30, 60, 120, 300))
WORKER = Actor.of_system("worker")


@dataclass(frozen=True)
class Behind:
    """A feed that does not arrive: since when, how many events wait, where, and what went wrong."""

    since: datetime
    waiting: int
    target: str
    trouble: str


def place() -> Place | None:
    """Where this installation pushes to, None where nothing is set up."""
    if not settings.ATNA:
        return None
    sender = urlsplit(settings.GATEWAY_URL).hostname or ""
    return Place(settings.ATNA, settings.ATNA_CA, settings.ATNA_CERTIFICATE, settings.ATNA_TOKEN, sender)


def push(at: datetime) -> int:
    """Tell the collector of what it has not been told of. Says how many events arrived."""
    to, arrived = place(), 0
    if to is None:
        return 0
    for clinic in _whose():
        _set_up(clinic, to, at)
        for _ in range(PARTS):
            sent, more = _part(clinic, to, at)
            arrived += sent
            if not more:
                break
    return arrived


def behind(clinic: UUID) -> Behind | None:
    """The feed of a clinic, where it does not arrive."""
    row = models.AuditFeed.objects.filter(clinic_id=clinic).first() if settings.ATNA else None
    if row is None or row.failing_since is None:
        return None
    waiting = len(ledger.entries(clinic, row.next_index, 10_000, KINDS))
    return Behind(row.failing_since, waiting, row.target, row.trouble)


def _whose() -> list[UUID]:
    """The clinic whose EHR the gateway opens: the one that is named, or the only one here. The openings of others
    are not this collector's to have."""
    with across_clinics():
        found = [one.id for one in clinics()]
    if settings.FHIR_CLINIC:
        return [one for one in found if str(one) == settings.FHIR_CLINIC]
    return found if len(found) == 1 else []


def _set_up(clinic: UUID, to: Place, at: datetime) -> None:
    """The feed from the ledger's first entry on; to another collector it goes on from where it was. Told to the ledger
    either way, since the events name patients by the EHR's ids."""
    with acting_in(clinic), transaction.atomic():
        row, _ = models.AuditFeed.objects.get_or_create(clinic_id=clinic)
        if row.target == to.told:
            return
        form = "syslog" if to.url.startswith(SYSLOG) else "fhir"
        row.target, row.failing_since, row.next_try_at, row.attempts = to.told, None, None, 0
        row.save()
        append(
            clinic=clinic,
            kind="gateway.audit_feed_set",
            actor=WORKER,
            at=at,
            subject={"clinic": str(clinic)},
            facts={"to": to.told, "form": form, "from": row.next_index},
        )


def _part(clinic: UUID, to: Place, at: datetime) -> tuple[int, bool]:
    """Send one part. How many arrived, and whether there may be more to send now."""
    with acting_in(clinic):
        row = models.AuditFeed.objects.get(clinic_id=clinic)
        if row.next_try_at is not None and row.next_try_at > at:
            return 0, False
        size = ledger.latest(clinic).size
        entries = ledger.entries(clinic, row.next_index, PART, KINDS)
        events = events_of(clinic, entries)
    if not events:
        _keep(clinic, row.next_index, size, "", at)
        return 0, False
    sent = _sent(to, events)
    done = entries[sent.arrived - 1].index + 1 if sent.arrived else row.next_index
    _keep(clinic, row.next_index, done, sent.trouble, at)
    return sent.arrived, sent.arrived > 0 and not sent.trouble


def _sent(to: Place, events: list[dict[str, Any]]) -> Sent:
    try:
        return send(to, events)
    except InputRefused as refused:
        return Sent(0, f"{refused.faults[0].where}: {refused.faults[0].found}")


def _keep(clinic: UUID, was: int, reached: int, trouble: str, at: datetime) -> None:
    """Keep the place that was reached. Where another process has moved it meanwhile, its word holds."""
    with acting_in(clinic), transaction.atomic():
        row = models.AuditFeed.objects.select_for_update().filter(clinic_id=clinic, next_index=was).first()
        if row is None or (reached == was and not trouble):
            return
        row.next_index, row.trouble = reached, trouble[:80]
        if reached != was:
            row.attempts, row.failing_since, row.next_try_at = 0, None, None
        if trouble:
            row.attempts += 1
            row.failing_since = row.failing_since or at
            row.next_try_at = at + STEPS[min(row.attempts, len(STEPS)) - 1]
        row.save()
