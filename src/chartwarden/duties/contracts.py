"""What a duty is, and what is known of each time that it comes round."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache
from uuid import UUID

from chartwarden.kernel.plugins import discover


@dataclass(frozen=True)
class Duty:
    """A plug-in of ``duties/catalog``: something that must be done again and again.

    ``why`` and ``how`` are plain words. ``rule`` is an RRULE of RFC 5545, counted from the clinic's first day, or from
    the day that its setting ``since_setting`` holds. ``owner`` is the role that answers for it. It is due at the end
    of the ``due_days``-th day after it came round, or of as many as the clinic's setting ``due_setting`` says.
    ``closed_by`` is the ledger kind whose entry shows that it was done; None where it is closed by hand with a note.
    ``looks_back`` marks a duty about the time that has passed: it does not come round on the first day itself.
    ``proposed`` says what of it is a proposal and not law. ``page`` is where it is done, by name.
    """

    title: str
    citation: str
    why: str
    how: str
    rule: str
    owner: str
    due_days: int
    closed_by: str | None = None
    looks_back: bool = False
    since_setting: str = ""
    due_setting: str = ""
    proposed: str = ""
    page: str = ""


@cache
def catalog() -> dict[str, Duty]:
    """The duties by id, found once a process. Raises TypeError where a plug-in does not hold what it must."""
    return discover("chartwarden.duties.catalog", "DUTY", Duty)


@dataclass(frozen=True)
class Occurrence:
    """One time that a duty comes round: on a local ``day``, from the instant ``opens`` until before ``due`` (UTC).

    ``previous`` is the day it came round before, or the first day there is; what it looks back on lies between.
    """

    duty: str
    day: date
    previous: date
    opens: datetime
    due: datetime


class State(Enum):
    """How one occurrence stands."""

    UPCOMING = "upcoming"
    DUE = "due"
    OVERDUE = "overdue"
    CLOSED = "done"
    CLOSED_LATE = "done late"

    @property
    def is_open(self) -> bool:
        """Whether it waits to be done now."""
        return self in (State.DUE, State.OVERDUE)


@dataclass(frozen=True)
class Closed:
    """That a duty was done: when (UTC), and by whom, where that is a person. ``entry`` is the ledger entry's index,
    None where it is not known; ``evidence`` the SHA-256 of a file that shows it, in hex, or nothing.
    """

    at: datetime
    person: UUID | None
    entry: int | None = None
    evidence: str = ""


@dataclass(frozen=True)
class Standing:
    """An occurrence, how it stands, and what closed it."""

    occurrence: Occurrence
    state: State
    closed: Closed | None = None


@dataclass(frozen=True)
class DutyYear:
    """A duty as its clinic has it: this year's occurrences, what is open from any year, and the next one to come."""

    id: str
    duty: Duty
    year: tuple[Standing, ...]
    open: tuple[Standing, ...]
    last_closed: Standing | None
    upcoming: Standing | None
