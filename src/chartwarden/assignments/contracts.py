"""What others may hold of the coding queue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class RecordClass(StrEnum):
    """What coders read, as requirement S1 names it; ``overview`` is what is none of these: who the patient is, visits,
    problems, medications, allergies, orders."""

    OVERVIEW = "overview"
    NOTES = "notes"
    OPERATIVE = "operative"
    LABORATORY = "laboratory"
    RADIOLOGY = "radiology"
    DISCHARGE = "discharge"
    PRIOR_AUTHORIZATION = "prior_authorization"


@dataclass(frozen=True, slots=True)
class Scope:
    """What the minimum-necessary policy in force lets one kind of work see and do (45 CFR 164.514(d)(2)).

    ``encounter_only``: only what belongs to the assignment's encounter. ``printing`` and ``copies``: whether pages may
    be printed and documents saved, each logged with its purpose. ``version`` 0: nobody has approved a policy yet; then
    the whole record of an assignment opens (45 CFR 164.514(d)(5)), with no printing and no copies.
    """

    classes: frozenset[RecordClass] = frozenset(RecordClass)
    encounter_only: bool = False
    printing: bool = False
    copies: bool = False
    version: int = 0


@dataclass(frozen=True, slots=True)
class FoundConflict:
    """How a person and a patient are related (``kind``: self, family, household or colleague), as far as is known.

    ``accepted_by``: who said in writing that a colleague's record may be coded all the same, and None otherwise.
    """

    kind: str
    found_at: datetime
    accepted_by: UUID | None = None


@dataclass(frozen=True, slots=True)
class Tie:
    """A person and a patient (the EHR's id) who seem to be close, as the review's links tell. ``kind`` is self, family,
    household or colleague; of a colleague, ``other`` is the member of the workforce whom the patient seems to be.
    """

    person: UUID
    patient: str
    kind: str
    evidence: str
    other: UUID | None = None


@dataclass(frozen=True, slots=True)
class Unlooked:
    """Open assignments for which conflicts were not looked for: ``work`` of them, whose patients no feed knows, or all
    where they never were. ``feed``: whether any patient was imported; ``ever``: whether they ever were looked for."""

    feed: bool
    ever: bool
    work: int


@dataclass(frozen=True, slots=True)
class KnownConflict:
    """A conflict as it concerns one assignment. ``may_be_accepted``: it is a colleague's record, and the reader may say
    in writing that the person codes it."""

    id: UUID
    person: UUID
    accepted: bool
    may_be_accepted: bool


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


@dataclass(frozen=True)
class SavedCopy:
    """A copy of a document that a coder saved and has not deleted yet. ``patient`` is the EHR's id: PHI, for their own
    page. ``is_over``: whether the work on the record has ended meanwhile."""

    id: UUID
    assignment: UUID
    patient: str
    purpose: str
    made_at: datetime
    is_over: bool
