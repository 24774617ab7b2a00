"""The ledger held against itself, and what the rooms keep held against the ledger."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from chartwarden.ledger.contracts import Verified
from chartwarden.ledger.queries import verify_stored
from chartwarden.review.queries import verify_kept


def verify_all(clinic: UUID) -> tuple[Verified, int]:
    """What is wrong with a clinic's ledger, or with the decisions, texts and signed reviews that it tells of; and how
    many of those were compared."""
    verified = verify_stored(clinic)
    if not verified.sound:
        return verified, 0
    compared, faults = verify_kept(clinic)
    return replace(verified, faults=faults), compared
