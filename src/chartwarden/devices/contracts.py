"""What others may hold of devices, networks and workplaces. No Django."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    """What speaks for a device in one stretch of approval.

    ``owner`` is clinic, vendor, personal, or "" where nobody said. A flag that is None is not known. Days are the
    clinic's, both included; ``approved_from`` None: from the beginning, ``approved_to`` None: until further notice.
    ``approved`` is False until somebody has approved it; ``withdrawn_at`` (UTC) ends it at that instant. It is
    ``shared``, or a ``person``'s; where that is None, whose it is is not known here.
    """

    owner: str
    encrypted: bool | None
    managed: bool | None
    antivirus: bool | None
    approved: bool
    approved_from: date | None = None
    approved_to: date | None = None
    withdrawn_at: datetime | None = None
    person: UUID | None = None
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Device:
    """A device as lists show it: ``name`` as logs and the MDM name it, ``faults`` what speaks against it now.

    ``source`` is hand or feed. ``revision`` grows with each change.
    """

    id: UUID
    name: str
    mdm: str
    facts: DeviceFacts
    faults: tuple[str, ...]
    source: str
    revision: int


@dataclass(frozen=True, slots=True)
class Proof:
    """A client certificate by which a device shows itself, known by the SHA-256 of its DER in hexadecimal digits."""

    id: UUID
    fingerprint: str
    added_at: datetime
    added_by: UUID | None


@dataclass(frozen=True, slots=True)
class Whence:
    """Where somebody asks from: their network address ("": not known, which counts as public), and the fingerprint of
    the client certificate that was shown ("": none was)."""

    address: str = ""
    certificate: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """The device that was shown, by its name in the register ("": none was), and the proof that showed it."""

    name: str = ""
    proof: UUID | None = None


@dataclass(frozen=True, slots=True)
class MdmAccess:
    """How an MDM is reached: its address, the bearer token ("": none), and the lines of the mapping."""

    url: str
    token: str
    mapping: str


@dataclass(frozen=True, slots=True)
class MdmState:
    """An MDM that is asked each hour, and how it went: ``rows`` devices at ``pulled_at``, ``left_out`` without a name,
    ``held`` as they were, since somebody withdrew them here or they are of who set it (``set_by``).

    ``trouble`` says what went wrong since ``failing_since``; ``next_at`` when it is asked next. Instants are UTC.
    """

    url: str
    mapping: str
    has_token: bool
    set_at: datetime
    set_by: UUID | None
    pulled_at: datetime | None
    rows: int
    left_out: int
    held: int
    failing_since: datetime | None
    trouble: str
    next_at: datetime


@dataclass(frozen=True, slots=True)
class Trained:
    """When a person was last trained (a day of the clinic's), and when the next training is due (UTC).

    Either is None: never, and not asked for.
    """

    person: UUID
    last: date | None
    due: datetime | None


@dataclass(frozen=True, slots=True)
class Network:
    """A range of addresses, in CIDR form, and its kind: office, vpn or other."""

    id: UUID
    cidr: str
    kind: str
    source: str


@dataclass(frozen=True, slots=True)
class Statement:
    """What a person said about their workplace. ``confirmed`` are the points that they confirmed; ``whole``: all.

    ``note`` is what they said about the rest.
    """

    person: UUID
    signed_at: datetime
    version: int
    confirmed: tuple[str, ...]
    whole: bool
    note: str


@dataclass(frozen=True, slots=True)
class Disposed:
    """Something that was disposed of. ``what`` in words, ``kind`` device, paper or media, ``method`` how."""

    id: UUID
    what: str
    kind: str
    method: str
    day: date
    disposed_by: UUID
    witness: UUID
    recorded_by: UUID | None
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Excepted:
    """A precondition that a named person has set aside for another, until an instant. ``why`` in their words."""

    id: UUID
    person: UUID
    reason: str
    why: str
    begins: datetime
    ends: datetime
    granted_by: UUID
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Precondition:
    """Whether something is asked for when a record opens: ``kind`` is device, network, attestation or training.

    ``asked_from`` None: not asked for. It is told of from then on, and keeps records shut ``grace_days`` later.
    ``shown``: of devices, whether the device itself must be shown, not only be in the register. ``decided_by`` None:
    it began by itself, with the first entry of the register.
    """

    kind: str
    asked_from: datetime | None = None
    grace_days: int = 14
    shown: bool = False
    decided_by: UUID | None = None
    decided_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class WorkplaceStanding:
    """What stands of a person's workplace at an instant, for the decision to open a record.

    What is not asked for, or not yet, is given as met. ``attestation_due`` is from when an outstanding statement keeps
    records shut (UTC), ``training_due`` the same of training; None where none is asked for. ``excused`` are reasons
    set aside, by their words in the gateway's contract, with the end of each exception.
    """

    device_approved: bool = True
    network_secured: bool = True
    attestation_due: datetime | None = None
    training_due: datetime | None = None
    excused: Mapping[str, datetime] = field(default_factory=dict)
