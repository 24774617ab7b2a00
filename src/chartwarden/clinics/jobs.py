"""What a clinic needs done from time to time: its ledger's head signed."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from chartwarden.clinics.queries import clinics
from chartwarden.clinics.services import across_clinics, acting_in
from chartwarden.kernel.jobs import Job
from chartwarden.ledger.queries import checkpoint, latest
from chartwarden.ledger.services import sign_checkpoint


def sign_heads(at: datetime) -> int:
    """Sign a checkpoint for every clinic whose ledger has grown since its last. Says how many."""
    with across_clinics():
        known = [found.id for found in clinics()]
    return sum(_sign_head(clinic, at) for clinic in known)


def _sign_head(clinic: UUID, at: datetime) -> bool:
    with acting_in(clinic), transaction.atomic():
        last = checkpoint(clinic)
        if latest(clinic).size == (last.size if last else 0):
            return False
        sign_checkpoint(clinic=clinic, at=at)
        return True


JOBS = (Job("clinics.sign_heads", sign_heads, timedelta(minutes=5)),)
