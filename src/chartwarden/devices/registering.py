"""Devices: put into the register, brought up to date, approved, withdrawn."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from chartwarden.clinics.contracts import Clinic
from chartwarden.clinics.services import inputs_changed
from chartwarden.devices import models, rules
from chartwarden.devices.keeping import (
    HAND,
    MOST_NAME,
    begun,
    check_people,
    checked,
    facts,
    index,
    locked,
    own_people,
    sealed_identity,
    tell,
)
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.decisions import Refused, refused, require
from chartwarden.kernel.errors import refuse

BY_HAND = "devices_by_hand"
"""What reviews are told has changed."""


def register_device(
    *,
    clinic: UUID,
    name: str,
    mdm: str,
    person: UUID | None,
    owner: str,
    encrypted: bool,
    managed: bool,
    antivirus: bool,
    actor: Actor,
    at: datetime,
) -> UUID:
    """Put a device into the register, not approved yet. ``name`` as logs have it; ``person`` None: shared.

    Raises InputRefused for an unknown owner, somebody of another clinic, an empty name, or a device that is in the
    register.
    """
    _check_owner(owner)
    name, mdm = checked("device", name, MOST_NAME), checked("id in the MDM", mdm, MOST_NAME, required=False)
    check_people(clinic, person=person)
    ref = index(clinic, name)
    with transaction.atomic():
        if models.Device.objects.filter(clinic_id=clinic, ref_index=ref).exists():
            raise refuse("device", "one that is not in the register yet", "one that is")
        row = models.Device.objects.create(
            clinic_id=clinic,
            ref_index=ref,
            person_id=person,
            shared=person is None,
            owner=owner,
            encrypted=encrypted,
            managed=managed,
            antivirus=antivirus,
            approved=False,
            source=HAND,
            sealed=sealed_identity(clinic, name, mdm),
        )
        tell(row, "devices.registered", actor, at)
        inputs_changed(clinic, BY_HAND)
    made: UUID = row.id
    return made


def change_device(
    *,
    clinic: UUID,
    device: UUID,
    person: UUID | None,
    owner: str,
    encrypted: bool,
    managed: bool,
    antivirus: bool,
    revision: int,
    actor: Actor,
    at: datetime,
) -> None:
    """Say whose a device is and how it is secured. What then speaks against it shuts records at once.

    Raises DoesNotExist, Stale, InputRefused; Refused where an approved device of the actor's own, or of somebody who
    shares a login with them, would gain by it. That it lacks something may be said of one's own.
    """
    _check_owner(owner)
    check_people(clinic, person=person)
    with transaction.atomic():
        row = locked(clinic, device, revision)
        before = facts(row)
        row.person_id, row.shared, row.owner = person, person is None, owner
        row.encrypted, row.managed, row.antivirus = encrypted, managed, antivirus
        require(rules.may_change(before, facts(row), own_people(clinic, actor)))
        row.revision += 1
        row.save()
        tell(row, "devices.changed", actor, at)
        inputs_changed(clinic, BY_HAND)


def approve_device(*, clinic: Clinic, device: UUID, revision: int, actor: Actor, at: datetime) -> UUID:
    """Approve a device from today on. One that was withdrawn gets a new row, so that the time between is not covered.

    Returns the approved row. Raises DoesNotExist, Stale, Refused for a personal one, one's own, one that lacks a
    safeguard, or one that is approved or was withdrawn today.
    """
    today = at.astimezone(clinic.time_zone).date()
    try:
        with transaction.atomic():
            row = locked(clinic.id, device, revision)
            require(rules.may_approve(facts(row), own_people(clinic.id, actor)))
            if any(not rules.faults(facts(one), at, clinic.time_zone) for one in _all_of(row)):
                raise Refused(refused("It is approved."))
            if row.approved:
                row.id, row._state.adding = uuid4(), True
            row.approved, row.stretch, row.source = True, today.isoformat(), HAND
            row.approved_from, row.approved_to, row.withdrawn_at, row.withdrawn_by_id = today, None, None, None
            row.revision += 1
            row.save()
            tell(row, "devices.approved", actor, at)
            begun(clinic.id, (rules.DEVICE, rules.ATTESTATION), actor, at)
            inputs_changed(clinic.id, BY_HAND)
    except IntegrityError:
        raise Refused(refused("It has been approved today already. Approve it again tomorrow.")) from None
    approved: UUID = row.id
    return approved


def withdraw_device(*, clinic: Clinic, device: UUID, revision: int | None, actor: Actor, at: datetime) -> None:
    """Take a device's approval away, at this instant, whichever row it rests on.

    Raises DoesNotExist, Stale, Refused where it has none.
    """
    today = at.astimezone(clinic.time_zone).date()
    with transaction.atomic():
        held = _all_of(locked(clinic.id, device, revision)).select_for_update().order_by("id")
        rows = [row for row in held if row.approved and row.withdrawn_at is None]
        if not rows:
            raise Refused(refused("It is not approved, so there is nothing to withdraw."))
        for row in rows:
            end(row, today, actor.person, at)
            tell(row, "devices.withdrawn", actor, at)
        inputs_changed(clinic.id, BY_HAND)


def end(row: models.Device, today: date, by: UUID | None, at: datetime) -> None:
    """End a row's approval now; ``by`` None: the register that was imported no longer names it."""
    row.withdrawn_at, row.withdrawn_by_id = at, by
    row.approved_to = min(row.approved_to or today, today)
    row.revision += 1
    row.save()


def _all_of(row: models.Device) -> Any:
    """Every row of the same device."""
    return models.Device.objects.filter(clinic_id=row.clinic_id, ref_index=row.ref_index)


def _check_owner(owner: str) -> None:
    if owner not in rules.OWNERS:
        raise refuse("owner", "one of " + ", ".join(rules.OWNERS), repr(owner[:40]))
