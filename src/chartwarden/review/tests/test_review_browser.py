"""The desk in a real browser: a week worked from first to last by the keyboard, and no violation of WCAG."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from chartwarden.review import models
from chartwarden.review.services import ask_question
from chartwarden.review.tests.desk_support import AFTER, case, judged, taken
from chartwarden.review.tests.test_review_pages import just_signed_in
from tests.support.clinic import House, sign_in_as
from tools.peers import PEERS

pytestmark = [pytest.mark.peer("chromium"), pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("CHARTWARDEN_SHOTS", "")
LOOKS = [(1280, "light"), (360, "dark")]


SITE: list[str] = []


@pytest.fixture
def browser(live_server: Any) -> Iterator[BrowserContext]:
    SITE[:] = [live_server.url]
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=PEERS["chromium"].path, args=["--no-sandbox"])
        context = chromium.new_context(base_url=live_server.url, viewport={"width": 1280, "height": 900})
        context.set_default_timeout(15_000)
        yield context
        chromium.close()


@pytest.fixture
def week(live_server: Any, house: House, tmp_path: Path) -> UUID:
    cases = [case(f"c{n}", patient=f"P-{n}") for n in range(3)]
    apart = case("s", patient=None, detectors=("volume_above_queue", "outside_working_hours"), looks=7, score=5.5)
    other = case("b", coder="u-qa_auditor", patient="P-7", detectors=("colleague",), score=1.2)
    return taken(house, apart, *cases, other, own=judged(tmp_path, 120))


def as_role(browser: BrowserContext, client: Any, house: House, role: str) -> Page:
    """A page signed in as a role, who has shown their second factor a moment ago."""
    sign_in_as(client, house.users[role])
    just_signed_in(client)
    browser.clear_cookies()
    browser.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": SITE[0]}])
    return browser.new_page()


def address(house: House, name: str, **arguments: object) -> str:
    return reverse(f"review:{name}", kwargs={"clinic": house.id, **arguments})


def look(page: Page, name: str) -> None:
    """Axe finds nothing, nothing scrolls sideways; a picture where one is asked for."""
    for width, scheme in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (name, width)
        if SHOTS:
            page.screenshot(path=Path(SHOTS) / f"{name}-{width}-{scheme}.png", full_page=True)
        found = Axe().run(page)
        assert found.violations_count == 0, (name, width, scheme, found.generate_report())
    page.set_viewport_size({"width": 1280, "height": 900})


def arrived(page: Page, heading: str) -> None:
    """Wait until a page of that first heading is there as a whole: keys pressed before its script runs are lost."""
    expect(page.get_by_role("heading", level=1)).to_contain_text(heading)
    page.wait_for_load_state()


def test_a_week_is_decided_and_signed_by_the_keyboard(
    browser: BrowserContext, client: Any, house: House, week: UUID
) -> None:
    page = as_role(browser, client, house, "privacy_officer")
    page.goto(address(house, "review", review=week))
    page.keyboard.press("j")
    arrived(page, "Case 1 of 5")
    page.keyboard.press("1")
    page.keyboard.press("3")
    expect(page.get_by_label("Violation")).to_be_checked()
    page.keyboard.press("n")
    page.keyboard.type("Seven looks at night. 1 n j are only letters here.")
    page.keyboard.press("Control+Enter")
    arrived(page, "3 alike cases")
    page.keyboard.press("j")
    arrived(page, "Case 5 of 5")
    page.keyboard.press("k")
    arrived(page, "Case 4 of 5")
    page.go_back()
    page.go_back()
    arrived(page, "3 alike cases")
    page.keyboard.press("2")
    page.keyboard.press("n")
    page.keyboard.type("Spoke with the coder.")
    page.keyboard.press("Control+Enter")
    arrived(page, "Case 5 of 5")
    page.keyboard.press("n")
    page.keyboard.type("A cousin of the same name.")
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    expect(page.get_by_text("All decided. Ready to sign")).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("s")
    arrived(page, "Sign the review")
    page.keyboard.press("1")
    page.get_by_role("button", name="Sign").press("Enter")
    expect(page.get_by_role("heading", name="Signed by Privacy Example")).to_be_visible()
    page.wait_for_load_state()
    rows = models.CaseRecord.objects.filter(review_id=week).order_by("rank")
    assert [row.outcome for row in rows] == ["violation", "coaching", "coaching", "coaching", "in_order"]
    look(page, "signed")


def test_the_pages_are_sound(browser: BrowserContext, client: Any, house: House, week: UUID) -> None:
    row = models.CaseRecord.objects.get(review_id=week, digest="c0")
    question = ask_question(
        clinic=house.clinic, case=row.id, to=house.people["coder"], text="What was the work?", revision=1,
        actor=house.actor("privacy_officer"), at=AFTER,
    )  # fmt: skip
    page = as_role(browser, client, house, "privacy_officer")
    for name, arguments in (
        ("calendar", {}), ("review", {"review": week}), ("case", {"case": row.id}), ("sign", {"review": week}),
        ("read", {"review": week}),
    ):  # fmt: skip
        page.goto(address(house, name, **arguments))
        look(page, name)
    page = as_role(browser, client, house, "coder")
    for name, arguments in (
        ("my_accesses", {}), ("statement", {"week": "2026-03-02"}), ("questions", {}),
        ("question", {"question": question}),
    ):  # fmt: skip
        page.goto(address(house, name, **arguments))
        look(page, name)
