"""Single sign-on with a real OpenID provider, through a real browser."""

from __future__ import annotations

import json
import re
import socket
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from chartwarden.clinics.services import acting_in
from chartwarden.people import models
from chartwarden.people.services import add_person, add_user, invite, send_invitations
from chartwarden.people.tests.test_signin_browser import look, page
from chartwarden.web.configuration import provider
from tests.support.clinic import House
from tools.peers import PEERS

pytestmark = pytest.mark.peer("chromium", "canaille")
__all__ = ["page"]
ROOT = Path(__file__).parents[4]
PASSWORD = "seven quiet herons 1942"
NORA = {
    "user_name": "nora", "password": PASSWORD, "emails": ["nora@lakeside.example"], "family_name": "Lind",
    "formatted_name": "Nora Lind",
}  # fmt: skip


@pytest.fixture
def sso(live_server: Any, settings: Any) -> Iterator[Callable[[Page], None]]:
    """A provider that knows Nora, and the way through its pages."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    client = {
        "client_id": "chartwarden", "client_secret": "of the tests", "client_name": "Chartwarden",
        "redirect_uris": [f"{live_server.url}/accounts/oidc/sso/login/callback/"],
        "scope": ["openid", "profile", "email"], "grant_types": ["authorization_code"], "response_types": ["code"],
        "token_endpoint_auth_method": "client_secret_basic",
    }  # fmt: skip
    python = Path(PEERS["canaille"].path or "").parent / "python"
    script = ROOT / "tests" / "support" / "identity_provider.py"
    given = json.dumps({"people": [NORA], "clients": [client]})
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
                "CHARTWARDEN_OIDC_CLIENT_SECRET": "of the tests",
                "CHARTWARDEN_OIDC_NAME": "Lakeside sign-on",
            }
        )
        yield through_the_provider
    finally:
        running.kill()
        running.wait()


def through_the_provider(page: Page) -> None:
    page.locator("input[name=login]").fill("nora")
    page.locator("input[name=login]").press("Enter")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")
    page.locator("#accept").click()
    page.wait_for_url(re.compile(r"/accounts/|/c/"))


def nora_of(house: House, user: Any = None) -> Any:
    with acting_in(house.id):
        return add_person(
            clinic=house.id,
            values={"code": "u99", "given_name": "Nora", "family_name": "Lind"},
            feed_role="coder",
            started_on=date(2025, 1, 6),
            actor=house.actor("human_resources"),
            at=datetime.now(UTC),
            user=user,
        )


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
