"""What others may have the patients room do. Patients come from their feed alone; feeds.py takes it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from chartwarden.kernel.actors import Actor
from chartwarden.ledger.services import append


def note_table_read(*, clinic: UUID, actor: Actor, at: datetime) -> None:
    """Write down that a program reads the table of patients, before it does: no record, no PHI."""
    with transaction.atomic():
        append(clinic=clinic, kind="patients.table_read", actor=actor, at=at, subject={"clinic": str(clinic)}, facts={})
