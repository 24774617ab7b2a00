"""Signing with fresh authentication, by those who have no password: a passkey alone, or single sign-on alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from chartwarden.clinics.queries import inputs_revision
from chartwarden.people.models import User
from chartwarden.people.services import add_user
from chartwarden.people.tests.test_signin_browser import arrived, keep_codes, look, page, sign_out, with_authenticator
from chartwarden.people.tests.test_signin_provider import by_the_provider, domains, nora_of, sso, stale
from chartwarden.review import models
from chartwarden.review.tests.desk_support import case, judged, taken
from chartwarden.review.tests.test_review_pages import address, decide_all
from tests.support.clinic import PASSWORD, House, sign_in_as

__all__ = ["domains", "page", "sso"]
pytestmark = [pytest.mark.peer("chromium"), pytest.mark.django_db(transaction=True)]
MOST_TABS = 40


@pytest.fixture
def week(live_server: Any, house: House, tmp_path: Path) -> UUID:
    """A week of one case, which somebody else has decided."""
    made = taken(house, case("c0", patient="P-0"), own=judged(tmp_path, 30))
    other = Client()
    sign_in_as(other, house.users["compliance_officer"])
    decide_all(house, made, other)
    return made


def tab_to(page: Page, name: str) -> None:
    """Press Tab until what has the focus is called so."""
    for _ in range(MOST_TABS):
        if page.evaluate("document.activeElement.innerText?.trim() ?? ''").startswith(name):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"nothing called {name} was reached by Tab")


def sign(page: Page, house: House, week: UUID, by: Callable[[], None]) -> None:
    """By the keyboard from the review to the signature, showing oneself again on the way."""
    page.goto(address(house, "review", review=week))
    stale(house)
    page.keyboard.press("s")
    arrived(page, "Is it you?")
    by()
    arrived(page, "Sign the review")
    page.keyboard.press("1")
    tab_to(page, "Sign")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Signed by")).to_be_visible()
    assert models.Review.objects.get(id=week).state == "signed"


def test_who_has_a_passkey_alone_signs_by_the_keyboard(page: Page, house: House, week: UUID) -> None:
    with_authenticator(page)
    officer = User.objects.get(id=house.users["privacy_officer"])
    page.goto("/accounts/login/")
    page.get_by_label("Mail address").focus()
    page.keyboard.type(officer.email)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    arrived(page, "Set up a second factor")
    page.get_by_role("link", name="Set up a passkey").press("Enter")
    page.get_by_role("button", name="Set it up").press("Enter")
    keep_codes(page)
    sign_out(page)
    officer.set_unusable_password()
    officer.save()
    tab_to(page, "Use a passkey")
    page.keyboard.press("Enter")
    arrived(page, "Today")
    sign(page, house, week, lambda: page.keyboard.press("Enter"))
    look(page, "signed-with-passkey")


@pytest.mark.peer("canaille")
def test_who_comes_through_a_trusted_provider_alone_signs(
    page: Page, house: House, week: UUID, sso: Callable[..., None], settings: Any
) -> None:
    settings.OIDC_MFA = "trusted"
    nora = add_user(email="nora@lakeside.example", password=None, at=datetime.now(UTC))
    nora_of(house, nora, "privacy_officer")
    models.Review.objects.update(revision=inputs_revision(house.id))  # made anew since she came
    by_the_provider(page, sso)
    arrived(page, "Today")

    def again() -> None:
        tab_to(page, "Sign in with Lakeside sign-on")
        page.keyboard.press("Enter")
        sso(page)

    sign(page, house, week, again)
