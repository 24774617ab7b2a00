"""What may be read of conflicts of interest."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef

from chartwarden.assignments import conflicts, keeping, models, rules, sealed
from chartwarden.assignments.contracts import FoundConflict, KnownConflict, Unlooked
from chartwarden.patients import queries as patients


def conflict(clinic: UUID, person: UUID, patient: str) -> FoundConflict | None:
    """What is known of a person and a patient (the EHR's id) that keeps them apart."""
    return conflicts.between(clinic, person, sealed.index(clinic, sealed.PATIENT, patient))


def conflicts_searched(clinic: UUID) -> tuple[str, datetime | None]:
    """From what conflicts were last looked for, and when; ("", None) where they never were."""
    row = models.ConflictSearch.objects.filter(clinic_id=clinic).first()
    return (row.basis, row.searched_at) if row else ("", None)


def unlooked(clinic: UUID) -> Unlooked:
    """For which open assignments conflicts were not looked for: nothing is known of their patients, or it is to be."""
    work, feed = keeping.in_queue(clinic).filter(state__in=rules.OPEN), patients.any_known(clinic)
    ever = conflicts_searched(clinic)[1] is not None
    if feed and ever:
        work = patients.of_unknown(clinic, work, "patient_index")
    return Unlooked(feed, ever, work.count())


def conflicted(clinic: UUID) -> frozenset[UUID]:
    """The open assignments whose coder a conflict of interest keeps from the record.

    Asked from the conflicts, which are few, and not from the queue, which is long.
    """
    work = keeping.in_queue(clinic).filter(state__in=rules.OPEN)
    same = {"coder_id": OuterRef("person_id"), "patient_index": OuterRef("patient_index")}
    rows = models.Conflict.objects.filter(clinic_id=clinic, withdrawn_at=None, accepted_at=None)
    pairs = {(person, bytes(index)) for person, index in rows.filter(Exists(work.filter(**same))).values_list(
        "person_id", "patient_index"
    )}  # fmt: skip
    if not pairs:
        return frozenset()
    near = work.filter(coder_id__in={person for person, _ in pairs}, patient_index__in={index for _, index in pairs})
    found = near.values_list("id", "coder_id", "patient_index")
    return frozenset(piece for piece, coder, index in found if (coder, bytes(index)) in pairs)


def conflicts_about(clinic: UUID, assignment: UUID, reader: UUID) -> list[KnownConflict]:
    """The conflicts of anybody with the patient of an assignment, as they concern whoever assigns it."""
    row = models.Assignment.objects.filter(clinic_id=clinic, id=assignment).first()
    if row is None:
        return []
    rows = models.Conflict.objects.filter(
        clinic_id=clinic, patient_index=bytes(row.patient_index), withdrawn_at=None
    ).order_by("id")
    return [_known(one, reader) for one in rows]


def _known(row: models.Conflict, reader: UUID) -> KnownConflict:
    close = conflicts.opened(row)
    may = row.accepted_at is None and bool(rules.may_accept(close.kind, reader, row.person_id, close.other))
    return KnownConflict(row.id, row.person_id, row.accepted_at is not None, may)
