"""What closed the duties of a clinic: rows of this room, and entries that other rooms wrote into the ledger."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from chartwarden.clinics.contracts import Clinic
from chartwarden.duties import models, rules
from chartwarden.duties.calendar import times
from chartwarden.duties.contracts import Closed, Duty, catalog
from chartwarden.ledger import queries as ledger
from chartwarden.ledger.contracts import StoredEntry

OWN = "duties."
MOST = 1_000_000


def closings(clinic: Clinic, now: datetime, only: str | None = None) -> Mapping[str, Mapping[date, Closed]]:
    """Closings by duty and by the day that it came round; of one duty, where ``only`` names it."""
    found: dict[str, dict[date, Closed]] = defaultdict(dict)
    rows = models.Closing.objects.filter(clinic_id=clinic.id)
    for row in rows.filter(duty=only) if only else rows:
        found[row.duty][row.day] = Closed(row.closed_at, row.person_id, row.entry, row.evidence)
    for name, duty in catalog().items():
        if duty.closed_by and not duty.closed_by.startswith(OWN) and only in (None, name):
            found[name] = _by_entries(name, duty, clinic, now)
    return found


def _by_entries(name: str, duty: Duty, clinic: Clinic, now: datetime) -> dict[date, Closed]:
    """Of several entries about one occurrence, the first closed it."""
    there = times(name, duty, clinic, now.astimezone(clinic.time_zone).date())
    found: dict[date, Closed] = {}
    for entry in ledger.entries(clinic.id, kinds=(duty.closed_by or "",), limit=MOST):
        day = rules.day_closed(there, entry.facts, entry.at.astimezone(clinic.time_zone).date())
        if day is not None:
            found.setdefault(day, Closed(entry.at, _person(entry), entry.index))
    return found


def _person(entry: StoredEntry) -> UUID | None:
    what, _, identity = entry.actor.partition(":")
    return UUID(identity) if what == "person" else None
