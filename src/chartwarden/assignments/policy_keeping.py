"""The minimum-necessary policy, kept: drafted by who assigns work, approved by the privacy officer, then unchanged.

A version is in force from its approval until the next one's. Every version stays and can be read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from chartwarden.assignments import models
from chartwarden.assignments import policy_rules as rules
from chartwarden.assignments.contracts import Scope
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.decisions import Refused, Stale, refused
from chartwarden.ledger.services import append

CHANGED = "Somebody else has changed the draft meanwhile. Read it again first."


@dataclass(frozen=True)
class Policy:
    """A version of the policy, or its draft: ``version`` 0. Instants are UTC."""

    id: UUID
    version: int
    clauses: tuple[rules.Clause, ...]
    justifications: dict[str, str]
    digest: str
    drafted_by: UUID | None
    drafted_at: datetime
    approved_by: UUID | None
    approved_at: datetime | None
    revision: int


def draft_policy(*, clinic: UUID, clauses: Iterable[rules.Clause], revision: int, actor: Actor, at: datetime) -> UUID:
    """Write the clinic's draft: all clauses anew. ``revision`` is that of the draft that was seen, 0 where none was.

    Raises InputRefused for clauses that won't do, Stale where the draft changed since, Refused where it is what is in
    force already.
    """
    kept = rules.contents(rules.checked(clauses))
    digest = rules.digest(kept)
    with transaction.atomic():
        row = _draft(clinic).select_for_update().first()
        if (row.revision if row else 0) != revision:
            raise Stale(refused(CHANGED))
        row = row or models.Policy(clinic_id=clinic)
        if (there := in_force(clinic)) and there.digest == digest and row._state.adding:
            raise Refused(refused("This is what is in force already. Change something first."))
        row.contents, row.digest, row.revision = kept, digest, revision + 1
        row.drafted_by_id, row.drafted_at = actor.person, at
        row.save()
        _tell("assignments.policy_drafted", row, actor, at)
    drafted: UUID = row.id
    return drafted


def propose_policy(*, clinic: UUID, actor: Actor, at: datetime) -> UUID:
    """Draft what Chartwarden proposes to a clinic that has no draft. Raises as ``draft_policy``."""
    return draft_policy(clinic=clinic, clauses=rules.STARTING, revision=0, actor=actor, at=at)


def discard_policy(*, clinic: UUID, revision: int, actor: Actor, at: datetime) -> None:
    """Throw the draft away. Raises Stale where it is gone or changed since."""
    with transaction.atomic():
        row = _draft(clinic).select_for_update().first()
        if row is None or row.revision != revision:
            raise Stale(refused(CHANGED))
        _tell("assignments.policy_discarded", row, actor, at)
        row.delete()


def approve_policy(*, clinic: UUID, digest: str, actor: Actor, at: datetime) -> int:
    """Put the draft in force, as it was read: ``digest`` says so. Returns its version.

    Whoever calls has seen that the officer is there themselves. Raises Stale where the draft is gone or another by now,
    Refused where it is what is in force already.
    """
    with transaction.atomic():
        row = _draft(clinic).select_for_update().first()
        if row is None or row.digest != digest:
            raise Stale(refused(CHANGED))
        there = in_force(clinic)
        if there and there.digest == digest:
            raise Refused(refused("This is what is in force already."))
        row.version = (there.version if there else 0) + 1
        row.approved_by_id, row.approved_at = actor.person, at
        row.save()
        _tell("assignments.policy_approved", row, actor, at)
    return int(row.version)


def _tell(kind: str, row: models.Policy, actor: Actor, at: datetime) -> None:
    append(
        clinic=row.clinic_id,
        kind=kind,
        actor=actor,
        at=at,
        subject={"policy": str(row.id)},
        facts={"sha256": row.digest, "clauses": len(row.contents["clauses"]), "version": row.version or 0},
    )


def _draft(clinic: UUID) -> QuerySet[models.Policy]:
    return models.Policy.objects.filter(clinic_id=clinic, version=None)


def draft(clinic: UUID) -> Policy | None:
    """The draft that waits to be approved."""
    row = _draft(clinic).first()
    return _read(row) if row else None


def in_force(clinic: UUID) -> Policy | None:
    """The version that was approved last."""
    row = _approved(clinic).first()
    return _read(row) if row else None


def versions(clinic: UUID) -> list[Policy]:
    """Every version that was approved, the newest first."""
    return [_read(row) for row in _approved(clinic)]


def policy(clinic: UUID, identity: UUID) -> Policy | None:
    """One version, or the draft."""
    row = models.Policy.objects.filter(clinic_id=clinic, id=identity).first()
    return _read(row) if row else None


def scope(clinic: UUID, kind: str, roles: Iterable[str]) -> Scope:
    """What the policy in force lets somebody with these roles see for this kind of work: one look at the newest
    version, which itself never changes and is read once."""
    newest = _approved(clinic).values_list("id", flat=True).first()
    return Scope() if newest is None else _scope(clinic, newest, kind, frozenset(roles))


@lru_cache(maxsize=4096)
def _scope(clinic: UUID, identity: UUID, kind: str, roles: frozenset[str]) -> Scope:
    row = models.Policy.objects.get(clinic_id=clinic, id=identity)
    return rules.scope_of(rules.clauses_of(row.contents), row.version, kind, roles)


def _approved(clinic: UUID) -> QuerySet[models.Policy]:
    return models.Policy.objects.filter(clinic_id=clinic, version__isnull=False).order_by("-version")


def _read(row: models.Policy) -> Policy:
    return Policy(
        id=row.id,
        version=row.version or 0,
        clauses=rules.clauses_of(row.contents),
        justifications=row.contents["justifications"],
        digest=row.digest,
        drafted_by=row.drafted_by_id,
        drafted_at=row.drafted_at,
        approved_by=row.approved_by_id,
        approved_at=row.approved_at,
        revision=row.revision,
    )
