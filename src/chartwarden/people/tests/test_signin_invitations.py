"""Invitations: sent, taken once, withdrawn, and what must not be in any record."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client

from chartwarden.clinics.services import acting_in
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.errors import InputRefused
from chartwarden.people import models
from chartwarden.people.invitation_models import Invitation
from chartwarden.people.services import accept_invitation, add_person, invite, send_invitations, withdraw_invitation
from chartwarden.people.signin import invitations
from tests.support.clinic import PASSWORD, House

NEW = "nora@lakeside.example"
GOOD = "seven quiet herons 1942"


@pytest.fixture(autouse=True)
def _no_tries(db: None) -> None:
    cache.clear()


@pytest.fixture
def ledger(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What was handed to the ledger by the invitations, which still write all of it."""
    entries: list[dict[str, Any]] = []
    real = invitations.append
    monkeypatch.setattr(invitations, "append", lambda **entry: (entries.append(entry), real(**entry))[1])
    return entries


@pytest.fixture
def newcomer(house: House) -> UUID:
    return newcomer_of(house)


def newcomer_of(house: House) -> UUID:
    with acting_in(house.id):
        return add_person(
            clinic=house.id,
            values={"code": "u99", "given_name": "Nora", "family_name": "Lind"},
            feed_role="coder",
            started_on=date(2025, 1, 6),
            actor=Actor.of_system("tests"),
            at=datetime.now(UTC),
        )


def link_in_mail() -> str:
    return re.search(r"http://127.0.0.1:8700(/join/\S+)", mail.outbox[-1].body)[1]


def invited(house: House, person: UUID, email: str = NEW) -> str:
    """Invite and send; returns the path of the link."""
    now = datetime.now(UTC)
    with acting_in(house.id):
        invite(clinic=house.id, person=person, email=email, actor=house.actor("human_resources"), at=now)
    send_invitations(now)
    return link_in_mail()


def test_an_invitation_is_mailed_once_and_opens_an_account(
    client: Any, house: House, newcomer: UUID, ledger: list[dict[str, Any]]
) -> None:
    path = invited(house, newcomer)
    assert send_invitations(datetime.now(UTC)) == 0
    assert mail.outbox[-1].to == [NEW]
    assert client.get(path).headers["Location"] == "/join/"
    assert "Welcome to Lakeside Clinic" in client.get("/join/").text
    weak = client.post("/join/", {"password": "nora lind lakeside", "again": "nora lind lakeside"})
    assert "names and words about you" in weak.text
    client.post("/join/", {"password": GOOD, "again": GOOD})
    assert client.get(f"/c/{house.id}/").headers["Location"] == "/accounts/2fa/"
    assert models.Person.objects.get(id=newcomer).user.email == NEW
    assert Client().get(path, follow=True).status_code == 410
    assert [entry["kind"] for entry in ledger] == ["people.invited", "people.joined"]
    secret = path.split("/")[2]
    assert all(NEW not in str(entry) and secret not in str(entry) for entry in ledger)
    row = Invitation.objects.get(person=newcomer)
    assert NEW.encode() not in bytes(row.address)


def test_who_has_an_account_elsewhere_just_accepts(client: Any, house: House, other_house: House) -> None:
    person = newcomer_of(house)
    path = invited(house, person, "coder@hilltop.example")
    client.get(path)
    assert "You have an account already" in client.get("/join/").text
    from tests.support.clinic import sign_in_as

    sign_in_as(client, house.users["coder"])
    session = client.session
    session["invitation"] = [str(house.id), str(Invitation.objects.get(person=person).id)]
    session.save()
    assert "but you are signed in as" in client.get("/join/").text
    client.post("/join/")
    assert models.Person.objects.get(id=person).user is None
    other = Client()
    sign_in_as(other, other_house.users["coder"])
    other.get(path)
    other.post("/join/")
    assert models.Person.objects.get(id=person).user_id == other_house.users["coder"]
    assert other.get("/").status_code == 200


@pytest.mark.parametrize("why", ["withdrawn", "expired", "replaced", "forged"])
def test_an_invitation_that_no_longer_works_opens_nothing(client: Any, house: House, newcomer: UUID, why: str) -> None:
    path = invited(house, newcomer)
    now = datetime.now(UTC)
    if why == "withdrawn":
        assert withdraw_invitation(clinic=house.id, person=newcomer, actor=house.actor("owner"), at=now) == 1
    elif why == "expired":
        Invitation.objects.update(expires_at=now)
    elif why == "replaced":
        assert invited(house, newcomer) != path
    else:
        path = path[:-2] + ("A" if path[-2] != "A" else "B") + "/"
    assert client.get(path, follow=True).status_code == 410
    assert client.post("/join/", {"password": GOOD, "again": GOOD}).status_code == 410
    assert not models.User.objects.filter(email=NEW).exists()


def test_an_invitation_is_taken_once_even_by_two(house: House, newcomer: UUID) -> None:
    invited(house, newcomer, "coder@hilltop.example")
    user = models.User.objects.create_user("coder@hilltop.example", PASSWORD)
    row = Invitation.objects.get(person=newcomer)
    taken = {"clinic": house.id, "invitation": row.id, "user": user.id, "at": datetime.now(UTC)}
    assert accept_invitation(**taken) == newcomer
    with pytest.raises(InputRefused, match="used, withdrawn"):
        accept_invitation(**taken)


@pytest.mark.parametrize("email", ["nobody", "coder@lakeside.example"])
def test_an_invitation_needs_an_address_of_ones_own(house: House, newcomer: UUID, email: str) -> None:
    with pytest.raises(InputRefused, match="mail address"):
        invite(clinic=house.id, person=newcomer, email=email, actor=house.actor("owner"), at=datetime.now(UTC))


def test_mail_that_fails_is_tried_again_later(
    house: House, newcomer: UUID, settings: Any, unused_tcp_port_: int
) -> None:
    now = datetime.now(UTC)
    invite(clinic=house.id, person=newcomer, email=NEW, actor=house.actor("owner"), at=now)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", unused_tcp_port_
    assert send_invitations(now) == 0
    assert send_invitations(now) == 0
    assert Invitation.objects.get().tries == 1
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert send_invitations(now + timedelta(minutes=2)) == 1


@pytest.fixture
def unused_tcp_port_() -> int:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def test_the_page_invites_and_withdraws(signed_in: Any, house: House, newcomer: UUID) -> None:
    client = signed_in("human_resources")
    address = f"/c/{house.id}/people/{newcomer}/invitation/"
    assert "Invite Nora Lind" in client.get(address).text
    client.post(address, {"email": NEW})
    assert "waits to be sent" in client.get(address).text
    client.post(f"{address}withdraw/")
    assert "was withdrawn" in client.get(address).text


def test_the_page_is_for_those_who_manage_people(signed_in: Any, house: House, newcomer: UUID) -> None:
    assert signed_in("coder").get(f"/c/{house.id}/people/{newcomer}/invitation/").status_code == 403
