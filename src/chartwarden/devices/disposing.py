"""The disposal log: what was disposed of, when, how, by whom, and who saw it (45 CFR 164.310(d)(2)(i))."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from chartwarden.clinics.contracts import Clinic
from chartwarden.clinics.services import seal, seal_salt
from chartwarden.devices import models, rules
from chartwarden.devices.keeping import WHAT, check_people, checked
from chartwarden.devices.registering import withdraw_device
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.decisions import require
from chartwarden.kernel.errors import refuse
from chartwarden.ledger.services import append


def record_disposal(
    *,
    clinic: Clinic,
    what: str,
    kind: str,
    method: str,
    day: date,
    disposed_by: UUID,
    witness: UUID,
    device: UUID | None,
    actor: Actor,
    at: datetime,
) -> UUID:
    """Write down that something was disposed of. A device of the register loses its approval with it,
    in every stretch, and no file gives it back.

    Raises InputRefused for an unknown kind or method, a day to come, or people who are not of the clinic; Refused where
    the witness is who disposed of it; DoesNotExist for another clinic's device.
    """
    what = checked("what", what)
    for where, found, known in (("kind", kind, rules.THINGS), ("how", method, rules.METHODS)):
        if found not in known:
            raise refuse(where, "one of " + ", ".join(known), repr(found[:40]))
    if day > at.astimezone(clinic.time_zone).date():
        raise refuse("day", "today or before", day.isoformat())
    require(rules.may_witness(disposed_by, witness))
    check_people(clinic.id, disposed_by=disposed_by, witness=witness)
    with transaction.atomic():
        if device is not None:
            there = models.Device.objects.get(clinic_id=clinic.id, id=device)
            if models.Device.objects.filter(
                clinic_id=clinic.id, ref_index=there.ref_index, approved=True, withdrawn_at=None
            ).exists():
                withdraw_device(clinic=clinic, device=device, revision=None, actor=actor, at=at)
        row = models.Disposal.objects.create(
            clinic_id=clinic.id,
            device_id=device,
            kind=kind,
            method=method,
            day=day,
            disposed_by_id=disposed_by,
            witness_id=witness,
            recorded_by_id=actor.person,
            recorded_at=at,
            what=seal(clinic.id, WHAT, what.encode()),
        )
        entry = append(
            clinic=clinic.id,
            kind="devices.disposed",
            actor=actor,
            at=at,
            subject={"disposal": str(row.id), **({"device": str(device)} if device else {})},
            facts={
                "thing": kind,
                "method": method,
                "day": day.isoformat(),
                "disposed_by": str(disposed_by),
                "witness": str(witness),
            },
            private={"what": what},
        )
        row.salt = seal_salt(clinic.id, entry.salts["what"])
        row.save(update_fields=["salt"])
    made: UUID = row.id
    return made
