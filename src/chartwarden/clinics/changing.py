"""Settings changed, each with what it was and what it became."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from chartwarden.clinics import models
from chartwarden.clinics.contracts import DETECTION, Clinic
from chartwarden.clinics.inputs import inputs_changed
from chartwarden.clinics.queries import contract
from chartwarden.clinics.rules import checked
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.decisions import Decision, refused, require
from chartwarden.kernel.errors import refuse
from chartwarden.ledger.services import append

LAW = "45 CFR 164.308(a)(1)(ii)(D)"
NOT_ASKED = refused("How accesses are judged is changed only by somebody about whom no case is open.", LAW)


def change_settings(
    *, clinic: UUID, changes: Mapping[str, Any], actor: Actor, at: datetime, detection: Decision = NOT_ASKED
) -> Clinic:
    """Set what ``changes`` names, by the fields of ``contracts.Clinic``; the entry holds old and new of what differs.

    ``detection`` says whether the actor may change how accesses are judged, which the rooms above know: a person may
    not where nobody was asked. The system may. Raises Refused where they may not, InputRefused for a setting that does
    not exist, or can't be that. Nothing is written where nothing differs.
    """
    wanted = {name: checked(name, value) for name, value in changes.items()}
    with transaction.atomic():
        row = models.Clinic.objects.select_for_update().filter(id=clinic).first()
        if row is None:
            raise refuse("clinic", "a clinic of this installation", "none")
        differ = {name: (getattr(row, name), value) for name, value in wanted.items() if getattr(row, name) != value}
        if DETECTION & differ.keys() and actor.person is not None:
            require(detection)
        if differ:
            for name, (_, value) in differ.items():
                setattr(row, name, value)
            row.save(update_fields=list(differ))
            append(
                clinic=clinic,
                kind="clinics.settings_changed",
                actor=actor,
                at=at,
                subject={"clinic": str(clinic)},
                facts={name: {"from": _plain(old), "to": _plain(new)} for name, (old, new) in differ.items()},
            )
            if DETECTION & differ.keys():
                inputs_changed(clinic, "settings")
    return contract(row)


def _plain(value: Any) -> Any:
    """As the ledger may hold it: of thresholds only their digest, since they hold fractions and free words."""
    if isinstance(value, dict):
        return "sha256:" + hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
    return value.isoformat() if isinstance(value, date) else value
