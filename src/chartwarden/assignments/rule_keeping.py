"""The rules by which a clinic shares out work, kept in their order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from chartwarden.assignments import models
from chartwarden.assignments import sharing_rules as sharing
from chartwarden.assignments.keeping import coder_of
from chartwarden.assignments.sharing_rules import ShareRule
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.decisions import Stale, refused
from chartwarden.ledger.services import append


@dataclass(frozen=True)
class KeptRules:
    """A clinic's rules, and their revision; 0: it never had any."""

    rules: tuple[ShareRule, ...] = ()
    revision: int = 0


def share_rules(clinic: UUID) -> KeptRules:
    """The rules of a clinic, in their order."""
    row = models.ShareRules.objects.filter(clinic_id=clinic).first()
    return KeptRules(sharing.read(row.rules), row.revision) if row else KeptRules()


def set_share_rules(*, clinic: UUID, given: Sequence[ShareRule], revision: int, actor: Actor, at: datetime) -> None:
    """Keep rules in the place of those that were seen in ``revision``. The same again changes nothing.

    Raises InputRefused for rules that won't do, Stale where somebody else changed them.
    """
    wanted = sharing.checked(given)
    for coder in {coder for rule in wanted for coder in rule.coders}:
        coder_of(clinic, coder)
    with transaction.atomic():
        row = models.ShareRules.objects.select_for_update().filter(clinic_id=clinic).first()
        if (row.revision if row else 0) != revision:
            raise Stale(refused("Somebody else has changed the rules meanwhile. Nothing of theirs was undone."))
        row = row or models.ShareRules(clinic_id=clinic, rules=[])
        if row.rules == sharing.kept(wanted):
            return
        row.rules, row.revision, row.changed_at = sharing.kept(wanted), revision + 1, at
        row.save()
        append(
            clinic=clinic,
            kind="assignments.rules_set",
            actor=actor,
            at=at,
            subject={"clinic": str(clinic)},
            facts={"rules": len(wanted), "sha256": sharing.digest(wanted), "revision": row.revision},
        )
