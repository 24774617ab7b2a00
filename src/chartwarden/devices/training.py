"""Who was trained in privacy, and when (45 CFR 164.530(b), 164.308(a)(5))."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from chartwarden.clinics.contracts import Clinic
from chartwarden.devices import models, rules
from chartwarden.devices.keeping import begun, own_people
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.decisions import require
from chartwarden.kernel.errors import refuse
from chartwarden.ledger.contracts import Draft
from chartwarden.ledger.services import append_many
from chartwarden.people.queries import names


def record_training(*, clinic: Clinic, people: Collection[UUID], day: date, actor: Actor, at: datetime) -> int:
    """Write down that people were trained in privacy on a day. Says for how many that is new; again is harmless.

    Raises InputRefused for nobody, somebody who is not of the clinic, or a day to come or more than a year ago; Refused
    where the actor is among them, or somebody who shares a login with the actor.
    """
    wanted = sorted(set(people))
    today = at.astimezone(clinic.time_zone).date()
    if not wanted or len(names(clinic.id, wanted)) < len(wanted):
        raise refuse("people", "people of this clinic", "nobody" if not wanted else "somebody else too")
    if not rules.year_before(today) <= day <= today:
        raise refuse("day", "a day of the last twelve months", day.isoformat())
    require(rules.may_record_training(wanted, own_people(clinic.id, actor)))
    with transaction.atomic():
        there = models.Training.objects.filter(clinic_id=clinic.id, person_id__in=wanted, day=day)
        known = set(there.values_list("person_id", flat=True))
        rows = [
            models.Training(clinic_id=clinic.id, person_id=one, day=day, recorded_by_id=actor.person, recorded_at=at)
            for one in wanted
            if one not in known
        ]
        models.Training.objects.bulk_create(rows)
        append_many(clinic.id, [_entry(row, actor, at) for row in rows])
        if rows:
            begun(clinic.id, (rules.TRAINING,), actor, at)
    return len(rows)


def _entry(row: models.Training, actor: Actor, at: datetime) -> Draft:
    subject = {"person": str(row.person_id), "training": str(row.id)}
    return Draft(row.clinic_id, "devices.training_recorded", actor, at, subject, {"day": row.day.isoformat()})
