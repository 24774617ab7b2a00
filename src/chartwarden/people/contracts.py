"""What other rooms may hold of people, and the tags by which a page says who may see it."""

from __future__ import annotations

from collections.abc import Callable
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
    SEE_IMPORTS = "see what was imported"
    IMPORT_LOGS = "import access logs"
    IMPORT_QUEUE = "import the coding queue"
    IMPORT_STAFF = "import staff, schedules and leave"
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
    CHANGE_SETTINGS = "change the clinic's settings"
    USE_API = "make tokens for programs that act for them"
    MANAGE_WEBHOOKS = "manage webhooks"


@dataclass(frozen=True)
class Member:
    """A signed-in person as a member of one clinic, at one instant.

    ``roles`` are those in force then; ``permissions`` what they add up to. ``name`` is for display to people of the
    same clinic only.
    """

    person: UUID
    clinic: UUID
    roles: frozenset[str]
    permissions: frozenset[Permission]
    name: str

    @property
    def actor(self) -> Actor:
        """This person, as a change and its entry name them."""
        return Actor.of_person(self.person)

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


def page(permission: Permission) -> Callable[[View], View]:
    """Tag a clinic's page with what its reader must be allowed; the web room's middleware enforces it."""

    def tag(view: View) -> View:
        view.access = permission  # type: ignore[attr-defined]
        return view

    return tag


def public(view: View) -> View:
    """Tag a page that anybody may see without signing in."""
    view.access = "public"  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    """Tag a page that needs a signed-in person but no clinic (the choice of clinics, one's own sign-in settings)."""
    view.access = "signed_in"  # type: ignore[attr-defined]
    return view
