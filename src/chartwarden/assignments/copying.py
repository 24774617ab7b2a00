"""Copies of documents that a coder saved, until they say that they are deleted.

The gateway's verbs, which call these, leave the entries: a copy is made and deleted there.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from chartwarden.assignments import models, rules
from chartwarden.assignments.keeping import locked
from chartwarden.kernel.decisions import require


def note_copy(*, clinic: UUID, assignment: UUID, person: UUID, document: str, purpose: str, at: datetime) -> UUID:
    """Write down that somebody saved a copy of one document (an opaque word) of an assignment's record. Its id.

    Until its deletion is confirmed the work can't be submitted or closed. Raises DoesNotExist, Refused where the work
    is no longer theirs and open: it may have ended since they asked.
    """
    with transaction.atomic():
        work = locked(clinic, assignment)
        expired = work.expires_at is not None and work.expires_at <= at
        require(rules.may_copy(work.coder_id == person and work.state in rules.OPEN and not expired))
        row = models.RecordCopy.objects.create(
            clinic_id=clinic, assignment_id=assignment, person_id=person, document=document, purpose=purpose, made_at=at
        )
    made: UUID = row.id
    return made


def confirm_copy_deleted(*, clinic: UUID, person: UUID, copy: UUID, at: datetime) -> UUID | None:
    """Write down that somebody has deleted a copy that they saved. The assignment's id; None where they had said so.

    Raises DoesNotExist, also for anybody else's copy.
    """
    with transaction.atomic():
        row = models.RecordCopy.objects.select_for_update().get(clinic_id=clinic, person_id=person, id=copy)
        if row.deleted_at is not None:
            return None
        row.deleted_at = at
        row.save(update_fields=["deleted_at"])
    assignment: UUID = row.assignment_id
    return assignment
