"""What programs send about people, and what they are answered."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from chartwarden.kernel.offered import Body, Shown
from chartwarden.people.roles import ROLES

Role: Any = Literal[tuple(ROLES)]


class NewPerson(Body):
    """Somebody who joins the workforce."""

    code: str = Field(min_length=1, max_length=64, pattern=r"\S", description="The id in the workforce feed.")
    given_name: str = Field("", max_length=80)
    family_name: str = Field("", max_length=80)
    feed_role: str = Field(min_length=1, max_length=64, description="Their work, as the workforce feed names it.")
    started_on: date = Field(ge=date(1900, 1, 1), description="First day of the engagement.")
    employer: str = Field("", max_length=128, description="The vendor they work for; empty: the clinic.")
    time_zone: str = Field("", max_length=64, description="An IANA zone; empty: the clinic's.")
    logins: list[str] = Field(default_factory=list, max_length=20, description="Their logins in the EHR.")


class MadePerson(BaseModel):
    """The person who was added."""

    id: UUID


class End(Body):
    """When an engagement ends."""

    ended_at: AwareDatetime | None = Field(None, description="An instant with an offset; null: now.")


class NewGrant(Shown):
    """A role to be given, and that whoever gives it is there themselves."""

    role: Role = Field(description="The role's name.")
    ends: AwareDatetime | None = Field(None, description="When it ends; an auditor's must.")


class Grant(BaseModel):
    """A role that was given."""

    id: UUID


class ChangedPerson(Body):
    """What is to be changed; what is left out stays."""

    given_name: str = Field("", max_length=80)
    family_name: str = Field("", max_length=80)
    feed_role: str = Field("", min_length=1, max_length=64, description="Their work, as the workforce feed names it.")
    employer: str = Field("", max_length=128, description="The vendor they work for; empty: the clinic.")
    time_zone: str = Field("", max_length=64, description="An IANA zone; empty: the clinic's.")
    logins: list[str] = Field(default_factory=list, max_length=20, description="All of their logins in the EHR.")


class Rehire(Body):
    """A further engagement of somebody whose last one has ended."""

    feed_role: str = Field(min_length=1, max_length=64, pattern=r"\S")
    started_on: date = Field(ge=date(1900, 1, 1), description="Its first day.")
    employer: str = Field("", max_length=128)


CLOCK = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"


class Hours(Body):
    """Working hours on one weekday, in the person's local time; an end before the start means over midnight."""

    weekday: int = Field(ge=0, le=6, description="0 is Monday.")
    starts: str = Field(pattern=CLOCK, description="Such as 09:00.")
    ends: str = Field(pattern=CLOCK, description="Such as 17:30.")
    first_day: date | None = Field(None, description="From when they hold; null: ever.")
    last_day: date | None = Field(None, description="Until when, that day included; null: for good.")


class HoursOfWeek(Body):
    """All of a person's working hours."""

    hours: list[Hours] = Field(max_length=200)


class NewLeave(Body):
    """Days off, both included."""

    first_day: date
    last_day: date
    kind: str = Field("", max_length=40, description="Such as vacation. Kept sealed.")


class Invite(Shown):
    """Where the invitation goes, and that whoever invites is there themselves."""

    email: str = Field(min_length=3, max_length=254)


class ResetsSeen(BaseModel):
    """How many there were."""

    seen: int


class Engagement(BaseModel):
    """An employment or contract."""

    started_on: str
    ended_at: str | None
    employer: str
    feed_role: str


class Held(BaseModel):
    """A role, in force or to come."""

    role: str
    begins: str
    ends: str | None


class Leave(BaseModel):
    """Days off, both included."""

    id: UUID
    first_day: str
    last_day: str
    kind: str


class PersonInFull(BaseModel):
    """All that a person's page shows."""

    id: UUID
    code: str
    given_name: str
    family_name: str
    state: str
    time_zone: str
    logins: list[str]
    engagements: list[Engagement]
    roles: list[Held]
    hours: list[Hours]
    leave: list[Leave]
    suspended_at: str | None
    signs_in: bool
    last_sign_in: str | None
    absent_from_feed: bool


class Invitation(BaseModel):
    """The newest invitation of a person."""

    state: str = Field(description="open, accepted, withdrawn or expired.")
    email: str
    made_at: str
    expires_at: str
    sent_at: str | None
    accepted_at: str | None
