"""The story of a week: import, decide, sign, and verify offline, with clicks and keystrokes counted.

The clinic has ten coders and a week with planted wrongs. The officer uses the mouse as little as one would: the page's
own keys decide cases. The goal is five minutes and fifteen clicks; what a person needs to read is not counted here.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import PASSWORD, Demo, free_port, wait_until_well

MOST_CLICKS = 15
UNSET = {"CHARTWARDEN_DATA", "CHARTWARDEN_KEYS", "DATABASE_URL", "DJANGO_SETTINGS_MODULE"}
ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in UNSET}
NOTES = {
    "Very strong": ("3", "Asked in person: there was no work on this record. Sanction as by policy."),
    "Strong": ("2", "Talked it over. The rule was explained again."),
}
USUAL = ("1", "The supervisor confirmed that this belonged to the work.")


@dataclass
class Hand:
    """One hand on the mouse, one on the keys, both counted."""

    page: Page
    clicks: int = 0
    keys: int = 0

    def click(self, target: Locator) -> None:
        """One click."""
        self.clicks += 1
        target.click()

    def press(self, key: str) -> None:
        """One key."""
        self.keys += 1
        self.page.keyboard.press(key)

    def write(self, text: str) -> None:
        """A text, a keystroke a letter."""
        self.keys += len(text)
        self.page.keyboard.type(text)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Demo, Path]]:
    """The story's clinic, served; and its log of last week as a file."""
    place = tmp_path_factory.mktemp("story")
    data, log, port = place / "data", place / "accesses.csv", free_port()
    subprocess.run([sys.executable, "-m", "tests.browser.story_clinic", data, log], env=ENVIRONMENT, check=True)
    command = [sys.executable, "-m", "chartwarden", "serve", "--demo", "--data", str(data), "--port", str(port)]
    process = subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.DEVNULL)
    try:
        wait_until_well(f"http://127.0.0.1:{port}", process)
        yield Demo(f"http://127.0.0.1:{port}", data), log
    finally:
        process.terminate()
        process.wait(60)


def test_a_week_is_imported_decided_signed_and_verified(
    story: tuple[Demo, Path], chromium: Browser, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    served, log = story
    context = chromium.new_context(base_url=served.address, accept_downloads=True)
    context.set_default_timeout(60_000)
    page = context.new_page()
    hand = Hand(page)
    sign_in(page)
    bring(hand, log)
    decisions, cases = decide_all(hand)
    sign(hand)
    with page.expect_download() as coming:
        hand.click(page.get_by_role("link", name=re.compile("JSON")).first)
    document = tmp_path / "review.json"
    coming.value.save_as(document)
    with capsys.disabled():
        print(f"\nA week: {cases} cases in {decisions} decisions, {hand.clicks} clicks, {hand.keys} keystrokes.")
    assert hand.clicks <= MOST_CLICKS
    assert decisions < cases
    assert_proved(served.data, page.url, document, tmp_path)


def sign_in(page: Page) -> None:
    page.goto("/accounts/login/")
    page.get_by_label(re.compile("mail", re.IGNORECASE)).fill("privacy.officer@demo.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/c/*/")


def bring(hand: Hand, log: Path) -> None:
    """From Today to the log that counts; what was read is seen before."""
    page = hand.page
    hand.click(page.get_by_role("link", name="Imports", exact=True))
    hand.clicks += 1
    page.locator("input[type=file]").set_input_files(log)
    hand.click(page.get_by_role("button", name="Send"))
    count = page.get_by_role("button", name=re.compile("Count it"))
    look = page.get_by_role("link", name=re.compile("Look and count"))
    expect(count.or_(look).first).to_be_visible()
    if not count.is_visible():
        hand.click(look.first)
    expect(page.get_by_text(re.compile("Plain", re.IGNORECASE)).first).to_be_visible()
    hand.click(count)
    expect(page.get_by_text(re.compile(r"\bCounts\b")).first).to_be_visible()


def decide_all(hand: Hand) -> tuple[int, int]:
    """From the calendar through every case, alike ones together. Returns how many decisions took how many cases."""
    page = hand.page
    hand.click(page.get_by_role("link", name="Reviews", exact=True))
    first = page.get_by_role("link", name=re.compile("^Decide"))
    for _ in range(60):
        if first.count():
            break
        page.wait_for_timeout(1000)
        page.reload()
    before = page.url
    hand.click(first.first)
    page.wait_for_url(lambda address: address != before)
    if "/cases/" not in page.url:
        hand.press("j")
        page.wait_for_url("**/cases/**")
    decisions = cases = 0
    while "/cases/" in page.url:
        case = page.url
        ticked = page.locator("input[name=cases]:checked").count()
        assert not ticked or "strong" not in page.locator(".group").inner_text()
        strength = page.locator(".facts-line").inner_text()
        outcome, note = next((told for word, told in NOTES.items() if f"{word} evidence" in strength), USUAL)
        hand.press(outcome)
        hand.press("n")
        hand.write(note)
        hand.press("Control+Enter")
        page.wait_for_url(lambda address, case=case: address != case)
        decisions += 1
        cases += ticked or 1
    return decisions, cases


def sign(hand: Hand) -> None:
    page = hand.page
    expect(page.get_by_text("All decided. Ready to sign")).to_be_visible()
    page.wait_for_load_state()
    hand.press("s")
    expect(page.get_by_role("heading", name="Sign the review")).to_be_visible()
    page.wait_for_load_state()
    hand.press("1")
    hand.click(page.get_by_role("button", name=re.compile("^Sign")))
    expect(page.get_by_role("heading", name=re.compile("^Signed by"))).to_be_visible()


def assert_proved(data: Path, address: str, document: Path, place: Path) -> None:
    """The ledger, exported and verified without the server's data, holds the digest of the signed review."""
    clinic = re.search(r"/c/([0-9a-f-]+)/", address)[1]  # type: ignore[index]
    out = place / "ledger"
    chartwarden("ledger", "export", clinic, str(out), "--data", str(data))
    key = (out / "keys").read_text().split()[1]
    said = chartwarden("ledger", "verify", str(out), "--key", key)
    assert "sound" in said.lower() or "holds" in said.lower(), said
    bundles = b"".join(path.read_bytes() for path in sorted((out / "tile" / "entries").rglob("*")) if path.is_file())
    assert hashlib.sha256(document.read_bytes()).hexdigest().encode() in bundles
    signed: dict[str, Any] = json.loads(document.read_bytes())
    assert signed["schema"] == "chartwarden.review/1"


def chartwarden(*words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "chartwarden", *words], env=ENVIRONMENT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
