"""chartwarden clinics: a further clinic is opened, its first officer comes in, and neither clinic sees the other."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from chartwarden.cli.app import DONE, REFUSED, run
from chartwarden.clinics.queries import clinics
from chartwarden.clinics.services import across_clinics, acting_in
from chartwarden.ledger.queries import entries
from chartwarden.people.models import User
from chartwarden.people.queries import roster
from chartwarden.people.services import send_invitations
from tests.support.clinic import House, sign_in_as

OFFICER = "olga@hilltop.example"
ASKED = ["clinics", "open", "Hilltop Clinic", "--time-zone", "America/Denver", "--officer", OFFICER, "--given-name",
         "Olga", "--family-name", "Example"]  # fmt: skip
NEW = "seven quiet herons 1942"


def others(house: House) -> list[Any]:
    """The clinics but the first."""
    with across_clinics():
        return [one for one in clinics() if one.id != house.id]


def test_a_further_clinic_is_opened_and_its_officer_comes_in(
    house: House, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    cache.clear()
    settings.EMAIL_HOST = "mail.example.org"
    assert run(ASKED) == DONE
    link = re.search(r"http://127.0.0.1:8700(\S+)", capsys.readouterr().out)[1]  # type: ignore[index]
    (opened,) = others(house)
    assert (opened.name, opened.time_zone.key) == ("Hilltop Clinic", "America/Denver")
    with acting_in(opened.id):
        told = entries(opened.id)
        (row,) = roster(opened.id, timezone.now())
        assert (row.name, row.roles) == ("Olga Example", ("owner", "privacy_officer"))
    assert [one.kind for one in told if one.kind.startswith(("clinics", "people"))] == [
        "clinics.opened", "people.added", "people.role_granted", "people.role_granted", "people.invited",
    ]  # fmt: skip
    assert {one.actor for one in told} == {"system:command-line"}
    assert (send_invitations(timezone.now()), mail.outbox[-1].to, link in mail.outbox[-1].body) == (1, [OFFICER], True)
    client = Client()
    assert client.get(link).headers["Location"] == "/join/"
    client.post("/join/", {"password": NEW, "again": NEW})
    with acting_in(opened.id):
        assert roster(opened.id, timezone.now())[0].linked
    assert client.get(f"/c/{opened.id}/").headers["Location"] == "/accounts/2fa/"
    sign_in_as(client, User.objects.get(email=OFFICER).id)
    assert [client.get(f"/c/{one}/people/").status_code for one in (opened.id, house.id)] == [200, 404]


@pytest.mark.parametrize(
    ("option", "wrong", "named"),
    [
        ("--time-zone", "Mars/Base", "time zone"),
        ("--officer", "nobody", "mail address"),
        ("--given-name", " ", "--given-name"),
        ("--family-name", "a\nb", "--family-name"),
        ("--holidays", "Atlantis", "holidays"),
    ],
)
def test_what_will_not_do_opens_nothing(
    house: House, capsys: pytest.CaptureFixture[str], option: str, wrong: str, named: str
) -> None:
    assert run([*ASKED, option, wrong]) == REFUSED
    assert named in capsys.readouterr().err
    assert others(house) == []


def test_a_name_that_is_taken_is_refused(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(ASKED) == DONE
    assert run([*ASKED[:2], " hilltop clinic ", *ASKED[3:]]) == REFUSED
    assert "a name that no clinic here has" in capsys.readouterr().err
    assert len(others(house)) == 1


def test_they_are_listed(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["clinics", "list"]) == DONE
    assert "No clinic yet" in capsys.readouterr().out
    assert run(ASKED) == DONE
    capsys.readouterr()
    assert run(["clinics", "list"]) == DONE
    assert re.fullmatch(
        r"[0-9a-f-]{36}  Hilltop Clinic  \(America/Denver, opened \d{4}-\d\d-\d\d\)\n", capsys.readouterr().out
    )
