"""A person's own openings at the gateway, from the ledger: there at once, before any log is imported.

The rooms meet in the ledger's kinds alone. An entry names no patient; of what opened, the assignment does. One page of
a record is put together from many requests, each an entry of its own: what belongs to one reading counts once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from chartwarden.assignments import queries as assignments
from chartwarden.assignments.contracts import Work
from chartwarden.clinics.contracts import Clinic
from chartwarden.ledger import queries as ledger
from chartwarden.ledger.contracts import StoredEntry

KINDS = ("gateway.assignment_opened", "gateway.record_opened", "gateway.record_denied")
ENTRIES, SHOWN = 4000, 50
"""So many of a person's newest entries are read, and so many lines are shown of them."""
LATELY = timedelta(days=14)
AT_ONCE = timedelta(minutes=1)
"""Within which requests for one record count as one reading of it."""


@dataclass(frozen=True)
class Opening:
    """One stretch of readings of one record on one local day, or of refusals for the same reasons. ``times`` counts
    readings, each of which began a minute or more after the one before, or refusals. ``patient`` is the
    EHR's id, "" where the entry names none; ``work`` the assignment it opened by."""

    first_at: datetime
    last_at: datetime
    times: int
    patient: str
    work: Work | None
    reasons: tuple[str, ...]

    @property
    def denied(self) -> bool:
        """Whether it was refused."""
        return bool(self.reasons)


def my_openings(clinic: Clinic, person: UUID, now: datetime) -> list[Opening]:
    """A person's openings of the last fourteen days, the newest first."""
    found = ledger.entries(
        clinic.id, ledger.latest(clinic.id).size, ENTRIES, KINDS, ("person", str(person)), newest_first=True,
        begins=now - LATELY,
    )  # fmt: skip
    lines = _together(clinic, found)[:SHOWN]
    works = assignments.works(clinic.id, {UUID(one) for key, _ in lines if (one := key[1])})
    return [_line(key, entries, works) for key, entries in lines]


Key = tuple[str, str, tuple[str, ...]]


def _together(clinic: Clinic, found: Iterable[StoredEntry]) -> list[tuple[Key, list[StoredEntry]]]:
    """Entries of one day about one assignment, and refusals of one day for the same reasons; in the order of the
    newest of each."""
    lines: dict[Key, list[StoredEntry]] = {}
    for entry in found:
        denied = entry.kind == "gateway.record_denied"
        day = entry.at.astimezone(clinic.time_zone).date().isoformat()
        reasons = tuple(entry.facts["reasons"]) if denied else ()
        lines.setdefault((day, str(entry.subject.get("assignment", "")), reasons), []).append(entry)
    return list(lines.items())


def _line(key: Key, entries: list[StoredEntry], works: dict[UUID, Work]) -> Opening:
    work = works.get(UUID(key[1])) if key[1] else None
    read = [entry for entry in entries if entry.kind != "gateway.assignment_opened"]
    times = [entry.at for entry in entries]
    many = len(read) if key[2] else _readings(entry.at for entry in read)
    return Opening(min(times), max(times), many, work.patient if work else "", work, key[2])


def _readings(times: Iterable[datetime]) -> int:
    """How many readings requests at these times make."""
    count, begin = 0, None
    for at in sorted(times):
        if begin is None or at - begin >= AT_ONCE:
            count, begin = count + 1, at
    return count
