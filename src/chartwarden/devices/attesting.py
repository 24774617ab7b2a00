"""A person's own statement about where they work."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from chartwarden.clinics.services import seal, seal_salt
from chartwarden.devices import models, rules
from chartwarden.devices.keeping import NOTE, checked
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.decisions import Refused, refused
from chartwarden.kernel.errors import refuse
from chartwarden.ledger.services import append


def sign_statement(*, clinic: UUID, confirmed: Collection[str], note: str, actor: Actor, at: datetime) -> bool:
    """Sign one's own statement: the points that are so, and a note about those that are not. True: all of them.

    A statement with a point left out is kept and shown to the security officer, and does not count as signed. Raises
    InputRefused where a point is left out without a word about it; Refused for whoever is no person.
    """
    if actor.person is None or actor.ref != Actor.of_person(actor.person).ref:
        raise Refused(refused("A statement about a workplace is a person's own to sign.", rules.DEVICES_LAW))
    points = [point for point in rules.STATEMENT if point in confirmed]
    whole = len(points) == len(rules.STATEMENT)
    note = checked("what is not so", note, required=False)
    if not whole and not note:
        raise refuse("what is not so", "every point confirmed, or a word about the others", "neither")
    with transaction.atomic():
        row = models.WorkplaceStatement.objects.create(
            clinic_id=clinic,
            person_id=actor.person,
            signed_at=at,
            version=rules.STATEMENT_VERSION,
            confirmed=points,
            whole=whole,
            note=seal(clinic, NOTE, note.encode()),
        )
        entry = append(
            clinic=clinic,
            kind="devices.statement_signed",
            actor=actor,
            at=at,
            subject={"person": str(actor.person), "statement": str(row.id)},
            facts={"version": rules.STATEMENT_VERSION, "confirmed": points, "whole": whole},
            private={"note": note} if note else {},
        )
        if note:
            row.salt = seal_salt(clinic, entry.salts["note"])
            row.save(update_fields=["salt"])
    return whole
