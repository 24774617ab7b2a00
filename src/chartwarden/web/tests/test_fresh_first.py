"""What hands out power is done by somebody who has just shown that it is they: tokens, roles, invitations, webhooks."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.urls import reverse

from chartwarden.clinics.queries import webhooks
from chartwarden.ledger.queries import latest
from chartwarden.people.queries import tokens_of
from chartwarden.people.signin.rules import FILLING_IN, FRESH
from tests.support.clinic import AT, House, show_again

STALE = FILLING_IN.total_seconds() + 1
FORMS: dict[str, tuple[str, dict[str, object], dict[str, str]]] = {
    "a token": ("people:make_token", {}, {"label": "x", "scopes": "SEE_LEDGER", "last_day": "2026-12-01"}),
    "a role": ("people:grant", {"person": "coder"}, {"role": "qa_auditor"}),
    "a role withdrawn": ("people:withdraw", {"person": "coder", "role": "coder"}, {}),
    "an invitation": ("signin:invitation", {"person": "coder"}, {"email": "x@lakeside.example"}),
    "an invitation withdrawn": ("signin:withdraw_invitation", {"person": "coder"}, {}),
    "settings": ("web:change_settings", {}, {"idle_minutes": "60"}),
    "access recertified": ("duties:recertification", {}, {}),
    "a webhook": ("web:webhooks", {}, {"add": "1", "url": "https://hooks.example.org/", "kinds": ""}),
}


def address(house: House, name: str, arguments: dict[str, object]) -> str:
    given = {key: house.people[value] if key == "person" else value for key, value in arguments.items()}  # type: ignore[index]
    return reverse(name, kwargs={"clinic": house.id, **given})


@pytest.mark.parametrize(("name", "arguments", "data"), FORMS.values(), ids=FORMS)
def test_who_has_not_just_shown_themselves_is_asked_first(
    signed_in: Any, house: House, name: str, arguments: dict[str, object], data: dict[str, str]
) -> None:
    client, before = signed_in("privacy_officer" if name.startswith("duties") else "owner"), latest(house.id)
    path, here = address(house, name, arguments), f"/c/{house.id}/people/"
    show_again(client, time.time() - STALE)
    answer = client.post(path, data, headers={"Referer": f"http://testserver{here}"})
    asked, _, back = answer.headers["Location"].partition("?next=")
    assert (answer.status_code, asked.startswith("/accounts/"), "reauthenticate" in asked) == (302, True, True)
    assert back == here.replace("/", "%2F")  # never to an address that takes no GET
    assert latest(house.id) == before
    assert (list(webhooks(house.id)), tokens_of(house.id, AT, None)) == ([], [])


@pytest.mark.parametrize("name", ["a token", "a role", "an invitation", "settings", "access recertified"])
def test_a_form_is_not_shown_before(signed_in: Any, house: House, name: str) -> None:
    client = signed_in("privacy_officer")
    path = address(house, *FORMS[name][:2])
    assert client.get(path).status_code == 200
    show_again(client, time.time() - FRESH.total_seconds() - 1)
    answer = client.get(path)
    assert (answer.status_code, "reauthenticate" in answer.headers["Location"]) == (302, True)


@pytest.mark.parametrize(("name", "answered"), [("settings", 422), ("access recertified", 422), ("a role", 302)])
def test_a_long_form_may_be_sent_for_half_an_hour(signed_in: Any, house: House, name: str, answered: int) -> None:
    client = signed_in("privacy_officer")
    show_again(client, time.time() - FILLING_IN.total_seconds() + 60)
    assert client.post(address(house, *FORMS[name][:2]), {}).status_code == answered


def test_who_has_just_shown_themselves_goes_on(signed_in: Any, house: House) -> None:
    client, before = signed_in("owner"), latest(house.id).size
    name, arguments, data = FORMS["a role"]
    assert client.post(address(house, name, arguments), data).headers["Location"].endswith(f"{house.people['coder']}/")
    name, arguments, data = FORMS["a webhook"]
    assert client.post(address(house, name, arguments), data).status_code == 200
    assert latest(house.id).size == before + 2


@pytest.mark.parametrize("said", ["", "https://elsewhere.example//evil.example/x", "//evil.example", "javascript:x"])
def test_nobody_is_sent_elsewhere(signed_in: Any, house: House, said: str) -> None:
    client = signed_in("owner")
    show_again(client, time.time() - STALE)
    answer = client.post(address(house, *FORMS["a role"][:2]), {}, headers={"Referer": said} if said else {})
    assert answer.headers["Location"].partition("?next=")[2] == "%2F"
