"""A program of the tests of signing in: several threads, each with a connection of its own, do one thing at once.

First runs, acceptances of an invitation by who has no account and by who has one, second steps with one code of an app
and with one recovery code: each writes a line a round, with the answers in order and what is there afterwards. The
store is an installation of its own, as the environment names it.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier
from typing import Any
from uuid import UUID

import django

AT_ONCE, ROUNDS, COUNTS = 4, 3, 25
GOOD = "seven quiet herons 1942"


def at_once(act: Callable[[int], Any]) -> list[Any]:
    """What each of several threads is answered, who all begin in the same moment."""
    from django.db import connection

    start = Barrier(AT_ONCE)

    def one(number: int) -> Any:
        try:
            start.wait()
            return act(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return sorted(pool.map(one, range(AT_ONCE)), key=str)


def first_run() -> None:
    """Several first runs by the page."""
    from django.test import Client

    from chartwarden.clinics.queries import clinics
    from chartwarden.people.models import User

    given = {
        "time_zone": "America/Chicago", "holidays": "US-IL", "given_name": "Ada", "family_name": "Example",
        "password": GOOD, "again": GOOD,
    }  # fmt: skip

    def act(number: int) -> Any:
        form = given | {"name": f"Clinic {number}", "email": f"ada{number}@lakeside.example"}
        return Client(SERVER_NAME="localhost").post("/setup/", form).status_code

    print("first run", at_once(act), len(clinics()), User.objects.count())


def invited(house: Any, number: int, email: str) -> tuple[UUID, Any]:
    """Somebody new with an open invitation; also the link's path."""
    from chartwarden.clinics.services import acting_in
    from chartwarden.people.invitation_models import Invitation
    from chartwarden.people.services import add_person, invite
    from chartwarden.people.signin.invitations import token_of

    now = datetime.now(UTC)
    with acting_in(house.id):
        person = add_person(
            clinic=house.id, values={"code": f"n{number}", "given_name": "Nora", "family_name": "Lind"},
            feed_role="coder", started_on=date(2025, 1, 6), actor=house.actor("owner"), at=now,
        )  # fmt: skip
        invite(clinic=house.id, person=person, email=email, actor=house.actor("owner"), at=now)
        row = Invitation.objects.get(person=person)
        return person, f"/join/{token_of(row)}/"


def joined(house: Any, person: UUID) -> int:
    """How many entries say that a person has joined."""
    from chartwarden.clinics.services import acting_in
    from chartwarden.ledger.queries import entries

    with acting_in(house.id):
        return len(entries(house.id, kinds=["people.joined"], subject=("person", str(person))))


def join(house: Any) -> None:
    """Several acceptances of one invitation, each with a password of its own."""
    from django.test import Client

    from chartwarden.people.models import User

    for number in range(ROUNDS):
        email = f"nora{number}@lakeside.example"
        person, path = invited(house, number, email)

        def act(_: int, path: str = path) -> Any:
            client = Client()
            client.get(path)
            answer = client.post("/join/", {"password": GOOD, "again": GOOD})
            # Who comes a moment later is told that the link is used, or that the address has an account by now.
            return 410 if "You have an account already" in answer.text else answer.status_code

        print("join", at_once(act), User.objects.filter(email=email).count(), joined(house, person))


def accept(house: Any) -> None:
    """Several acceptances of one invitation by somebody who has an account."""
    from django.test import Client

    from chartwarden.people.models import User
    from tests.support.clinic import sign_in_as

    for number in range(ROUNDS):
        email = f"nick{number}@lakeside.example"
        user = User.objects.create_user(email, GOOD)
        person, path = invited(house, number + ROUNDS, email)
        clients = [Client() for _ in range(AT_ONCE)]
        for client in clients:
            sign_in_as(client, user.id)
            client.get(path)
        print("accept", at_once(lambda n, c=clients: c[n].post("/join/").status_code), 1, joined(house, person))


def second_steps(house: Any, kind: str) -> None:
    """Several second steps with one code, after as many right passwords."""
    from allauth.mfa.models import Authenticator
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
    from django.core.cache import cache
    from django.test import Client

    from chartwarden.people.models import User
    from chartwarden.people.tests.test_signin_flows import code_for, set_up_app, sign_in

    coder = User.objects.get(id=house.users["coder"])
    client = Client()
    if kind == "code":
        sign_in(client, coder.email)
    secret = set_up_app(client) if kind == "code" else ""
    codes = RecoveryCodes(Authenticator.objects.get(user=coder, type="recovery_codes")).get_unused_codes()
    for number in range(ROUNDS):
        cache.clear()
        code = code_for(secret) if kind == "code" else codes[number]
        clients = [Client() for _ in range(AT_ONCE)]
        for one in clients:
            sign_in(one, coder.email)
        answers = at_once(
            lambda n, c=clients, code=code: c[n].post("/accounts/2fa/authenticate/", {"code": code}).status_code
        )
        print(kind, answers, 1, 1)


def tallies() -> None:
    """Several count the same: failed sign-ins, and calls of a program."""
    from django.test import Client

    from chartwarden.people.models import User
    from chartwarden.people.signin.adapter import failed_key
    from chartwarden.people.tallies import take_tally, tally

    now, minute = datetime.now(UTC), timedelta(minutes=1)
    counts = at_once(lambda _: [tally(what="calls", within=minute, at=now).count for _ in range(COUNTS)])
    print("calls", sorted(one for own in counts for one in own) == list(range(1, AT_ONCE * COUNTS + 1)))
    user = User.objects.get(email="coder@hilltop.example")
    given = {"login": user.email, "password": "not their password"}
    answers = at_once(lambda _: Client().post("/accounts/login/", given).status_code)
    print("failed", answers, take_tally(what=failed_key(user), at=now))


def main() -> None:
    """Make the tables, and do it all."""
    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.test.utils import setup_test_environment

    from tests.support.clinic import make_house

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    call_command("migrate", verbosity=0)
    setup_test_environment()
    first_run()
    house = make_house("Hilltop Clinic", "hilltop")
    tallies()
    join(house)
    accept(house)
    second_steps(house, "code")
    second_steps(house, "recovery")


if __name__ == "__main__":
    main()
