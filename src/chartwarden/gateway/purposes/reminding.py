"""The first opening of a person's day reminds that openings are logged."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from chartwarden.clinics.contracts import Clinic
from chartwarden.gateway import models
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.decisions import refused as refusal
from chartwarden.kernel.decisions import require
from chartwarden.ledger.services import append


def is_reminded(clinic: Clinic, person: UUID, at: datetime) -> bool:
    """Whether a person has acknowledged the reminder on this local day of the clinic."""
    day = at.astimezone(clinic.time_zone).date()
    return bool(models.Reminder.objects.filter(clinic_id=clinic.id, person_id=person, day=day).exists())


def acknowledge_reminder(*, clinic: Clinic, person: UUID, actor: Actor, at: datetime) -> bool:
    """Write down that a person knows it, once a local day. Says whether it was the first time; again is harmless.

    Raises Refused where somebody acknowledges in another's stead.
    """
    if actor.person != person:
        require(refusal("Nobody acknowledges this for somebody else.", "45 CFR 164.308(a)(5)"))
    day = at.astimezone(clinic.time_zone).date()
    with transaction.atomic():
        _, is_new = models.Reminder.objects.get_or_create(
            clinic_id=clinic.id, person_id=person, day=day, defaults={"acknowledged_at": at}
        )
        if is_new:
            append(
                clinic=clinic.id,
                kind="gateway.reminder_acknowledged",
                actor=actor,
                at=at,
                subject={"person": str(person)},
                facts={"day": day.isoformat()},
            )
    return bool(is_new)
