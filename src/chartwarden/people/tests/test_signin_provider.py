"""Single sign-on with a real OpenID provider, through a real browser."""

from __future__ import annotations

import json
import re
import socket
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import pytest
from allauth.socialaccount.models import SocialAccount
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from chartwarden.clinics.services import acting_in
from chartwarden.people import models
from chartwarden.people.services import add_person, add_user, grant_role, invite, send_invitations
from chartwarden.people.signin import provider as adapter
from chartwarden.people.signin.sso import SINCE
from chartwarden.people.tests.test_signin_browser import look, page
from chartwarden.web.configuration import provider
from tests.support.clinic import House
from tools.peers import PEERS

pytestmark = pytest.mark.peer("chromium", "canaille")
__all__ = ["page"]
OURS = re.compile(r"//localhost:\d+/(accounts/(?!oidc)|accounts/oidc/sso/login/callback|c/|join|$)")
ROOT = Path(__file__).parents[4]
PASSWORD = "seven quiet herons 1942"
NORA = {
    "user_name": "nora", "password": PASSWORD, "emails": ["nora@lakeside.example"], "family_name": "Lind",
    "formatted_name": "Nora Lind",
}  # fmt: skip
OTTO = {**NORA, "user_name": "otto", "emails": ["otto@lakeside.example"], "formatted_name": "Otto Lind"}


@pytest.fixture
def domains() -> str:
    """Canaille does not say whether an address is verified; its clinic says that those of its domain are."""
    return "lakeside.example"


@pytest.fixture
def sso(live_server: Any, settings: Any, domains: str) -> Iterator[Callable[[Page], None]]:
    """A provider that knows Nora, and the way through its pages."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    client = {
        "client_id": "chartwarden", "client_secret": "secret-of-the-tests", "client_name": "Chartwarden",
        "redirect_uris": [f"{live_server.url}/accounts/oidc/sso/login/callback/"],
        "scope": ["openid", "profile", "email"], "grant_types": ["authorization_code"], "response_types": ["code"],
        "token_endpoint_auth_method": "client_secret_basic", "id_token_signed_response_alg": "RS256",
    }  # fmt: skip
    python = Path(PEERS["canaille"].path or "").parent / "python"
    script = ROOT / "tests" / "support" / "identity_provider.py"
    given = json.dumps({"people": [NORA, OTTO], "clients": [client]})
    running = subprocess.Popen(
        [python, script, str(port), given], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        assert running.stdout is not None
        assert running.stdout.readline() == "up\n"
        settings.SOCIALACCOUNT_PROVIDERS = provider(
            {
                "CHARTWARDEN_OIDC_ISSUER": f"http://localhost:{port}",
                "CHARTWARDEN_OIDC_CLIENT_ID": "chartwarden",
                "CHARTWARDEN_OIDC_CLIENT_SECRET": "secret-of-the-tests",
                "CHARTWARDEN_OIDC_NAME": "Lakeside sign-on",
                "CHARTWARDEN_OIDC_DOMAINS": domains,
            }
        )
        yield through_the_provider
    finally:
        running.kill()
        running.wait()


def through_the_provider(page: Page, who: str = "nora") -> None:
    """Name, password and consent; what the provider knows already it does not ask."""
    name, password, accept = (page.locator(mark) for mark in ("input[name=login]", "input[name=password]", "#accept"))
    expect(name.or_(password)).to_be_visible()
    if name.is_visible():
        name.fill(who)
        name.press("Enter")
    password.fill(PASSWORD)
    password.press("Enter")
    expect(accept.or_(page.locator("main#content")).first).to_be_visible()
    if accept.is_visible():
        accept.click()
    page.wait_for_url(OURS)


def nora_of(house: House, user: Any = None, role: str = "") -> Any:
    with acting_in(house.id):
        person = add_person(
            clinic=house.id,
            values={"code": "u99", "given_name": "Nora", "family_name": "Lind"},
            feed_role="coder",
            started_on=date(2025, 1, 6),
            actor=house.actor("human_resources"),
            at=datetime.now(UTC),
            user=user,
        )
        if role:
            grant_role(
                clinic=house.id, person=person, role=role, actor=house.actor("owner"),
                at=datetime.now(UTC) - timedelta(seconds=1),
            )  # fmt: skip
        return person


@pytest.mark.parametrize("trusted", [False, True])
def test_a_verified_address_signs_in_and_our_second_factor_is_asked_for_unless_the_providers_is_trusted(
    page: Page, house: House, sso: Callable[[Page], None], settings: Any, trusted: bool
) -> None:
    settings.OIDC_MFA = "trusted" if trusted else ""
    user = add_user(email="nora@lakeside.example", password=None, at=datetime.now(UTC))
    nora_of(house, user)
    page.goto("/accounts/login/")
    look(page, "login-sso")
    page.get_by_role("button", name="Sign in with Lakeside sign-on").click()
    sso(page)
    heading = "Not open to you" if trusted else "Set up a second factor"
    expect(page.get_by_role("heading", name=heading)).to_be_visible()


@pytest.mark.parametrize("domains", [""])
def test_an_address_that_nobody_vouches_for_opens_no_account(
    page: Page, house: House, sso: Callable[[Page], None]
) -> None:
    add_user(email="nora@lakeside.example", password=None, at=datetime.now(UTC))
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in with Lakeside sign-on").click()
    sso(page)
    expect(page.get_by_role("heading", name="No account here for you yet")).to_be_visible()


def test_whom_nobody_invited_gets_no_account(page: Page, house: House, sso: Callable[[Page], None]) -> None:
    before = models.User.objects.count()
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in with Lakeside sign-on").click()
    sso(page)
    expect(page.get_by_role("heading", name="No account here for you yet")).to_be_visible()
    look(page, "sso-unknown")
    assert models.User.objects.count() == before


def test_an_invitation_is_accepted_by_single_sign_on(
    page: Page, house: House, sso: Callable[[Page], None], mailoutbox: Any
) -> None:
    person, now = nora_of(house), datetime.now(UTC)
    with acting_in(house.id):
        actor = house.actor("human_resources")
        invite(clinic=house.id, person=person, email="nora@lakeside.example", actor=actor, at=now)
    send_invitations(now)
    page.goto(re.search(r"http\S+", mailoutbox[-1].body)[0])
    look(page, "join-sso")
    page.get_by_role("button", name="Go on with Lakeside sign-on").click()
    sso(page)
    expect(page.get_by_role("heading", name="Set up a second factor")).to_be_visible()
    assert models.Person.objects.get(id=person).user.email == "nora@lakeside.example"


def by_the_provider(page: Page, sso: Callable[..., None]) -> None:
    """Sign in from our page."""
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in with Lakeside sign-on").click()
    sso(page)


@pytest.fixture
def officer(page: Page, house: House, sso: Callable[..., None], settings: Any) -> Page:
    """Nora as an officer who has no password here, signed in by the provider, whose second factor is trusted."""
    settings.OIDC_MFA = "trusted"
    nora_of(house, add_user(email="nora@lakeside.example", password=None, at=datetime.now(UTC)), "human_resources")
    by_the_provider(page, sso)
    expect(page.get_by_role("heading", name="Today")).to_be_visible()
    return page


def went_to(page: Page) -> list[dict[str, str]]:
    """What the provider is asked for from now on."""
    asked: list[dict[str, str]] = []

    def listen(request: Any) -> None:
        parts = urlsplit(request.url)
        if parts.path == "/oauth/authorize" and request.method == "GET":
            asked.append(dict(parse_qsl(parts.query)))

    page.on("request", listen)
    return asked


def changed(page: Page, **values: str | None) -> None:
    """On the way to the provider somebody changes what is asked for; None takes it out."""

    def pass_on(route: Any) -> None:
        answer = route.fetch(max_redirects=0)
        parts = urlsplit(answer.headers["location"])
        query = {**dict(parse_qsl(parts.query)), **values}
        kept = urlencode({name: value for name, value in query.items() if value is not None})
        route.fulfill(response=answer, headers={**answer.headers, "location": urlunsplit(parts._replace(query=kept))})

    page.route(re.compile("/accounts/oidc/sso/login/$"), pass_on, times=1)


def stale(house: House) -> None:
    """Ten minutes pass for every session."""
    then = (datetime.now(UTC) - timedelta(minutes=10)).timestamp()
    for row in Session.objects.all():
        kept = row.get_decoded()
        for record in kept.get("account_authentication_methods", []):
            record["at"] = then
        store = SessionStore(row.session_key)
        store.update({**kept, SINCE: then})
        store.save()


def test_the_provider_is_asked_with_nonce_and_proof_key_and_nothing_of_the_visitors(
    page: Page, house: House, sso: Callable[..., None]
) -> None:
    add_user(email="nora@lakeside.example", password=None, at=datetime.now(UTC))
    asked = went_to(page)
    page.goto("/accounts/oidc/sso/login/?auth_params=prompt%3Dnone%26nonce%3Dx&scope=phone&process=connect")
    page.get_by_role("button", name="Go on").click()
    sso(page)
    first = asked[0]
    assert (first["code_challenge_method"], len(first["nonce"]) > 20, len(first["code_challenge"])) == (
        "S256",
        True,
        43,
    )
    assert (set(first["scope"].split()), "prompt" in first) == ({"openid", "profile", "email"}, False)
    expect(page.get_by_role("heading", name="Set up a second factor")).to_be_visible()
    assert list(SocialAccount.objects.values_list("extra_data", flat=True)) == [{}]


def test_an_answer_that_was_made_for_another_sign_in_opens_nothing(
    page: Page, house: House, sso: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    add_user(email="nora@lakeside.example", password=None, at=datetime.now(UTC))
    changed(page, nonce="of-somebody-else")
    by_the_provider(page, sso)
    expect(page.get_by_role("heading", name="could not sign you in")).to_be_visible()
    assert "single sign-on failed [OAuth2Error]" in caplog.text
    look(page, "sso-failed")
    assert not SocialAccount.objects.exists()


def test_who_has_no_password_shows_themselves_again_at_the_provider(
    officer: Page, house: House, sso: Callable[..., None]
) -> None:
    asked = went_to(officer)
    stale(house)
    factors = f"/c/{house.id}/people/{house.people['coder']}/factors/"
    officer.goto(factors)
    expect(officer.get_by_role("heading", name="Is it you?")).to_be_visible()
    look(officer, "again-sso")
    officer.get_by_role("button", name="Sign in with Lakeside sign-on").click()
    sso(officer)
    assert (asked[0]["prompt"], asked[0]["max_age"]) == ("login", "300")
    expect(officer.get_by_role("heading", name="Lost phone and codes")).to_be_visible()
    officer.goto(f"/accounts/lock/?next={factors}")
    expect(officer.get_by_role("heading", name="Locked")).to_be_visible()
    officer.goto(factors)
    expect(officer.get_by_role("heading", name="Locked")).to_be_visible()
    officer.get_by_role("button", name="Sign in with Lakeside sign-on").click()
    sso(officer)
    expect(officer.get_by_role("heading", name="Lost phone and codes")).to_be_visible()
    officer.goto("/accounts/3rdparty/")
    look(officer, "connections")


def test_a_provider_that_did_not_ask_again_is_not_enough(
    officer: Page, house: House, sso: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapter, "SKEW", -1)
    stale(house)
    officer.goto(f"/accounts/lock/?next=/c/{house.id}/")
    changed(officer, prompt=None, max_age=None)
    officer.get_by_role("button", name="Sign in with Lakeside sign-on").click()
    expect(officer.get_by_role("heading", name="did not ask you again")).to_be_visible()
    look(officer, "sso-not-asked")
    officer.goto(f"/c/{house.id}/")
    expect(officer.get_by_role("heading", name="Locked")).to_be_visible()


def test_somebody_else_at_the_provider_does_not_unlock(officer: Page, house: House, sso: Callable[..., None]) -> None:
    officer.goto(f"/accounts/lock/?next=/c/{house.id}/")
    officer.get_by_role("button", name="Sign in with Lakeside sign-on").click()
    officer.get_by_role("link", name="Switch account").click()
    sso(officer, "otto")
    expect(officer.get_by_role("heading", name="another account")).to_be_visible()
    look(officer, "sso-somebody-else")
    officer.goto(f"/c/{house.id}/")
    expect(officer.get_by_role("heading", name="Locked")).to_be_visible()


def test_somebody_who_stops_is_told_that_nothing_happened(page: Page, house: House, sso: Callable[..., None]) -> None:
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in with Lakeside sign-on").click()
    page.wait_for_url(re.compile("/login"))
    page.goto("/accounts/3rdparty/login/cancelled/")
    look(page, "sso-cancelled")
