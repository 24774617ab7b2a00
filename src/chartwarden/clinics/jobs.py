"""What a clinic needs done from time to time: its ledger's head signed, and its webhooks told of new entries."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from chartwarden.clinics.delivering import deliver
from chartwarden.clinics.queries import clinics
from chartwarden.clinics.services import across_clinics, acting_in
from chartwarden.kernel.decisions import Refused
from chartwarden.kernel.jobs import Job
from chartwarden.ledger.queries import checkpoint
from chartwarden.ledger.services import keep_outside, sign_checkpoint


def sign_heads(at: datetime) -> int:
    """Sign a checkpoint for every clinic whose ledger has grown since its last, and keep it outside too. Says how many.

    A ledger that can't be signed, since it was rewritten, does not keep the others from it: it is said afterwards.
    """
    done, wrong = 0, None
    for clinic in _everywhere():
        try:
            done += _sign_head(clinic, at)
        except Refused as refusal:
            wrong = refusal
    if wrong is not None:
        raise wrong
    return done


def deliver_everywhere(at: datetime) -> int:
    """Tell every clinic's webhooks what they have not been told. Says how many messages arrived."""
    return deliver(clinics=_everywhere(), at=at)


def _everywhere() -> list[UUID]:
    with across_clinics():
        return [found.id for found in clinics()]


def _sign_head(clinic: UUID, at: datetime) -> bool:
    with acting_in(clinic):
        with transaction.atomic():
            last = checkpoint(clinic)
            signed = sign_checkpoint(clinic=clinic, at=at)
        keep_outside(clinic=clinic)
    return last is None or signed.size != last.size


JOBS = (
    Job("clinics.sign_heads", sign_heads, timedelta(minutes=5)),
    Job("clinics.deliver", deliver_everywhere, timedelta(seconds=10)),
)
