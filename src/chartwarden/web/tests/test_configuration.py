"""What the environment says becomes settings, or is refused with what was expected."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

from chartwarden.kernel.errors import InputRefused
from chartwarden.web import configuration
from chartwarden.web.configuration import fhir_base, mail


@pytest.mark.parametrize(
    ("url", "port", "starttls", "tls"),
    [
        ("smtp://localhost", 25, False, False),
        ("smtp://a:b@mail.example:2525", 2525, False, False),
        ("smtp+starttls://a:b@mail.example", 587, True, False),
        ("smtps://a:p%40ss@mail.example", 465, False, True),
    ],
)
def test_a_mail_servers_address_says_how_it_is_reached(url: str, port: int, starttls: bool, tls: bool) -> None:
    found = mail(url)
    assert (found["EMAIL_PORT"], found["EMAIL_USE_TLS"], found["EMAIL_USE_SSL"]) == (port, starttls, tls)
    assert found["EMAIL_HOST_PASSWORD"] in ("", "b", "p@ss")


@pytest.mark.parametrize("url", ["mail.example", "http://mail.example", "smtp://", "smtp+tls://mail.example"])
def test_another_address_is_refused(url: str) -> None:
    with pytest.raises(InputRefused, match="starttls"):
        mail(url)


@pytest.mark.parametrize(("given", "believed"), [("1", 1), ("", 0), ("0", 0)])
def test_a_proxys_headers_are_believed_where_there_is_one(
    monkeypatch: pytest.MonkeyPatch, given: str, believed: int
) -> None:
    monkeypatch.setenv("CHARTWARDEN_PROXY", given)
    settings = runpy.run_path(str(Path(configuration.__file__).with_name("settings.py")))
    assert settings.get("ALLAUTH_TRUSTED_PROXY_COUNT", 0) == believed
    assert ("SECURE_PROXY_SSL_HEADER" in settings) is bool(believed)


@pytest.mark.parametrize(("count", "expected"), [(0, "127.0.0.1"), (1, "203.0.113.7")])
def test_a_session_is_noted_with_the_address_before_the_proxy(
    settings: Any, signed_in: Any, house: Any, count: int, expected: str
) -> None:
    from allauth.usersessions.models import UserSession

    settings.ALLAUTH_TRUSTED_PROXY_COUNT = count
    told = {"X-Forwarded-For": "198.51.100.1, 203.0.113.7"}
    assert signed_in("coder").get(f"/c/{house.id}/", headers=told).status_code == 200
    assert UserSession.objects.get().ip == expected


@pytest.mark.parametrize(
    "url", ["https://ehr.example/fhir/", "http://127.0.0.1:8080/fhir", "http://localhost/fhir", "http://[::1]:80/r4"]
)
def test_the_ehr_is_reached_encrypted_or_on_this_machine(url: str) -> None:
    assert fhir_base(url) == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    ["http://ehr.example/fhir", "http://127.0.0.1.example/fhir", "https://u:p@ehr.example/fhir", "https:///fhir",
     "https://ehr.example/fhir?x=1", "https://ehr.example/fhir#x", "ftp://ehr.example", "ehr.example/fhir"],
)  # fmt: skip
def test_another_address_of_an_ehr_is_refused(url: str) -> None:
    with pytest.raises(InputRefused, match="CHARTWARDEN_FHIR_BASE"):
        fhir_base(url)
    assert fhir_base("") == ""
