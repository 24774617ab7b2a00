"""Devices brought from an MDM's API: asked without a transaction, taken over in one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from chartwarden.clinics.services import checked_address, exchange, inputs_changed
from chartwarden.devices import mdm_rules, models
from chartwarden.devices.contracts import MdmAccess
from chartwarden.devices.feeds import take_rows
from chartwarden.devices.mdm import access
from chartwarden.devices.mdm_rules import Row
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.errors import InputRefused, refuse
from chartwarden.ledger.services import append

EVERY, AGAIN = timedelta(hours=1), timedelta(minutes=10)
MOST_PAGES, MOST_DEVICES, MOST_BYTES, LONGEST = 200, 50_000, 32 << 20, 60.0
"""Of the pages together, of one page, and seconds for one."""
ACTOR = Actor.of_system("mdm")


class NotFetched(Exception):
    """What could not be read, in a few words of our own: nothing of the address, and nothing of the answer."""


def pull(*, clinic: UUID, at: datetime) -> bool:
    """Bring a clinic's devices if it is time. Says whether it was; what went wrong is kept, and told on Today.

    A pull that fails changes nothing of the register. One that is broken off is made anew after ``AGAIN``.
    """
    with transaction.atomic():
        row = models.MdmSource.objects.select_for_update().filter(clinic_id=clinic, next_at__lte=at).first()
        if row is None:
            return False
        row.next_at = at + AGAIN
        row.save(update_fields=["next_at"])
        there, began, set_by = access(row), row.set_at, row.set_by_id
    try:
        if set_by is None:
            raise NotFetched("nobody's name stands with it: save it anew")
        rows, left_out = _asked(there)
        with transaction.atomic():
            if _as_it_was(clinic, began):
                _take(clinic, rows, left_out, set_by, at)
    except NotFetched as fault:
        _failed(clinic, began, str(fault), at)
    except InputRefused as refused:
        _failed(clinic, began, str(refused.faults[0]), at)
    return True


def _asked(there: MdmAccess) -> tuple[list[Row], int]:
    """The rows of every page. Raises NotFetched, InputRefused."""
    mapped, page = mdm_rules.read_mapping(there.mapping), there.url
    headers = {"Authorization": there.token if " " in there.token else f"Bearer {there.token}"} if there.token else {}
    found: list[object] = []
    for _ in range(MOST_PAGES):
        answer = _page(page, headers)
        found += mdm_rules.devices_in(answer, mapped)
        page = mdm_rules.next_page(answer, mapped, page)
        if not page or len(found) > MOST_DEVICES:
            break
    if page or len(found) > MOST_DEVICES:
        raise refuse("the answer", f"at most {MOST_DEVICES:,} devices on {MOST_PAGES} pages", "more")
    rows, left_out = mdm_rules.rows_from(found, mapped)
    if not rows:
        # An empty list would withdraw every device at once, and comes of a lost right far more often.
        raise refuse("the answer", "devices that have a name", "none")
    return rows, left_out


def _page(address: str, headers: Mapping[str, str]) -> object:
    """What JSON an address answers with. Raises NotFetched."""
    sent = {**headers, "Accept": "application/json", "User-Agent": "Chartwarden/1"}
    inside = settings.WEBHOOKS_INSIDE
    reply = exchange("GET", checked_address(address), None, sent, inside, most=MOST_BYTES, longest=LONGEST)
    if reply.trouble or reply.status != 200:
        raise NotFetched(reply.trouble or f"it answered {reply.status}")
    try:
        found: object = json.loads(reply.body)
    except (ValueError, RecursionError):
        raise NotFetched("it answered with something else than JSON") from None
    return found


def _take(clinic: UUID, rows: list[Row], left_out: int, set_by: UUID, at: datetime) -> None:
    digest = hashlib.sha256(json.dumps(rows, default=str, sort_keys=True).encode()).hexdigest()
    taken = take_rows(clinic, rows, digest, ACTOR, at, only_news=True, set_by=set_by)
    if taken.added or taken.changed or taken.ended:
        inputs_changed(clinic, "devices")
    models.MdmSource.objects.filter(clinic_id=clinic).update(
        next_at=at + EVERY, pulled_at=at, rows=len(rows), left_out=left_out, held=taken.held, failing_since=None,
        trouble="",
    )  # fmt: skip


def _as_it_was(clinic: UUID, began: datetime) -> bool:
    """Whether what was asked is still what is set."""
    return bool(models.MdmSource.objects.select_for_update().filter(clinic_id=clinic, set_at=began).exists())


def _failed(clinic: UUID, began: datetime, trouble: str, at: datetime) -> None:
    """Keep what went wrong; when it begins, the ledger has it too."""
    with transaction.atomic():
        row = models.MdmSource.objects.select_for_update().filter(clinic_id=clinic, set_at=began).first()
        if row is None:
            return
        if row.failing_since is None:
            row.failing_since = at
            append(clinic=clinic, kind="devices.mdm_failed", actor=ACTOR, at=at, subject={"clinic": str(clinic)})
        row.trouble = trouble[:200]
        row.save(update_fields=["failing_since", "trouble"])
