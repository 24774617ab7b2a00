"""What a browser that has nothing yet must fetch for a page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Demo

MOST = 100_000
"""Bytes over the wire, headers counted."""


@pytest.mark.parametrize("address", ["", "reviews/", "imports/", "people/", "duties/", "ledger/"])
def test_a_first_load_is_light(demo: Demo, visit: Callable[..., Page], chromium: Browser, address: str) -> None:
    visit("privacy_officer")
    with chromium.new_context(base_url=demo.address, storage_state=demo.cookies["privacy_officer"]) as context:
        page = context.new_page()
        fetched: list[int] = []
        wire = context.new_cdp_session(page)
        wire.send("Network.enable")
        wire.on("Network.loadingFinished", lambda said: fetched.append(said["encodedDataLength"]))
        page.goto(f"/c/{demo.clinic}/{address}")
        page.wait_for_load_state("networkidle")
    assert 10_000 < sum(fetched) < MOST
