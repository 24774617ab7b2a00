"""review.html in Chromium: asks for nothing, holds axe-core's rules, never scrolls sideways, goes dark and prints."""

from __future__ import annotations

import io

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright
from pypdf import PdfReader

from chartwarden.review.report.content import page as content
from chartwarden.review.report.html import review_html
from chartwarden.review.report.tokens import DARK, LIGHT
from tools.peers import PEERS

pytestmark = pytest.mark.peer("chromium")
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=PEERS["chromium"].path)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def address(findings, tmp_path_factory):
    file = tmp_path_factory.mktemp("report") / "review.html"
    file.write_bytes(review_html(content(findings, "ab" * 32)))
    return file.as_uri()


@pytest.fixture
def view(browser, address):
    """Open the report; what it asked for and what the console said are kept on the page."""
    opened = []

    def at(width=1280, **settings):
        page = browser.new_page(viewport={"width": width, "height": 900}, **settings)
        page.asked, page.said = [], []
        page.on("request", lambda request: page.asked.append(request.url))
        page.on("console", lambda message: page.said.append(message.text))
        page.on("pageerror", lambda fault: page.said.append(str(fault)))
        page.goto(address)
        opened.append(page)
        return page

    yield at
    for page in opened:
        page.close()


def colour(value):
    return f"rgb({', '.join(str(int(value[at : at + 2], 16)) for at in (1, 3, 5))})"


def ground(page):
    return page.evaluate("getComputedStyle(document.documentElement).backgroundColor")


def test_the_page_asks_for_nothing_and_the_console_is_silent(view, address):
    page = view()
    assert page.asked == [address]
    assert page.said == []
    assert page.evaluate("document.scripts.length") == 0


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
def test_axe_finds_nothing(view, width, scheme):
    page = view(width, color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach(folded => folded.open = true)")
    found = Axe().run(page, options=RULES).response["violations"]
    assert [(rule["id"], node["html"][:120]) for rule in found for node in rule["nodes"]] == []


def test_the_page_never_scrolls_sideways_at_360_pixels(view):
    page = view(360)
    page.evaluate("document.querySelectorAll('details').forEach(folded => folded.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") == 360


def test_light_and_dark_follow_the_reader_and_print_is_light(view):
    assert ground(view(color_scheme="light")) == colour(LIGHT["ground"])
    page = view(color_scheme="dark")
    assert ground(page) == colour(DARK["ground"])
    page.emulate_media(media="print")
    assert ground(page) == "rgb(255, 255, 255)"


def test_a_case_keeps_its_name_in_view_while_one_scrolls(view):
    page = view()
    page.evaluate("document.querySelector('#case-1 .ask').scrollIntoView({block: 'end'})")
    page.evaluate("scrollBy(0, 300)")
    assert page.evaluate("document.querySelector('#case-1 header').getBoundingClientRect().top") == 0


def test_print_holds_what_is_folded_on_the_screen(view):
    printed = PdfReader(io.BytesIO(view().pdf(prefer_css_page_size=True)))
    text = " ".join(sheet.extract_text() for sheet in printed.pages)
    assert "ev-001000" in text
    assert "A-7801" in text
