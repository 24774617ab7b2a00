"""Signing in in a real browser: passkeys by a virtual authenticator, the keyboard alone, no violation of WCAG."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from axe_playwright_python.sync_playwright import Axe
from django.core.cache import cache
from playwright.sync_api import Page, expect, sync_playwright

from chartwarden.clinics.services import acting_in
from chartwarden.people.account_models import FactorResetNotice
from chartwarden.people.services import add_person, end_engagement, invite, send_invitations
from chartwarden.people.tests.test_signin_flows import FIRST, code_for
from tests.support.clinic import PASSWORD, sign_in_as
from tools.peers import PEERS

pytestmark = [pytest.mark.peer("chromium"), pytest.mark.one_store]
SITE: list[str] = []
SHOTS = os.environ.get("CHARTWARDEN_SHOTS", "")
AT_HOME = re.compile(r"/c/[0-9a-f-]{36}/$")
LOOKS = [(1280, "light"), (1280, "dark"), (360, "light"), (360, "dark")]


@pytest.fixture
def page(live_server: Any, settings: Any) -> Iterator[Page]:
    """A page on the live server, whose address is localhost, since passkeys need a name."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    cache.clear()
    settings.SITE_URL = live_server.url
    SITE[:] = [live_server.url]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PEERS["chromium"].path, args=["--no-sandbox"])
        context = browser.new_context(base_url=live_server.url)
        context.set_default_timeout(15_000)
        yield context.new_page()
        browser.close()


def with_authenticator(page: Page) -> None:
    """A device that holds passkeys and checks who holds it."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def arrived(page: Page, heading: str) -> None:
    """Wait until a page with that heading is there as a whole, its scripts too: whoever acts before acts on another."""
    expect(page.get_by_role("heading", name=heading).first).to_be_visible()
    page.wait_for_load_state()


def look(page: Page, name: str, heading: str = "") -> None:
    """Axe finds nothing; nothing is wider than a telephone; a picture where one is asked for.

    ``heading`` is that of the page to wait for, where a click or a key leads to it.
    """
    if heading:
        arrived(page, heading)
    for width, scheme in LOOKS:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (name, width)
        if SHOTS:
            page.screenshot(path=Path(SHOTS) / f"{name}-{width}-{scheme}.png", full_page=True)
        if width == 360:
            found = Axe().run(page)
            assert found.violations_count == 0, (name, scheme, found.generate_report())


def first_run(page: Page) -> None:
    page.goto("/")
    for field, value in FIRST.items():
        control = page.locator(f"[name={field}]")
        control.select_option(value) if field in ("time_zone", "holidays") else control.fill(value)
    page.get_by_role("button", name="Go on").click()
    arrived(page, "Set up a second factor")


def keep_codes(page: Page) -> list[str]:
    arrived(page, "Recovery codes")
    codes = page.locator(".codes li").all_inner_texts()
    page.get_by_label("I have kept these codes").check()
    page.get_by_role("button", name="Done").click()
    page.wait_for_url(AT_HOME)
    return codes


def sign_out(page: Page) -> None:
    page.goto("/accounts/logout/")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    arrived(page, "Sign in")


def test_from_the_first_run_to_a_passkey_alone(page: Page) -> None:
    faults: list[str] = []
    page.on(
        "console",
        lambda message: faults.append(f"{message.text} {message.location}") if message.type == "error" else None,
    )
    with_authenticator(page)
    page.goto("/")
    look(page, "setup")
    first_run(page)
    look(page, "second-factor")
    page.get_by_role("link", name="Set up a passkey").click()
    look(page, "passkey-add", "passkey")
    page.get_by_role("button", name="Set it up").click()
    look(page, "recovery-codes", "Recovery codes")
    assert len(keep_codes(page)) == 10
    expect(page.get_by_role("heading", name="Today")).to_be_visible()
    page.goto("/accounts/2fa/")
    look(page, "security")
    for address, name in (
        ("webauthn/", "passkeys"),
        ("totp/activate/", "app"),
        ("recovery-codes/generate/", "codes-new"),
    ):
        page.goto(f"/accounts/2fa/{address}")
        look(page, name)
    page.goto("/accounts/2fa/webauthn/")
    page.get_by_role("link", name="Rename").click()
    look(page, "passkey-rename", "Rename")
    page.goto("/accounts/2fa/webauthn/")
    page.get_by_role("link", name="Remove").click()
    look(page, "passkey-last", "only second factor")
    for address, name in (("sessions/", "sessions"), ("password/change/", "password-change"), ("logout/", "logout")):
        page.goto(f"/accounts/{address}")
        look(page, name)
    page.goto("/accounts/lock/?next=/accounts/sessions/")
    look(page, "locked-passkey", "Locked")
    for link, there, name in (
        ("Use your password", "/accounts/reauthenticate/", "locked-password"),
        ("Use a code", "/accounts/2fa/reauthenticate/", "locked-code"),
        ("Use a passkey", "/accounts/2fa/webauthn/reauthenticate/", "locked-passkey-again"),
    ):
        page.get_by_role("link", name=link).click()
        page.wait_for_url(re.compile(there + r"(\?|$)"))
        look(page, name)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="Where you are signed in")).to_be_visible()
    sign_out(page)
    look(page, "login")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="Today")).to_be_visible()
    assert faults == []


def test_the_keyboard_alone_signs_in_with_an_app(page: Page) -> None:
    first_run(page)
    page.get_by_role("link", name="Set up an app").click()
    page.wait_for_url(re.compile("/totp/activate/"))
    page.get_by_text("I can't scan it").click()
    secret = page.locator(".secret").inner_text()
    page.get_by_label("Code", exact=True).fill(code_for(secret, -1))
    page.get_by_role("button", name="Go on").click()
    keep_codes(page)
    sign_out(page)
    page.locator("body").press("Tab")
    for _ in range(8):
        if page.evaluate("document.activeElement.name") == "login":
            break
        page.keyboard.press("Tab")
    page.keyboard.type(FIRST["email"])
    page.keyboard.press("Tab")
    page.keyboard.type("wrong and long enough")
    page.keyboard.press("Enter")
    expect(page.get_by_text("don't belong together")).to_be_visible()
    page.wait_for_load_state()
    look(page, "login-refused")
    page.get_by_label("Password").focus()
    page.keyboard.type(FIRST["password"])
    page.keyboard.press("Enter")
    look(page, "second-step", "Second step")
    page.get_by_label("Code", exact=True).focus()
    page.keyboard.type(code_for(secret))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Today")).to_be_visible()


def test_an_invitation_and_the_pages_that_say_no(page: Page, house: Any, mailoutbox: Any) -> None:
    now = datetime.now(UTC)
    actor = house.actor("human_resources")
    with acting_in(house.id):
        values = {"code": "u99", "given_name": "Nora", "family_name": "Lind"}
        person = add_person(
            clinic=house.id, values=values, feed_role="coder", started_on=date(2025, 1, 6), actor=actor, at=now
        )
        invite(clinic=house.id, person=person, email="nora@lakeside.example", actor=actor, at=now)
    send_invitations(now)
    page.goto(re.search(r"http\S+", mailoutbox[-1].body)[0])
    look(page, "join")
    page.get_by_label("Password", exact=True).fill("nora nora nora")
    page.get_by_label("Password once more").fill("nora")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("The two are not the same")).to_be_visible()
    page.wait_for_load_state()
    look(page, "join-refused")
    page.get_by_label("Password", exact=True).fill(FIRST["password"])
    page.get_by_label("Password once more").fill(FIRST["password"])
    page.get_by_role("button", name="Go on").click()
    arrived(page, "Set up a second factor")
    sign_out(page)
    page.goto("/join/")
    look(page, "invitation-gone")
    for address, name in (
        ("password/reset/", "reset"),
        ("password/reset/done/", "reset-done"),
        ("inactive/", "inactive"),
    ):
        page.goto(f"/accounts/{address}")
        look(page, name)
    page.goto("/accounts/password/reset/key/x-y/")
    look(page, "reset-used")


def as_person(page: Page, client: Any, house: Any, role: str) -> None:
    """Signed in as that role, who has shown themselves a moment ago."""
    sign_in_as(client, house.users[role])
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "at": time.time()}]
    session["account_authentication_methods_user"] = session["_auth_user_id"]
    session.save()
    page.context.clear_cookies()
    page.context.add_cookies([{"name": "sessionid", "value": session.session_key, "url": SITE[0]}])


def test_the_pages_of_rarer_moments_are_sound(page: Page, client: Any, house: Any, settings: Any) -> None:
    now, coder = datetime.now(UTC), house.people["coder"]
    as_person(page, client, house, "coder")
    page.goto("/accounts/2fa/totp/deactivate/")
    look(page, "app-last", "Remove the authenticator app?")
    Authenticator.objects.create(user_id=house.users["coder"], type="webauthn", data={"name": "Passkey"})
    page.goto("/accounts/2fa/totp/deactivate/")
    look(page, "app-remove", "Remove the authenticator app?")
    page.goto("/accounts/3rdparty/")
    look(page, "connections-none")
    session = client.session
    session["signed_in_at"] = (now - timedelta(hours=12)).isoformat()
    session.save()
    page.goto(f"/c/{house.id}/")
    look(page, "signed-out-lifetime", "Signed out for the day")
    settings.EMAIL_HOST = "mail.example.org"
    as_person(page, client, house, "human_resources")
    page.goto(f"/c/{house.id}/people/{coder}/factors/")
    look(page, "factors", "Lost phone and codes")
    page.get_by_role("button", name="Reset their second factors").press("Enter")
    expect(page.get_by_text("A link to set up a new second factor")).to_be_visible()
    page.wait_for_load_state()
    look(page, "factors-reset")
    with acting_in(house.id):
        values = {"code": "u99", "given_name": "Nora", "family_name": "Lind"}
        nora = add_person(
            clinic=house.id, values=values, feed_role="coder", started_on=date(2025, 1, 6),
            actor=house.actor("owner"), at=now,
        )  # fmt: skip
    page.goto(f"/c/{house.id}/people/{nora}/invitation/")
    look(page, "invitation-first", "Invite Nora Lind")
    page.get_by_label("Mail address").fill("nora@lakeside.example")
    page.get_by_role("button", name="Invite").click()
    expect(page.get_by_text("waits to be sent")).to_be_visible()
    page.wait_for_load_state()
    look(page, "invitation-waits")
    FactorResetNotice.objects.create(clinic_id=house.id, person_id=coder, reset_at=now)
    page.goto(f"/c/{house.id}/people/{coder}/factors/")
    look(page, "factors-elsewhere")
    page.context.clear_cookies()
    page.goto("/accounts/login/")
    page.get_by_label("Mail address").fill("coder@lakeside.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    look(page, "factor-link", "Open the link in your mail")
    page.goto("/accounts/new-factor/x.y/")
    look(page, "new-factor-gone")
    as_person(page, client, house, "auditor")
    end_engagement(clinic=house.id, person=house.people["auditor"], ended_at=now, actor=house.actor("owner"), at=now)
    page.goto(f"/c/{house.id}/")
    look(page, "signed-out-ended", "Your access has ended")
    settings.EMAIL_HOST = ""
    page.goto("/accounts/password/reset/")
    look(page, "reset-without-mail")
    for _ in range(31):
        client.post("/accounts/login/", {"login": "x@lakeside.example", "password": "wrong"})
    page.goto("/accounts/login/")
    page.get_by_label("Mail address").fill("x@lakeside.example")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in", exact=True).click()
    look(page, "too-many", "Too many")
