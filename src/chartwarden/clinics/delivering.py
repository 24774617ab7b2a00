"""The job that follows the ledgers for webhooks: all at once, a bounded piece a round, so that none holds another up.

What is sent is read from the database first and what arrived is kept afterwards; between the two, threads only call.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from chartwarden.clinics import keys, models
from chartwarden.clinics import webhook_rules as rules
from chartwarden.clinics.calling import call
from chartwarden.clinics.tenancy import acting
from chartwarden.ledger import queries as ledger
from chartwarden.ledger.contracts import StoredEntry

PURPOSE = "clinics.webhook"
AT_ONCE = 50
"""Entries that a webhook is told of in one round, at most."""
THREADS = 16
SECONDS = 10.0
"""After so long no further message is begun in a round; what is left comes in the next."""


@dataclass(frozen=True)
class Message:
    """What a webhook is told of one entry."""

    index: int
    content: bytes
    headers: dict[str, str]


@dataclass(frozen=True)
class Round:
    """What a webhook is told in one round, and the place in the ledger that it has reached when all arrived."""

    webhook: UUID
    clinic: UUID
    url: str
    place: int
    end: int
    failing: bool
    messages: tuple[Message, ...]


@dataclass(frozen=True)
class Sent:
    """The place that a webhook has reached, how many messages arrived, and what went wrong."""

    place: int
    arrived: int
    trouble: str = ""


def deliver(*, clinics: Iterable[UUID], at: datetime) -> int:
    """Tell the webhooks of these clinics what they have not been told. Returns how many messages arrived.

    After a failure a webhook waits for its next try, longer each time. A message may come twice, with the same
    ``webhook-id``, where a process ended in between.
    """
    due = _in_turn([found for clinic in clinics for found in _due(clinic, at)], at)
    arrived = 0
    with _ended_after(SECONDS) as over, ThreadPoolExecutor(THREADS, thread_name_prefix="webhook") as pool:
        waiting = {pool.submit(send, one, over, settings.WEBHOOKS_INSIDE): one for one in due}
        for done in as_completed(waiting):
            sent = done.result()
            arrived += sent.arrived
            _keep(waiting[done], sent, at)
    return arrived


@contextmanager
def _ended_after(seconds: float) -> Iterator[threading.Event]:
    over = threading.Event()
    timer = threading.Timer(seconds, over.set)
    timer.daemon = True
    timer.start()
    try:
        yield over
    finally:
        timer.cancel()


def _in_turn(due: Sequence[Round], at: datetime) -> list[Round]:
    """Those that fail come last; among the others each comes first at one time or another."""
    well = [one for one in due if not one.failing]
    first = int(at.timestamp()) % len(well) if well else 0
    return [*well[first:], *well[:first], *(one for one in due if one.failing)]


def _due(clinic: UUID, at: datetime) -> list[Round]:
    with acting(str(clinic)):
        rows = models.Webhook.objects.filter(clinic_id=clinic, withdrawn_at=None)
        rows = rows.filter(Q(next_try_at=None) | Q(next_try_at__lte=at))
        return [found for row in rows if (found := _round(row, at)) is not None]


def _round(row: models.Webhook, at: datetime) -> Round | None:
    entries = ledger.entries(row.clinic_id, row.next_index, AT_ONCE)
    if not entries:
        return None
    heard = [entry for entry in entries if rules.hears(row.kinds, entry.kind)]
    messages = tuple(message(row, entry, at) for entry in heard)
    failing = row.failing_since is not None
    return Round(row.id, row.clinic_id, row.url, row.next_index, entries[-1].index + 1, failing, messages)


def message(row: models.Webhook, entry: StoredEntry, at: datetime) -> Message:
    """What a webhook is told of an entry, signed."""
    content = rules.body(row.clinic_id, entry)
    secret = keys.unseal(row.clinic_id, PURPOSE, row.secret).decode()
    return Message(entry.index, content, rules.headers(secret, f"{row.clinic_id}.{entry.index}", at, content))


def send(round_: Round, over: threading.Event, inside: bool) -> Sent:
    """Send the messages in their order, until one does not arrive or the time is over. Touches no database."""
    place, arrived, parts = round_.place, 0, rules.address(round_.url)
    for one in round_.messages:
        if over.is_set():
            return Sent(place, arrived)
        trouble = call(parts, one.content, one.headers, inside)
        if trouble:
            return Sent(one.index, arrived, trouble)
        place, arrived = one.index + 1, arrived + 1
    return Sent(round_.end, arrived)


def _keep(round_: Round, sent: Sent, at: datetime) -> None:
    """Keep the place that was reached; where it is past that by now, another process was quicker."""
    with acting(str(round_.clinic)), transaction.atomic():
        rows = models.Webhook.objects.select_for_update().filter(clinic_id=round_.clinic, id=round_.webhook)
        row = rows.filter(withdrawn_at=None, next_index__lte=sent.place).first()
        if row is None or (sent.place == row.next_index and not sent.trouble):
            return
        if sent.arrived or not sent.trouble:
            row.attempts, row.failing_since, row.next_try_at = 0, None, None
        row.next_index, row.trouble = sent.place, sent.trouble
        if sent.trouble:
            row.attempts += 1
            row.failing_since = row.failing_since or at
            row.next_try_at = at + rules.again_after(row.attempts)
        row.save(update_fields=["attempts", "trouble", "failing_since", "next_try_at", "next_index"])
