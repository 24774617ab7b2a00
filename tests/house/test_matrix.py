"""The policy, page by page: each page of a clinic as each role, from outside of the clinic, and signed out."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from django.test import Client

import tests.support.samples as samples
from chartwarden.cli.pages.permissions import CLINIC, Address, addresses
from chartwarden.clinics.services import acting_in
from chartwarden.kernel.actors import Actor
from chartwarden.people.contracts import Permission
from chartwarden.people.roles import ROLES
from chartwarden.people.services import add_person, add_user, end_engagement, grant_role, suspend
from tests.support.clinic import AT, PASSWORD, House, make_house, sign_in_as

ARGUMENT = re.compile(r"<(?:(\w+):)?(\w+)>")
SYSTEM = Actor.of_system("tests")
LIBRARIES = ("ninja.", "allauth.")
FILLED = {"int": "0", "day": "2026-03-02"}
ASKS_FURTHER = ("logs:", "gateway:")
"""Rooms whose forms ask for more, by what is sent: their POST may be refused to who sees the page."""
HOLDS_ROWS = ("logs:quarantine",)
"""Pages that ask the same to be read, since they hold the rows of a file."""


def pages() -> list[Address]:
    """Pages that the middleware guards; the API checks tokens of its own."""
    return [one for one in addresses() if not one.view.__module__.startswith(LIBRARIES)]


def test_every_page_of_a_clinic_says_who_may_see_it() -> None:
    assert len(pages()) > 15
    assert [one.route for one in pages() if not isinstance(one.access, Permission)] == []


def test_every_argument_is_an_opaque_id_or_a_word() -> None:
    kinds = {found for one in pages() for found, _ in ARGUMENT.findall(one.route)}
    assert kinds <= {"uuid", "slug", "str", "path", *FILLED}


@dataclass(frozen=True)
class World:
    """Two clinics with their samples, and people who are not quite members of the first."""

    house: House
    other: House
    here: Mapping[str, object]
    there: Mapping[str, object]
    both: UUID
    ended: UUID
    suspended: UUID


@pytest.fixture
def world(db: None, client: Client) -> World:
    house, other = make_house("Lakeside Clinic", "lakeside"), make_house("Hilltop Clinic", "hilltop")
    client.raise_request_exception = False
    both = add_user(email="both@vendor.example", password=PASSWORD, at=AT)
    _join(house, both, "coder", "both")
    _join(other, both, "auditor", "both")
    ended, suspended = (add_user(email=f"{w}@lakeside.example", password=PASSWORD, at=AT) for w in ("ended", "away"))
    owner = house.actor("owner")
    with acting_in(house.id):
        end_engagement(clinic=house.id, person=_join(house, ended, "owner", "ended"), actor=owner, at=AT)
        suspend(clinic=house.id, person=_join(house, suspended, "owner", "away"), actor=owner, at=AT)
    return World(house, other, _samples(house), _samples(other), both, ended, suspended)


def _join(house: House, user: UUID, role: str, code: str) -> UUID:
    with acting_in(house.id):
        who = add_person(
            clinic=house.id, values={"code": code, "given_name": "Vee", "family_name": "Example"}, feed_role="coder",
            started_on=date(2025, 1, 6), employer="v1", user=user, actor=SYSTEM, at=AT,
        )  # fmt: skip
        ends = datetime(2100, 1, 1, tzinfo=UTC)
        grant_role(clinic=house.id, person=who, role=role, ends=ends, actor=SYSTEM, at=AT - timedelta(days=9))
    return who


def _samples(house: House) -> dict[str, object]:
    found: dict[str, object] = {}
    with acting_in(house.id):
        for module in pkgutil.iter_modules(samples.__path__):
            found |= importlib.import_module(f"{samples.__name__}.{module.name}").make(house)
    return found


def address(page: Address, clinic: UUID, given: Mapping[str, object]) -> str:
    """The page's address in a clinic, with the given arguments, and random ones for the rest."""

    def fill(found: re.Match[str]) -> str:
        kind, name = found.groups()
        other = uuid4() if kind == "uuid" else FILLED.get(kind, "x")
        return str(clinic if name == "clinic" else given.get(name, other))

    return "/" + ARGUMENT.sub(fill, page.route)


@cache
def has_arguments(page: Address) -> bool:
    """Whether it names an object beside the clinic by an id."""
    return any(kind == "uuid" and name != "clinic" for kind, name in ARGUMENT.findall(page.route))


def walk(
    client: Any, clinic: UUID, given: Mapping[str, object], chosen: Iterable[Address] | None = None
) -> Iterator[tuple[Address, str, Any]]:
    """Each page by GET and POST; what a POST did is taken back."""
    for page in pages() if chosen is None else chosen:
        for method in ("get", "post"):
            with transaction.atomic():
                answer = getattr(client, method)(address(page, clinic, given))
                if answer.streaming:  # reading to the end closes it the test client's way, which spares the connection
                    deque(answer.streaming_content, maxlen=0)
                transaction.set_rollback(True)
            yield page, method, answer


def test_signed_out_every_page_leads_to_the_sign_in(client: Any, world: World) -> None:
    for page, method, answer in walk(client, world.house.id, world.here):
        said = (answer.status_code, answer.headers.get("Location", "")[:16])
        assert said == (302, "/accounts/login/"), (page.route, method)


def _asks_further(page: Address, method: str) -> bool:
    return page.name in HOLDS_ROWS or (method == "post" and page.name.startswith(ASKS_FURTHER))


@pytest.mark.parametrize("role", ROLES)
def test_a_role_sees_its_pages_and_no_others(client: Any, world: World, role: str) -> None:
    sign_in_as(client, world.house.users[role])
    wrong = []
    for page, method, answer in walk(client, world.house.id, world.here):
        allowed = page.access in ROLES[role]
        refused = answer.status_code == 403 and not (allowed and _asks_further(page, method))
        broken = answer.status_code >= 500 or answer.headers.get("Location", "").startswith("/accounts/login/")
        # One's own record is closed even to those who may see the page: law 10.
        if broken or (refused is allowed) or (not allowed and "Not open to you" not in answer.text):
            wrong.append((page.route, method, answer.status_code))
    assert wrong == []


@pytest.mark.parametrize("role", ["owner", "privacy_officer", "auditor"])
def test_another_clinic_is_not_there(client: Any, world: World, role: str) -> None:
    sign_in_as(client, world.other.users[role])
    for page, method, answer in walk(client, world.house.id, world.here):
        assert answer.status_code == 404, (page.route, method)
        assert "Lakeside" not in answer.text


@pytest.mark.parametrize("who", ["ended", "suspended"])
def test_who_has_left_or_is_suspended_finds_nothing(client: Any, world: World, who: str) -> None:
    sign_in_as(client, getattr(world, who))
    for page, method, answer in walk(client, world.house.id, world.here):
        # Where no clinic counts them any more, the first answer signs them out.
        out = answer.headers.get("Location", "").startswith("/accounts/login/")
        assert out or answer.status_code in (403, 404), (page.route, method)
        assert "Lakeside" not in answer.text


def test_whoever_serves_two_clinics_has_in_each_the_role_of_there(client: Any, world: World) -> None:
    sign_in_as(client, world.both)
    for house, given, role in ((world.house, world.here, "coder"), (world.other, world.there, "auditor")):
        for page, method, answer in walk(client, house.id, given):
            if not (page.access in ROLES[role] and _asks_further(page, method)):
                assert (answer.status_code == 403) is (page.access not in ROLES[role]), (role, page.route, method)


@pytest.mark.parametrize("role", ["owner", "privacy_officer", "security_officer", "auditor", "ehr_administrator"])
def test_ids_of_another_clinic_and_of_nothing_lead_nowhere(client: Any, world: World, role: str) -> None:
    sign_in_as(client, world.house.users[role])
    open_to_them = [page for page in pages() if has_arguments(page) and page.access in ROLES[role]]
    for given in ({**world.there, "role": "coder"}, {}):
        for page, method, answer in walk(client, world.house.id, given, open_to_them):
            # Signing asks for fresh authentication before it looks for anything.
            asks = "/reauthenticate/" in answer.headers.get("Location", "")
            nowhere = asks or answer.status_code in (404, 405)
            assert nowhere, (page.route, method, answer.status_code)


def test_a_clinic_that_does_not_exist_is_not_there(client: Any, world: World) -> None:
    sign_in_as(client, world.house.users["owner"])
    assert client.get("/" + CLINIC.replace("<uuid:clinic>", str(uuid4()))).status_code == 404
