"""What others may have the clinics room do."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import date, datetime
from uuid import UUID, uuid4

from django.db import transaction

from chartwarden.clinics import models
from chartwarden.clinics.bulk import (
    as_stored,
    insert_many,
    insert_stored,
    stored,
    stored_instants,
    stored_key,
    update_stored,
)
from chartwarden.clinics.calling import Reply, exchange
from chartwarden.clinics.changing import change_settings
from chartwarden.clinics.contracts import Clinic
from chartwarden.clinics.inputs import inputs_changed
from chartwarden.clinics.keys import (
    blind_index,
    data_key,
    keys_that_stay_shut,
    make_keys,
    newest_data_key,
    open_for_installation,
    seal,
    seal_for_installation,
    unseal,
    unseal_many,
)
from chartwarden.clinics.queries import contract
from chartwarden.clinics.rotation import add_master_key, rewrap_keys, rotate_data_key
from chartwarden.clinics.rules import checked, thresholds_from, thresholds_text
from chartwarden.clinics.salts import open_salt, seal_salt, seal_those_in_clear
from chartwarden.clinics.tenancy import EVERY, acting, sees_through_walls
from chartwarden.clinics.webhook_rules import address as checked_address
from chartwarden.clinics.webhooks import add_webhook, try_webhook, withdraw_webhook
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.zones import zone
from chartwarden.ledger.services import append, open_ledger

__all__ = [
    "Reply",
    "across_clinics",
    "acting_in",
    "add_master_key",
    "add_webhook",
    "as_stored",
    "blind_index",
    "change_settings",
    "checked",
    "checked_address",
    "data_key",
    "exchange",
    "inputs_changed",
    "insert_many",
    "insert_stored",
    "keys_that_stay_shut",
    "newest_data_key",
    "open_clinic",
    "open_for_installation",
    "open_salt",
    "rewrap_keys",
    "rotate_data_key",
    "seal",
    "seal_for_installation",
    "seal_salt",
    "seal_those_in_clear",
    "sees_through_walls",
    "stored",
    "stored_instants",
    "stored_key",
    "thresholds_from",
    "thresholds_text",
    "try_webhook",
    "unseal",
    "unseal_many",
    "update_stored",
    "withdraw_webhook",
]


def acting_in(clinic: UUID) -> AbstractContextManager[None]:
    """Act in one clinic until the block ends: on PostgreSQL no other clinic's rows can be seen within it."""
    return acting(str(clinic))


def across_clinics() -> AbstractContextManager[None]:
    """Look at the rows of every clinic: for sign-in, which comes before a clinic is chosen, and for the worker."""
    return acting(EVERY)


def open_clinic(
    *,
    name: str,
    time_zone: str,
    actor: Actor,
    at: datetime,
    holidays: str = "US",
    reviews_from: date | None = None,
    demo: bool = False,
) -> Clinic:
    """Make a clinic. Raises InputRefused for a time zone that does not exist."""
    zone(time_zone, "time zone")
    identity = uuid4()
    with acting_in(identity), transaction.atomic():
        row = models.Clinic.objects.create(
            id=identity,
            name=name,
            time_zone=time_zone,
            holidays=holidays,
            reviews_from=reviews_from,
            demo=demo,
            opened_at=at,
        )
        make_keys(identity, at)
        open_ledger(clinic=identity, actor=actor, at=at)
        append(
            clinic=identity,
            kind="clinics.opened",
            actor=actor,
            at=at,
            subject={"clinic": str(identity)},
            facts={"time_zone": time_zone, "holidays": holidays, "demo": demo},
        )
    return contract(row)
