"""What a program's reading of the queue leaves in the ledger."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from chartwarden.kernel.actors import Actor
from chartwarden.ledger.services import append


def note_table_read(*, clinic: UUID, actor: Actor, at: datetime) -> None:
    """Write down that a program reads the table of assignments, before it does: it holds patients' ids."""
    with transaction.atomic():
        append(
            clinic=clinic, kind="assignments.table_read", actor=actor, at=at, subject={"clinic": str(clinic)}, facts={}
        )
