"""Fixtures: a clinic with one person in every role, and a second clinic whose rows nobody of the first may reach."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from chartwarden.kernel.actors import Actor

AT = datetime(2026, 3, 9, 15, 0, tzinfo=UTC)
"""The instant at which the fixtures' people are added: a Monday morning in Chicago."""
PASSWORD = "correct-horse-battery-7"


@dataclass(frozen=True)
class House:
    """A clinic of the tests: its contract, and its people by role."""

    clinic: object
    people: Mapping[str, UUID]
    users: Mapping[str, UUID]

    @property
    def id(self) -> UUID:
        """The clinic's id."""
        return self.clinic.id  # type: ignore[attr-defined,no-any-return]

    def actor(self, role: str) -> Actor:
        """The person of that role, as services name them."""
        return Actor.of_person(self.people[role])


@pytest.fixture
def house(db: None) -> Iterator[House]:
    """Lakeside Clinic, acted in."""
    from chartwarden.clinics.services import acting_in

    made = make_house("Lakeside Clinic", "lakeside")
    with acting_in(made.id):
        yield made


@pytest.fixture
def other_house(db: None) -> House:
    """Hilltop Clinic: another clinic of the same installation."""
    return make_house("Hilltop Clinic", "hilltop")


@pytest.fixture
def signed_in(client: object, house: House) -> Callable[[str], object]:
    """A test client signed in as the person of a role, past the second factor."""

    def sign_in(role: str) -> object:
        sign_in_as(client, house.users[role])
        return client

    return sign_in


def sign_in_as(client: object, user: UUID) -> None:
    """Sign a test client in without the pages, with a second factor set up and its recovery codes kept, just now."""
    from allauth.mfa.models import Authenticator

    from chartwarden.people.models import User

    Authenticator.objects.get_or_create(user_id=user, type="totp", defaults={"data": {"secret": ""}})
    client.force_login(User.objects.get(id=user))  # type: ignore[attr-defined]
    show_again(client, time.time())


def show_again(client: object, at: float) -> None:
    """Let a test client have shown a factor at that time, in seconds since 1970."""
    session = client.session  # type: ignore[attr-defined]
    session["account_authentication_methods"] = [{"method": "mfa", "at": at}]
    session["account_authentication_methods_user"] = session["_auth_user_id"]
    session.save()


def make_house(name: str, domain: str) -> House:
    """A clinic with one engaged person in every role."""
    from chartwarden.clinics.services import acting_in, open_clinic
    from chartwarden.people.roles import MUST_END, ROLES
    from chartwarden.people.services import add_person, add_user, grant_role

    system = Actor.of_system("tests")
    clinic = open_clinic(name=name, time_zone="America/Chicago", actor=system, at=AT, reviews_from=date(2026, 3, 2))
    people: dict[str, UUID] = {}
    users: dict[str, UUID] = {}
    with acting_in(clinic.id):
        for role in ROLES:
            users[role] = add_user(email=f"{role}@{domain}.example", password=PASSWORD, at=AT)
            people[role] = add_person(
                clinic=clinic.id,
                values={"code": f"u-{role}", "given_name": role.partition("_")[0].title(), "family_name": "Example"},
                feed_role=role,
                started_on=date(2025, 1, 6),
                actor=system,
                at=AT,
                user=users[role],
            )
            ends = datetime(2100, 1, 1, tzinfo=UTC) if role in MUST_END else None
            grant_role(
                clinic=clinic.id, person=people[role], role=role, actor=system, at=AT - timedelta(days=400), ends=ends
            )
    return House(clinic, people, users)
