"""Conflicts of interest: kept as the review's links find them, before a record opens, and accepted in writing.

How somebody is close to a patient lies sealed. Whoever assigns is told that there is a conflict, the coder that it says
nothing about them, and the ledger how many there are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import transaction

from chartwarden.assignments import models, rules, sealed
from chartwarden.assignments.contracts import FoundConflict, Tie
from chartwarden.assignments.keeping import checked
from chartwarden.clinics.services import seal, seal_salt, unseal
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.decisions import require
from chartwarden.ledger.services import append

PURPOSE, NOTE = "assignment conflict", "assignment conflict accepted"
BATCH = 2_000


class Closeness(msgspec.Struct, frozen=True):
    """What lies sealed in a conflict's row."""

    patient: str
    kind: str
    evidence: str
    other: UUID | None = None


def opened(row: models.Conflict) -> Closeness:
    """What lies sealed in a row."""
    return msgspec.json.decode(unseal(row.clinic_id, PURPOSE, row.sealed), type=Closeness)


def contract(row: models.Conflict) -> FoundConflict:
    """A row as others may hold it."""
    return FoundConflict(opened(row).kind, row.found_at, row.accepted_by_id)


def between(clinic: UUID, person: UUID, patient_index: bytes | memoryview) -> FoundConflict | None:
    """What keeps a person and a patient apart, by the patient's blind index."""
    rows = models.Conflict.objects.filter(clinic_id=clinic, person_id=person, patient_index=bytes(patient_index))
    row = rows.filter(withdrawn_at=None).first()
    return contract(row) if row else None


def barred(clinic: UUID, coders: Collection[UUID], work: Iterable[models.Assignment]) -> dict[UUID, set[UUID]]:
    """Of pieces of work, by their ids, those coders who can't be given them; pieces open to all are not there."""
    rows = models.Conflict.objects.filter(clinic_id=clinic, person_id__in=coders, withdrawn_at=None, accepted_at=None)
    kept_from: dict[bytes, set[UUID]] = {}
    for person, index in rows.values_list("person_id", "patient_index"):
        kept_from.setdefault(bytes(index), set()).add(person)
    found = {row.id: kept_from.get(bytes(row.patient_index), set()) for row in work}
    return {piece: people for piece, people in found.items() if people}


def keep_conflicts(
    *,
    clinic: UUID,
    found: Iterable[Tie],
    people: Collection[UUID],
    patients: int,
    basis: str,
    actor: Actor,
    at: datetime,
) -> int:
    """Keep what was found of those people and all patients, made from inputs that ``basis`` stands for.

    Conflicts of theirs that are no longer found are withdrawn, but for accepted ones; other people's stay. Where a
    conflict is another one now than that which was accepted, the acceptance ends. Again is harmless: with the same
    basis nothing is done. Returns how many there are of those people; the entry holds counts only.
    """
    with transaction.atomic():
        search, _ = models.ConflictSearch.objects.select_for_update().get_or_create(
            clinic_id=clinic, defaults={"basis": "", "searched_at": at}
        )
        if search.basis == basis:
            return 0
        wanted = _strongest(clinic, found)
        counts = _keep(clinic, wanted, set(people), at)
        search.basis, search.searched_at = basis, at
        search.save(update_fields=["basis", "searched_at"])
        append(
            clinic=clinic,
            kind="assignments.conflicts_found",
            actor=actor,
            at=at,
            subject={"clinic": str(clinic)},
            facts={"people": len(people), "patients": patients, **counts},
        )
    return len(wanted)


def _strongest(clinic: UUID, found: Iterable[Tie]) -> dict[tuple[UUID, bytes], Closeness]:
    """One for each pair: the kind that weighs most."""
    wanted: dict[tuple[UUID, bytes], Closeness] = {}
    indexes: dict[str, bytes] = {}
    for tie in sorted(found, key=lambda one: (rules.CONFLICTS.index(one.kind), one.evidence, str(one.other))):
        if tie.patient not in indexes:
            indexes[tie.patient] = sealed.index(clinic, sealed.PATIENT, tie.patient)
        close = Closeness(tie.patient, tie.kind, tie.evidence, tie.other)
        wanted.setdefault((tie.person, indexes[tie.patient]), close)
    return wanted


def _keep(
    clinic: UUID, wanted: Mapping[tuple[UUID, bytes], Closeness], people: set[UUID], at: datetime
) -> dict[str, int]:
    counts = dict.fromkeys(("added", "changed", "withdrawn", "unchanged"), 0)
    rows = models.Conflict.objects.select_for_update().filter(clinic_id=clinic).order_by("id")
    known = {(row.person_id, bytes(row.patient_index)): row for row in rows if row.person_id in people}
    new, other = [], []
    for pair, close in wanted.items():
        row = known.pop(pair, None)
        if row is None:
            new.append(_row(clinic, pair, close, at))
            counts["added"] += 1
        elif row.withdrawn_at is None and opened(row) == close:
            counts["unchanged"] += 1
        else:
            before = opened(row)
            if (before.kind, before.other) != (close.kind, close.other):
                row.accepted_by_id = row.accepted_at = None
            row.sealed, row.found_at, row.withdrawn_at = _sealed(clinic, close), at, None
            other.append(row)
            counts["changed"] += 1
    for row in known.values():
        if row.withdrawn_at is None and row.accepted_at is None:
            row.withdrawn_at = at
            other.append(row)
            counts["withdrawn"] += 1
    models.Conflict.objects.bulk_create(new, batch_size=BATCH)
    changed = ["sealed", "found_at", "withdrawn_at", "accepted_by", "accepted_at"]
    models.Conflict.objects.bulk_update(other, changed, batch_size=100)
    return counts


def _row(clinic: UUID, pair: tuple[UUID, bytes], close: Closeness, at: datetime) -> models.Conflict:
    return models.Conflict(
        clinic_id=clinic, person_id=pair[0], patient_index=pair[1], found_at=at, sealed=_sealed(clinic, close)
    )


def _sealed(clinic: UUID, close: Closeness) -> bytes:
    return seal(clinic, PURPOSE, msgspec.json.encode(close))


def accept_conflict(*, clinic: UUID, conflict: UUID, note: str, actor: Actor, at: datetime) -> None:
    """Say in writing that a person may code the record of a colleague of theirs. Again is harmless.

    Raises DoesNotExist, InputRefused without a word why, Refused for any other conflict, for one's own, and for one's
    own record. The entry commits to the words and names no patient.
    """
    text = checked("why", note)
    with transaction.atomic():
        rows: Any = models.Conflict.objects.select_for_update()
        row = rows.get(clinic_id=clinic, id=conflict, withdrawn_at=None)
        close = opened(row)
        require(rules.may_accept(close.kind, actor.person, row.person_id, close.other))
        if row.accepted_at is not None:
            return
        entry = append(
            clinic=clinic,
            kind="assignments.conflict_accepted",
            actor=actor,
            at=at,
            subject={"conflict": str(row.id), "person": str(row.person_id)},
            private={"note": text},
        )
        row.accepted_by_id, row.accepted_at = actor.person, at
        row.note, row.salt = seal(clinic, NOTE, text.encode()), seal_salt(clinic, entry.salts["note"])
        row.save(update_fields=["accepted_by", "accepted_at", "note", "salt"])
