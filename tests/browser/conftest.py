"""The whole program in a real browser: `chartwarden serve --demo` on a data folder of its own, and Chromium before it.

``demo`` is the running program, made once a session; ``visit`` opens a page as somebody; ``sound`` checks a page;
``shot`` keeps a picture where CHARTWARDEN_SHOTS names a folder. What a test changes stays changed for those after
it, so a test that counts things makes what it counts.
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tools.peers import PEERS

PASSWORD = "chartwarden-demo"
VIOLATIONS = """() => axe.run({resultTypes: ['violations']}).then(
  found => found.violations.map(one => [one.id, one.nodes.map(node => node.target.join(' '))]))"""
WITHIN = 300.0
"""Seconds in which the demo must be ready."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test here needs Chromium."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.peer("chromium"))


@dataclass
class Demo:
    """The running demo. ``cookies`` keeps who has signed in, so that each signs in once."""

    address: str
    data: Path
    cookies: dict[str, Any] = field(default_factory=dict)
    clinic: str = ""


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_well(address: str, process: subprocess.Popen[Any]) -> None:
    """Wait until /healthz says that all is well. Raises RuntimeError where the program ends or takes too long."""
    until = time.monotonic() + WITHIN
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=5) as answer:
                if json.load(answer)["status"] == "ok":
                    return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError("the demo did not come up")


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The running program with the demo's clinic."""
    data, port = tmp_path_factory.mktemp("browser") / "data", free_port()
    unset = {"CHARTWARDEN_DATA", "CHARTWARDEN_KEYS", "DATABASE_URL", "DJANGO_SETTINGS_MODULE"}
    environment = {name: value for name, value in os.environ.items() if name not in unset}
    command = [sys.executable, "-m", "chartwarden", "serve", "--demo", "--data", str(data), "--port", str(port)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        wait_until_well(f"http://127.0.0.1:{port}", process)
        yield Demo(f"http://127.0.0.1:{port}", data)
    finally:
        process.terminate()
        process.wait(60)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium. A module's, since Playwright's loop must not run while other tests use the database."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PEERS["chromium"].path)
        yield browser
        browser.close()


@pytest.fixture
def visit(demo: Demo, chromium: Browser) -> Iterator[Callable[..., Page]]:
    """``visit("privacy_officer", "ledger/", width=360, scheme="dark")``: a page of the clinic as that role.

    An address that begins with a slash is one outside the clinic; without a role nobody is signed in. Anything that
    the page's own script or the content policy complains of fails the test.
    """
    opened: list[BrowserContext] = []
    said: list[str] = []

    def open_page(
        role: str = "", address: str = "", width: int = 1280, scheme: Any = "light", script: bool = True
    ) -> Page:
        if role and role not in demo.cookies:
            demo.cookies[role] = signed_in(demo, chromium, role)
        context = chromium.new_context(
            base_url=demo.address,
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            java_script_enabled=script,
            reduced_motion="reduce",
            storage_state=demo.cookies.get(role),
        )
        opened.append(context)
        page = context.new_page()
        page.on("pageerror", lambda fault: said.append(str(fault)))
        page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
        page.goto(address if address.startswith("/") else f"/c/{demo.clinic}/{address}")
        return page

    yield open_page
    for context in opened:
        context.close()
    assert [line for line in said if "status of 4" not in line] == []


def signed_in(demo: Demo, chromium: Browser, role: str) -> Any:
    """Sign in on the page; the cookies that it gave."""
    with chromium.new_context(base_url=demo.address) as context:
        page = context.new_page()
        page.goto("/accounts/login/")
        page.get_by_label(re.compile("mail", re.IGNORECASE)).fill(f"{role.replace('_', '.')}@demo.example")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name=re.compile("sign in", re.IGNORECASE)).first.click()
        page.wait_for_url("**/c/*/")
        demo.clinic = page.url.rstrip("/").rsplit("/", 1)[1]
        return context.storage_state()


@pytest.fixture
def shot() -> Callable[[Page, str], None]:
    """``shot(page, "today-dark")`` keeps a picture of the whole page in the folder that CHARTWARDEN_SHOTS names."""
    folder = os.environ.get("CHARTWARDEN_SHOTS", "")

    def keep(page: Page, name: str) -> None:
        if folder:
            page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)

    return keep


@pytest.fixture(scope="session")
def violations() -> Callable[[Page], list[Any]]:
    """``violations(page)``: which of axe-core's rules a page breaks, and where."""
    axe = Axe()

    def look(page: Page) -> list[Any]:
        if not page.evaluate("'axe' in window"):
            page.evaluate(axe.axe_script)
        found: list[Any] = page.evaluate(VIOLATIONS)
        return found

    return look


@pytest.fixture(scope="session")
def sound(violations: Callable[[Page], list[Any]]) -> Callable[[Page], None]:
    """Check that a page breaks none of axe-core's rules and does not scroll sideways."""

    def check(page: Page) -> None:
        assert violations(page) == []
        sideways = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(sideways) == 0

    return check
