"""The frame: who gets in, who doesn't, and what every answer carries."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from chartwarden.web.headers import POLICY
from tests.support.clinic import House


def test_nobody_gets_in_without_signing_in(client: Any, house: House) -> None:
    answer = client.get(reverse("web:home", kwargs={"clinic": house.id}))
    assert (answer.status_code, answer.headers["Location"].startswith("/accounts/login/")) == (302, True)


def test_a_member_sees_their_home(signed_in: Any, house: House) -> None:
    answer = signed_in("coder").get(reverse("web:home", kwargs={"clinic": house.id}))
    assert answer.status_code == 200
    assert "Lakeside Clinic" in answer.text


def test_another_clinic_is_not_there(signed_in: Any, other_house: House) -> None:
    answer = signed_in("owner").get(reverse("web:home", kwargs={"clinic": other_house.id}))
    assert answer.status_code == 404
    assert "Hilltop" not in answer.text


@pytest.mark.parametrize("address", ["/accounts/login/", "/no-such-page/"])
def test_every_answer_is_guarded(client: Any, db: None, address: str) -> None:
    answer = client.get(address)
    assert answer.headers["Content-Security-Policy"] == POLICY
    assert answer.headers["Cache-Control"] == "no-store" or "no-store" in answer.headers["Cache-Control"]
