"""What others may hold of the coding queue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class Work:
    """One assignment as its pages show it. ``patient`` and ``encounter`` are the EHR's ids: PHI, for display only.

    ``coder`` None: nobody's yet. ``expires_at``: when a reopening runs out. ``revision`` grows with each change.
    Instants are UTC.
    """

    id: UUID
    patient: str
    encounter: str
    kind: str
    state: str
    coder: UUID | None
    assigned_at: datetime
    ended_at: datetime | None
    expires_at: datetime | None
    outcome: str
    hold: str
    reason: str
    revision: int


@dataclass(frozen=True)
class Grant:
    """An assignment without its identity, as the decision to open a record needs it. Instants are UTC."""

    id: UUID
    kind: str
    is_open: bool
    begins: datetime
    ends: datetime | None
    expires: datetime | None
    encounter: str


@dataclass(frozen=True)
class Load:
    """How much a coder has before them."""

    coder: UUID
    open: int
    on_hold: int
