"""How an occurrence of a duty is closed: one row and one entry, in one transaction, once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from django.db import IntegrityError, transaction

from chartwarden.clinics.contracts import Clinic
from chartwarden.clinics.services import seal, seal_salt
from chartwarden.duties import models, queries
from chartwarden.duties.contracts import DutyYear, Standing, State
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.decisions import Stale, refused
from chartwarden.kernel.errors import refuse
from chartwarden.ledger.services import append


def keep_closing(
    *,
    clinic: Clinic,
    found: DutyYear,
    day: date,
    kind: str,
    facts: dict[str, object],
    note: str,
    actor: Actor,
    at: datetime,
    evidence: str = "",
    also: Callable[[], None] | None = None,
) -> None:
    """Write one closing and its entry, and do what belongs to it (``also``), in one transaction. Raises Stale."""
    stands = _standing(found, day)
    late = at >= stands.occurrence.due
    try:
        with transaction.atomic():
            row = models.Closing(clinic_id=clinic.id, duty=found.id, day=day, person_id=actor.person, closed_at=at)
            row.note, row.evidence = seal(clinic.id, queries.NOTE, note.encode()), evidence
            appended = append(
                clinic=clinic.id,
                kind=kind,
                actor=actor,
                at=at,
                subject={"duty": found.id},
                facts={"occurrence": day.isoformat(), "late": late, "evidence": evidence or None, **facts},
                private={"note": note},
            )
            row.entry, row.salt = appended.index, seal_salt(clinic.id, appended.salts["note"])
            row.save(force_insert=True)
            if also is not None:
                also()
    except IntegrityError:
        raise _closed_before() from None


def _standing(found: DutyYear, day: date) -> Standing:
    """The occurrence of that day, which must have come round and wait."""
    stands = next((one for one in (*found.open, *found.year) if one.occurrence.day == day), None)
    if stands is None or stands.state is State.UPCOMING:
        raise refuse("day", "a day on which this duty came round", day.isoformat())
    if stands.closed is not None:
        raise _closed_before()
    return stands


def _closed_before() -> Stale:
    return Stale(
        refused("Somebody has closed this already. Nothing of theirs was changed; look at the duty's history.")
    )
