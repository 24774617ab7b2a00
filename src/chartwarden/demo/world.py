"""The things of the simulated clinic. Instants are seconds since 1970 (UTC), as in ``period``."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

from chartwarden.demo.period import Period
from chartwarden.demo.town import Address


@dataclass(eq=False)
class Resident:
    """A person with a home. ``patient`` is the id in the EHR, empty for people who never came to the clinic."""

    family: str
    given: str
    woman: bool
    born: date
    home: Address
    phone: str
    patient: str = ""
    contact: Resident | None = None
    flags: tuple[str, ...] = ()
    visits: float = 1.0


@dataclass(frozen=True)
class Place:
    """Where somebody works from: a device and the network address it shows."""

    device: str
    address: str


@dataclass(frozen=True)
class Hours:
    """Regular hours on one weekday (0 Monday), in minutes after local midnight; ``ends`` may pass 1440."""

    weekday: int
    starts: int
    ends: int


@dataclass(eq=False)
class Worker:
    """A workforce member. ``relatives`` are patients close to them, own record excluded."""

    person: str
    logins: list[str]
    role: str
    who: Resident
    employer: str
    zone: ZoneInfo
    started_on: date
    ended_at: int | None = None
    hours: tuple[Hours, ...] = ()
    pace: float = 1.0
    office: Place | None = None
    laptop: str = ""
    relatives: list[Resident] = field(default_factory=list)

    def close_to(self, patient: Resident) -> bool:
        """Their own record, or a relative's."""
        return patient is self.who or any(patient is relative for relative in self.relatives)


@dataclass(slots=True, eq=False)
class Access:
    """One event of the access log; fields as in feeds.md. ``event`` is given when the log is complete."""

    at: int
    actor: str
    action: str
    patient: str = ""
    encounter: str = ""
    document: str = ""
    device: str = ""
    address: str = ""
    outcome: str = "success"
    purpose: str = ""
    query: str = ""
    event: str = ""


@dataclass(slots=True, eq=False)
class Assignment:
    """One coder, one patient's encounter, one kind of work; ``first_at`` is when the work began, if it did."""

    assignment: str
    patient: str
    coder: str
    kind: str
    assigned_at: int
    encounter: str
    visit: str
    ended_at: int | None = None
    outcome: str = ""
    reason: str = ""
    first_at: int | None = None

    def covers(self, at: int) -> bool:
        """Whether it was open at that instant."""
        return self.assigned_at <= at and (self.ended_at is None or at <= self.ended_at)


@dataclass(eq=False)
class Shift:
    """One stretch of work. ``idle`` lists stretches without a chart in hand: breaks, and the end of an empty queue."""

    worker: Worker
    day: date
    starts: int
    ends: int
    kind: str
    login: str
    places: tuple[Place, Place]
    idle: list[tuple[int, int]] = field(default_factory=list)
    accesses: list[Access] = field(default_factory=list)

    def place(self, at: int) -> Place:
        """Where the worker sits at that instant: some move at half time."""
        return self.places[at > (self.starts + self.ends) // 2]


@dataclass(frozen=True)
class Ticket:
    """A one-off permission."""

    person: str
    patient: str
    begins: int
    ends: int
    reason: str
    approved_by: str


@dataclass(frozen=True)
class Leave:
    """Days away, first and last included."""

    person: str
    first: date
    last: date
    kind: str


@dataclass(frozen=True)
class Overtime:
    """Approved extra hours on one day, minutes after local midnight."""

    person: str
    day: date
    starts: int
    ends: int


@dataclass(frozen=True)
class Vendor:
    """A coding company, or the subcontractor of one (``parent``)."""

    vendor: str
    name: str
    parent: str
    country: str


@dataclass(frozen=True)
class Agreement:
    """A BAA with the terms it holds; first and last day included."""

    vendor: str
    signed_on: date
    first: date
    last: date | None
    terms: tuple[str, ...]


@dataclass(frozen=True)
class Lapse:
    """Days on which a vendor's people worked without an agreement in order, first and last included."""

    vendor: str
    first: date
    last: date
    why: str


@dataclass(frozen=True)
class Device:
    """A device as the clinic's inventory holds it."""

    device: str
    person: str
    owner: str
    sound: bool
    approved_from: date | None
    approved_to: date | None = None


@dataclass(eq=False)
class Deed:
    """Something whose meaning is known: a planted violation or a hard negative. ``coder`` is a person, or a login."""

    kind: str
    variant: str
    coder: str
    patient: str
    accesses: list[Access]


@dataclass(eq=False)
class Clinic:
    """All that is and happened, before it is written down."""

    seed: int
    period: Period
    residents: list[Resident] = field(default_factory=list)
    staff: list[Worker] = field(default_factory=list)
    vendors: list[Vendor] = field(default_factory=list)
    agreements: list[Agreement] = field(default_factory=list)
    lapses: list[Lapse] = field(default_factory=list)
    devices: list[Device] = field(default_factory=list)
    leave: list[Leave] = field(default_factory=list)
    overtime: list[Overtime] = field(default_factory=list)
    shifts: list[Shift] = field(default_factory=list)
    assignments: list[Assignment] = field(default_factory=list)
    tickets: list[Ticket] = field(default_factory=list)
    accesses: list[Access] = field(default_factory=list)
    violations: list[Deed] = field(default_factory=list)
    hard_negatives: list[Deed] = field(default_factory=list)
    _by_pair: dict[tuple[str, str], list[Assignment]] = field(default_factory=dict)

    @property
    def patients(self) -> list[Resident]:
        """Residents who have a record."""
        return [resident for resident in self.residents if resident.patient]

    def workers(self, *roles: str) -> list[Worker]:
        """Staff of these roles."""
        return [worker for worker in self.staff if worker.role in roles]

    def assign(self, assignment: Assignment) -> Assignment:
        """Enter an assignment in the queue."""
        self.assignments.append(assignment)
        self._by_pair.setdefault((assignment.coder, assignment.patient), []).append(assignment)
        return assignment

    def given(self, coder: str, patient: str) -> list[Assignment]:
        """All assignments that a coder ever had for a patient."""
        return self._by_pair.get((coder, patient), [])
