"""Pages of people, tokens and settings in Chromium: axe-core's rules hold, and nothing scrolls sideways."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import expect, sync_playwright

from chartwarden.clinics.services import acting_in
from chartwarden.kernel.actors import Actor
from chartwarden.people import queries, services
from chartwarden.people.contracts import Hours, Permission
from tests.support.clinic import AT, House, make_house, sign_in_as
from tools.peers import PEERS

pytestmark = [pytest.mark.peer("chromium"), pytest.mark.django_db(transaction=True)]
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
SYSTEM = Actor.of_system("tests")
PAGES = (
    "people/", "people/absent/", "people/?q=nobody", "people/add/", "people/{person}/", "people/{person}/change/",
    "people/{person}/end/", "people/{person}/grant/", "people/{person}/hours/", "people/{person}/leave/", "tokens/",
    "people/{person}/invitation/", "people/{person}/factors/", "tokens/make/", "settings/", "settings/change/",
    "outbox/",
)  # fmt: skip


@pytest.fixture
def person(client: Client) -> tuple[House, str]:
    """A clinic with some people, one of them with hours, leave, roles and a token; the officer signed in."""
    house = make_house("Lakeside Clinic", "lakeside")
    with acting_in(house.id):
        _fill(house)
    sign_in_as(client, house.users["privacy_officer"])
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "at": time.time()}]
    session["account_authentication_methods_user"] = session["_auth_user_id"]
    session.save()
    return house, str(house.people["coder"])


def _fill(house: House) -> None:
    who, officer = house.people["coder"], house.people["privacy_officer"]
    for number in range(60):
        values = {
            "code": f"u{number:03}",
            "given_name": "Ada" if number % 2 else "Bo",
            "family_name": f"Example {number}",
        }
        made = services.add_person(
            clinic=house.id, values=values, feed_role="coder", started_on=date(2025, 1, 6), actor=SYSTEM, at=AT,
            logins=[f"LOGIN{number}"],
        )  # fmt: skip
        if number % 20 == 3:
            services.end_engagement(clinic=house.id, person=made, actor=SYSTEM, at=AT)
        if number % 20 == 4:
            services.suspend(clinic=house.id, person=made, actor=SYSTEM, at=AT)
    services.grant_role(
        clinic=house.id, person=who, role="qa_auditor", actor=SYSTEM, at=AT, ends=datetime(2100, 1, 1, tzinfo=UTC)
    )
    week = [Hours(day, 8 * 60, 16 * 60 + 30) for day in range(5)]
    services.set_working_hours(clinic=house.id, person=who, hours=week, actor=SYSTEM, at=AT)
    services.record_leave(
        clinic=house.id, person=who, first_day=date(2026, 4, 1), last_day=date(2026, 4, 3), kind="vacation",
        actor=SYSTEM, at=AT,
    )  # fmt: skip
    member = queries.member(house.users["privacy_officer"], house.id, AT)
    assert member is not None
    services.make_token(
        member=member, label="Nightly staff import", scopes=[Permission.IMPORT_STAFF, Permission.SEE_PEOPLE],
        expires_at=AT + timedelta(days=300), actor=member.actor, at=AT,
    )  # fmt: skip
    services.notify(clinic=house.id, person=officer, kind="duty_late", page="web:home", at=AT)


@pytest.fixture
def view(client: Client, live_server: Any) -> Iterator[Callable[..., Any]]:
    """Open a page as whoever is signed in."""
    cookie = {"name": "sessionid", "url": live_server.url}
    # Playwright's loop runs in this thread, and Django would take it for an asynchronous view.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=PEERS["chromium"].path)

        def at(width: int, scheme: str) -> Any:
            context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
            context.add_cookies([cookie | {"value": client.cookies["sessionid"].value}])
            page = context.new_page()
            page.said = []
            page.on("console", lambda message: page.said.append(message.text))
            page.on("pageerror", lambda fault: page.said.append(str(fault)))
            return page

        yield at
        chromium.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


def test_every_page_is_sound_wide_and_narrow_light_and_dark(
    view: Callable[..., Any], person: tuple[House, str], live_server: Any
) -> None:
    house, who = person
    for width, scheme in ((1280, "light"), (360, "dark")):
        page = view(width, scheme)
        for path in PAGES:
            answer = page.goto(f"{live_server.url}/c/{house.id}/{path.format(person=who)}")
            assert answer.status == 200, path
            found = Axe().run(page, options=RULES).response["violations"]
            assert [(path, rule["id"], node["html"][:150]) for rule in found for node in rule["nodes"]] == []
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
            assert page.said == [], path


def test_a_role_is_granted_and_withdrawn_and_an_engagement_ended(
    view: Callable[..., Any], person: tuple[House, str], live_server: Any
) -> None:
    house, who = person
    page = view(1280, "light")
    page.goto(f"{live_server.url}/c/{house.id}/people/?q=u-coder")
    page.get_by_role("link", name="Coder Example").click()
    page.get_by_role("link", name="Grant a role").click()
    page.get_by_label("Role").select_option("auditor")
    page.get_by_role("button", name="Grant").click()
    expect(page.get_by_text("This role is for a time.")).to_be_visible()
    page.get_by_label("Last day").fill("2100-06-30")
    page.get_by_role("button", name="Grant").click()
    expect(page.get_by_text("Granted.")).to_be_visible()
    page.get_by_role("button", name="Withdraw Auditor").click()
    expect(page.get_by_text("Auditor was withdrawn.")).to_be_visible()
    page.get_by_role("link", name="End engagement").click()
    page.get_by_role("button", name="End it").click()
    expect(page.get_by_text("Ended", exact=True).first).to_be_visible()
    expect(page.get_by_text("they can do nothing here")).to_be_visible()
    with acting_in(house.id):
        assert queries.profile(house.id, house.people["coder"], datetime(2100, 1, 1, tzinfo=UTC)).row.state == "ended"  # type: ignore[union-attr]
    assert who


def test_a_token_is_shown_once(view: Callable[..., Any], person: tuple[House, str], live_server: Any) -> None:
    house, _ = person
    page = view(360, "light")
    page.goto(f"{live_server.url}/c/{house.id}/tokens/make/")
    page.get_by_label("What for").fill("Export")
    page.get_by_label("See the workforce").check()
    day = datetime.fromtimestamp(page.evaluate("Date.now()") / 1000, UTC).date() + timedelta(days=30)
    page.get_by_label("Last day").fill(day.isoformat())
    page.get_by_role("button", name="Make it").click()
    text = page.get_by_label("The token").input_value()
    assert text.startswith("cwt_")
    page.get_by_role("link", name="I have copied it").click()
    page.wait_for_url(f"{live_server.url}/c/{house.id}/tokens/")
    assert text not in page.content()
    with acting_in(house.id):
        assert "Export" in [token.label for token in queries.tokens_of(house.id, AT)]
