"""What others may hold of an import."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from chartwarden.logs.contracts import InputCount, QuarantinedRow


@dataclass(frozen=True)
class UploadState:
    """How far an upload is. ``offset`` counts the bytes that are kept: go on from there.

    ``again``: the same file is here already, and ``id`` is that import; nothing is to be sent.
    """

    id: UUID
    state: str
    offset: int
    size: int
    kind: str
    again: bool = False


@dataclass(frozen=True)
class Import:
    """One import as lists show it. ``name`` is the file's name as given; it may speak of a patient, so it is shown
    only to people who import. Instants are aware UTC, days the clinic's; ``by`` is None where no person sent it."""

    id: UUID
    kind: str
    title: str
    source: str
    state: str
    name: str
    size: int
    received_bytes: int
    by: UUID | None
    begun_at: datetime
    received_at: datetime | None
    read_at: datetime | None
    decided_at: datetime | None
    format: str
    first_at: datetime | None
    last_at: datetime | None
    first_day: date | None
    last_day: date | None
    rows: int
    read: int
    quarantined: int
    duplicates: int
    stage: str
    fraction: float
    counts_when_read: bool
    revision: int | None
    held: str = ""


@dataclass(frozen=True)
class Preview:
    """What was read, or why it could not be. ``days`` have accesses; ``missing`` lie between them and have none.

    ``quarantine`` are the first rows only. ``faults`` are (where, expected, found). ``silences`` are naive UTC,
    as is ``last_seen``: each login's last access.
    """

    title: str = ""
    counts: tuple[InputCount, ...] = ()
    quarantine: tuple[QuarantinedRow, ...] = ()
    not_accesses: Mapping[str, int] = field(default_factory=dict)
    guessed: int = 0
    days: tuple[date, ...] = ()
    missing: tuple[date, ...] = ()
    logins: Mapping[str, int] = field(default_factory=dict)
    last_seen: Mapping[str, datetime] = field(default_factory=dict)
    silences: tuple[tuple[datetime, datetime], ...] = ()
    jumps: tuple[datetime, ...] = ()
    recorded_early: int = 0
    present: tuple[str, ...] = ()
    faults: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True)
class ImportSpan:
    """A counted log: its first and last access (aware UTC), and the clinic's revision when it was counted."""

    id: UUID
    revision: int
    first_at: datetime
    last_at: datetime
    counted_at: datetime
