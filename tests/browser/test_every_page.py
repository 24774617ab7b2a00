"""Every page as every role: who may sees it whole, who may not is told so; none has a barrier in any dress."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from chartwarden.cli.pages.permissions import addresses
from chartwarden.people.contracts import Permission
from chartwarden.people.queries import ROLES
from tests.browser.conftest import PASSWORD, Demo
from tests.browser.site_map import Found, explore, is_page, outside, sees_most

REAUTHENTICATE = "/accounts/reauthenticate/"
PAPER = 720
"""About the width of a sheet in CSS pixels, less its margins."""

UNREACHABLE = """() => {
  const all = [...document.querySelectorAll('a[href],button,input:not([type=hidden]),select,textarea,summary')];
  const shown = all.filter(one => one.checkVisibility({visibilityProperty: true}) && !one.disabled);
  return shown.filter(one => { one.focus(); return document.activeElement !== one || one.tabIndex !== 0; })
    .map(one => one.outerHTML.slice(0, 120));
}"""
BEHIND_A_CLICK = "[hx-get],[hx-post],[data-key],[role=button],[tabindex]:not([tabindex='0']):not([tabindex='-1'])"
"""What acts on a click must be a link, a button or a field, and nothing may jump the order of the page."""

UNFIT = f"""() => [...document.querySelectorAll("{BEHIND_A_CLICK}")]
  .filter(one => !one.matches('a[href],button,input,select,textarea,summary,form'))
  .filter(one => !(one.getAttribute('hx-trigger') || '').match(/load|every/)).map(one => one.outerHTML.slice(0, 120))"""
ON_PAPER = """() => ['.frame nav', '.me', '.demo', '.skip', 'button'].filter(
  name => [...document.querySelectorAll(name)].some(one => one.checkVisibility()))"""


@pytest.fixture(scope="module")
def sessions(demo: Demo, chromium: Browser) -> Iterator[dict[str, BrowserContext]]:
    """A browser's context for each role, signed in, and one for nobody."""
    from tests.browser.conftest import signed_in

    found = {"": chromium.new_context(base_url=demo.address)}
    for role in ROLES:
        if role not in demo.cookies:
            demo.cookies[role] = signed_in(demo, chromium, role)
        found[role] = chromium.new_context(
            base_url=demo.address, storage_state=demo.cookies[role], reduced_motion="reduce"
        )
    yield found
    for context in found.values():
        context.close()


@pytest.fixture(scope="module")
def fetch(sessions: dict[str, BrowserContext]) -> Callable[[str, str], Any]:
    """``fetch(role, address)``: the answer to a GET. Whoever is asked to show again that it is they, does."""

    def get(role: str, address: str) -> Any:
        request = sessions[role].request
        answer = request.get(address, max_redirects=0)
        if role and REAUTHENTICATE in answer.headers.get("location", ""):
            form = request.get(answer.headers["location"])
            token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form.text())
            assert token
            sent = {"csrfmiddlewaretoken": token.group(1), "password": PASSWORD}
            request.post(form.url, form=sent, headers={"Referer": form.url}, max_redirects=0)
            answer = request.get(address, max_redirects=0)
        return answer

    return get


@pytest.fixture(scope="module")
def found(demo: Demo, fetch: Callable[[str, str], Any]) -> Found:
    return explore(fetch, demo.clinic)


def test_links_lead_to_every_page(found: Found) -> None:
    """What no example was found of only takes what is sent to it, or is a file."""
    without = {one.name for one in addresses() if one.name not in found.seen}
    assert without <= {
        "assignments:accept", "assignments:approve_policy", "assignments:begin_policy", "assignments:discard_policy",
        "assignments:end", "assignments:export", "assignments:move", "assignments:move_rule",
        "assignments:policy_version", "assignments:reopen", "assignments:run_rules", "assignments:stop_source",
        "devices:approve", "devices:end_exception", "devices:remove_network", "devices:stop_mdm", "devices:withdraw",
        "devices:withdraw_proof",
        "gateway:copy", "gateway:copy_deleted", "gateway:leaf", "gateway:open", "gateway:print", "gateway:record",
        "gateway:shut",
        "gateway:standing",
        "logs:again", "logs:count", "logs:discard", "logs:progress", "logs:quarantine", "logs:receive",
        "web:ledger_export", "web:ledger_verify", "people:reinstate", "people:suspend", "people:withdraw",
        "people:withdraw_token", "review:ask", "review:decide",
        "review:decide_alike", "review:document", "review:reopen",
        "review:statement_text", "signin:factors_seen", "signin:withdraw_invitation",
    }  # fmt: skip


def test_every_role_sees_its_pages_whole_and_is_told_of_the_others(
    found: Found, fetch: Callable[[str, str], Any]
) -> None:
    asks = {one.name: one.access for one in addresses()}
    wrong = []
    for name, seen in found.seen.items():
        for role in ROLES:
            answer = fetch(role, seen[0])
            may = not isinstance(asks[name], Permission) or asks[name] in ROLES[role]
            # Of a thing that is somebody else's own, others are not told that it exists.
            expected = (200, 302, 404) if may else (403,)
            if answer.status not in expected or (not may and "Not open to you" not in answer.text()):
                wrong.append((role, name, answer.status))
            elif is_page(answer) and (lack := _lacking(answer.text())):
                wrong.append((role, name, lack))
    _told(wrong)


def _lacking(text: str) -> list[str]:
    """Which landmarks and names a page lacks, or has twice."""
    once = {
        "title": r"<title>[^<·]+ · Chartwarden</title>",
        "h1": r"<h1[ >]",
        "main": r'<main id="content"',
        "navigation": r'<nav aria-label="Main"',
        "skip link": r'class="skip" href="#content"',
    }
    return [what for what, pattern in once.items() if len(re.findall(pattern, text)) != 1]


def _told(wrong: Iterable[object]) -> None:
    """Fail with a line for each thing that is wrong."""
    if said := "\n".join(map(str, wrong)):
        pytest.fail(said, pytrace=False)


def test_no_page_of_a_clinic_has_a_barrier(
    found: Found,
    sessions: dict[str, BrowserContext],
    violations: Callable[[Page], list[Any]],
    shot: Callable[[Page, str], None],
) -> None:
    asks = {one.name: one.access for one in addresses()}
    places = [(sees_most(asks[name]), one) for name, seen in sorted(found.seen.items()) for one in seen]
    _told(_walk(places, sessions, violations, shot))


def test_no_page_outside_of_clinics_has_a_barrier(
    sessions: dict[str, BrowserContext],
    fetch: Callable[[str, str], Any],
    violations: Callable[[Page], list[Any]],
    shot: Callable[[Page, str], None],
) -> None:
    places = [(role, one) for role in ("", "coder") for one in outside() if not one.endswith(("logout/", "lock/"))]
    shown = [(role, address) for role, address in places if is_page(fetch(role, address))]
    assert len(shown) > 15
    _told(_walk(shown, sessions, violations, shot))


def _walk(
    places: list[tuple[str, str]],
    sessions: dict[str, BrowserContext],
    violations: Callable[[Page], list[Any]],
    shot: Callable[[Page, str], None],
) -> list[Any]:
    """Look at each page in light and wide, dark and narrow, and on paper. Returns what is wrong."""
    pages: dict[str, Page] = {}
    wrong: list[Any] = []
    for number, (role, address) in enumerate(places):
        page = pages.get(role) or pages.setdefault(role, sessions[role].new_page())
        short = f"{number:03}-{role}-{re.sub('[0-9a-f-]{36}', '', address).strip('/').replace('/', '-')}"
        for width, scheme, media in ((1280, "light", "screen"), (360, "dark", "screen"), (PAPER, "light", "print")):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme, media=media)  # type: ignore[arg-type]
            if width == 1280:
                page.goto(address)
                wrong += [(role, address, what) for what in page.evaluate(UNREACHABLE) + page.evaluate(UNFIT)]
            shot(page, f"{short}-{width}")
            if media == "print":
                wrong += [(role, address, "on paper", what) for what in page.evaluate(ON_PAPER)]
            else:
                wrong += [(role, address, width, what) for what in violations(page)]
            if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
                wrong.append((role, address, width, "scrolls sideways"))
    for page in pages.values():
        page.close()
    return wrong
