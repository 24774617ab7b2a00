"""What other rooms may hold of people, and the tags by which a page says who may see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any, TypeVar
from uuid import UUID

from chartwarden.kernel.actors import Actor

View = TypeVar("View", bound=Callable[..., Any])


class Permission(Enum):
    """One thing that a role may let a person do; the value says it in words."""

    SEE_HOME = "see their own home page"
    SEE_OWN_ACCESSES = "see the accesses held under their own name"
    ANSWER_QUESTIONS = "answer questions put to them"
    SEE_QUEUE = "see the coding queue"
    ASSIGN_WORK = "assign, reassign and reopen work in the queue"
    CODE_RECORDS = "open and code the records assigned to them"
    SEE_POLICY = "see the minimum-necessary policy"
    APPROVE_POLICY = "approve the minimum-necessary policy"
    SEE_DEVICES = "see devices, networks and the disposal log"
    MANAGE_DEVICES = "approve and withdraw devices, set networks, make exceptions"
    ATTEST_WORKPLACE = "sign the statement about their own workplace"
    RECORD_TRAINING = "write down who was trained in privacy"
    SEE_IMPORTS = "see what was imported"
    IMPORT_LOGS = "import access logs"
    IMPORT_QUEUE = "import the coding queue"
    IMPORT_STAFF = "import staff, vendors and their agreements"
    IMPORT_SCHEDULES = "import and set working hours and leave"
    IMPORT_DEVICES = "import devices and networks"
    IMPORT_PATIENTS = "import patients"
    SEE_REVIEWS = "see reviews and their cases"
    DECIDE_CASES = "decide cases"
    SIGN_REVIEWS = "sign reviews"
    SEE_LEDGER = "see and verify the ledger"
    SEE_PEOPLE = "see the workforce"
    MANAGE_PEOPLE = "add people, end engagements, invite to sign in"
    GRANT_ROLES = "grant and withdraw roles"
    SEE_DUTIES = "see recurring duties"
    CLOSE_DUTIES = "close duties with evidence"
    RECERTIFY_ACCESS = "recertify who has access"
    SEE_SETTINGS = "see the clinic's settings"
    SEE_TABLES = "see what rows the tables hold, without what is sealed"
    CHANGE_SETTINGS = "change the clinic's settings"
    USE_API = "make tokens for programs that act for them"
    MANAGE_WEBHOOKS = "manage webhooks"


@dataclass(frozen=True)
class Member:
    """A signed-in person as a member of one clinic, at one instant.

    ``roles`` are those in force then; ``permissions`` what they add up to. ``name`` is for display to people of the
    same clinic only. ``token`` is the token by which a program acts for them, if one does.
    """

    person: UUID
    clinic: UUID
    roles: frozenset[str]
    permissions: frozenset[Permission]
    name: str
    token: UUID | None = None

    @property
    def actor(self) -> Actor:
        """This person, or their token, as a change and its entry name them."""
        return Actor.of_token(self.token, self.person) if self.token else Actor.of_person(self.person)

    def may(self, permission: Permission) -> bool:
        """Whether a role in force lets them."""
        return permission in self.permissions


@dataclass(frozen=True)
class PersonName:
    """A person as lists show them. ``code`` is the id in the workforce feed (``u17``)."""

    person: UUID
    name: str
    code: str


@dataclass(frozen=True)
class EngagementSpan:
    """An employment or contract: local days of the clinic, ``ended_at`` an instant in UTC, None while it lasts."""

    started_on: date
    ended_at: datetime | None
    employer: str
    feed_role: str = ""
    id: UUID | None = None


@dataclass(frozen=True)
class WorkStanding:
    """An engagement from an instant until another (UTC; None: no end, or never begun), for whom, and what they may do.

    ``employer`` is a vendor; blank: the clinic.
    """

    begins: datetime | None
    ends: datetime | None
    employer: str
    suspended: bool
    roles: frozenset[str]
    permissions: frozenset[Permission]


@dataclass(frozen=True)
class Hours:
    """Working hours on one weekday (0: Monday), in minutes of the person's local day; ``ends`` before ``starts``: over
    midnight. They hold from ``first_day`` to ``last_day``, both included; None: without a limit.
    """

    weekday: int
    starts: int
    ends: int
    first_day: date | None = None
    last_day: date | None = None

    @property
    def minutes(self) -> int:
        """How long the work lasts."""
        return (self.ends - self.starts) % 1440 or 1440

    def order(self) -> tuple[int, date, int, int, date]:
        """By weekday, first day and start."""
        return self.weekday, self.first_day or date.min, self.starts, self.ends, self.last_day or date.max


@dataclass(frozen=True)
class DaysOff:
    """Leave of a person: local days, both included."""

    id: UUID
    first_day: date
    last_day: date
    kind: str


@dataclass(frozen=True)
class RoleHeld:
    """A role granted to a person: from one instant until another (None: until withdrawn)."""

    role: str
    begins: datetime
    ends: datetime | None


@dataclass(frozen=True)
class RosterRow:
    """A person as the list shows them. ``state`` is engaged, to_come, ended or suspended; ``roles`` are in force.

    ``ended_at`` is the end of the latest engagement; ``linked`` whether somebody signs in as them; ``absent`` whether
    the newest workforce feed no longer names them though they are engaged.
    """

    person: UUID
    name: str
    code: str
    state: str
    roles: tuple[str, ...]
    feed_role: str
    employer: str
    started_on: date | None
    ended_at: datetime | None
    linked: bool
    last_sign_in: datetime | None
    absent: bool


@dataclass(frozen=True)
class Profile:
    """What a person's own page shows. ``values`` is their identity by field; ``roles`` those in force or to come."""

    row: RosterRow
    values: Mapping[str, str]
    time_zone: str
    logins: tuple[str, ...]
    engagements: tuple[EngagementSpan, ...]
    roles: tuple[RoleHeld, ...]
    hours: tuple[Hours, ...]
    leave: tuple[DaysOff, ...]
    suspended_at: datetime | None


@dataclass(frozen=True)
class Token:
    """A token as lists show it; ``state`` is in_force, expired or withdrawn."""

    id: UUID
    person: UUID
    label: str
    scopes: tuple[Permission, ...]
    made_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    state: str


@dataclass(frozen=True)
class MadeToken:
    """A token just made: ``text`` is the secret, known now and never again."""

    id: UUID
    text: str


@dataclass(frozen=True)
class Message:
    """A message of the outbox; ``state`` is waiting, sent or failed. ``trouble`` names what the mail server said."""

    id: UUID
    person: UUID
    kind: str
    state: str
    made_at: datetime
    sent_at: datetime | None
    attempts: int
    trouble: str


def page(permission: Permission) -> Callable[[View], View]:
    """Tag a clinic's page with what its reader must be allowed; the web room's middleware enforces it."""

    def tag(view: View) -> View:
        view.access = permission  # type: ignore[attr-defined]
        return view

    return tag


def polled(view: View) -> View:
    """Tag a part of a page that asks for itself again and again: that it does so says nothing of its reader, whose
    session locks all the same when they are away."""
    view.polled = True  # type: ignore[attr-defined]
    return view


def public(view: View) -> View:
    """Tag a page that anybody may see without signing in."""
    view.access = "public"  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    """Tag a page that needs a signed-in person but no clinic (the choice of clinics, one's own sign-in settings)."""
    view.access = "signed_in"  # type: ignore[attr-defined]
    return view
