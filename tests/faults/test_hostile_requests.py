"""Requests that come from elsewhere: forms without a token, other hosts, links that would lead out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver

from chartwarden.cli.pages.permissions import _below
from chartwarden.people.roles import ROLES
from tests.faults.forms import ARGUMENT, FILLED, address, pages, samples_of
from tests.support.clinic import PASSWORD, House, sign_in_as

OUTSIDE = (
    "https://evil.example/", "//evil.example/", "///evil.example/", "/\\evil.example/", "\\\\evil.example/",
    "https:evil.example", "javascript:alert(1)", "\thttps://evil.example", "http:///evil.example",
    "https://127.0.0.1@evil.example/", "/\t/evil.example/",
)  # fmt: skip


@pytest.fixture
def given(house: House) -> Mapping[str, object]:
    return samples_of(house)


@pytest.mark.parametrize("role", ["owner", "privacy_officer", "coder"])
def test_no_page_takes_a_form_without_its_token(house: House, given: Mapping[str, object], role: str) -> None:
    client = Client(enforce_csrf_checks=True)
    sign_in_as(client, house.users[role])
    for page in pages():
        if page.access in ROLES[role]:
            answer = client.post(address(page, house.id, given), {"a": "b"})
            assert answer.status_code == 403, page.route


def test_no_page_outside_a_clinic_takes_one_either(house: House) -> None:
    client = Client(enforce_csrf_checks=True)
    sign_in_as(client, house.users["owner"])
    taken, asked = [], 0
    for page in _below(get_resolver().url_patterns, "", ""):
        if page.route.startswith(("c/", "api/")) or page.name.startswith("api"):
            continue
        filled = "/" + ARGUMENT.sub(lambda found: FILLED.get(found.group(1) or "", "x"), page.route)
        answer = client.post(filled, {"a": "b"})
        asked += 1
        if answer.status_code not in (403, 404, 405):
            taken.append((page.route, answer.status_code))
    assert asked > 20
    assert taken == []


@pytest.mark.parametrize("name", ["evil.example", "127.0.0.1.evil.example", "127.0.0.1@evil.example", "a\x00b", "[::1"])
def test_another_host_is_not_answered(client: Any, house: House, name: str) -> None:
    for path in ("/", "/accounts/login/", "/accounts/password/reset/", "/healthz", "/api/v1/openapi.json"):
        answer = client.get(path, headers={"Host": name, "X-Forwarded-Host": name})
        assert answer.status_code == 400, path
        assert "evil.example" not in answer.content.decode() + answer.headers.get("Location", "")


@pytest.mark.parametrize("to", OUTSIDE)
def test_signing_in_leads_nowhere_else(client: Any, house: House, to: str) -> None:
    sent = client.post(
        "/accounts/login/",
        {"login": "coder@lakeside.example", "password": PASSWORD, "next": to},
        query_params={"next": to},
    )
    assert sent.status_code == 302
    assert "evil" not in sent.headers["Location"]
    assert "javascript" not in sent.headers["Location"]


@pytest.mark.parametrize("to", OUTSIDE)
def test_showing_again_who_one_is_leads_nowhere_else(client: Any, house: House, to: str) -> None:
    sign_in_as(client, house.users["coder"])
    for path in ("/accounts/reauthenticate/", "/accounts/again/", "/accounts/lock/"):
        sent = client.post(path, {"password": PASSWORD, "next": to}, query_params={"next": to})
        assert "evil" not in sent.headers.get("Location", ""), path
        assert "javascript" not in sent.headers.get("Location", ""), path
    for headers in (
        {"Referer": f"http://testserver{to}"},
        {"Referer": f"http://testserver/{to}"},
        {"HX-Current-URL": f"http://testserver/{to}"},
        {"HX-Current-URL": to},
    ):
        session = client.session
        session["locked"] = True
        session.save()
        shut = client.get(f"/c/{house.id}/", headers={"HX-Request": "true", **headers})
        back = client.post(shut.headers["HX-Redirect"], {"password": PASSWORD})
        assert back.status_code == 302, headers
        assert not back.headers["Location"].startswith(("//", "http", "/\\", "javascript")), headers
