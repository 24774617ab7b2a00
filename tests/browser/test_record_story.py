"""The story of a record: assigned, opened, read by keyboard, submitted, refused afterwards; from a real FHIR server."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Demo, free_port, signed_in, wait_until_well
from tests.browser.test_story import ENVIRONMENT
from tests.support.gateway_peers import SECRET, Fhir
from tests.support.record import PATIENT, RECORD, VISIT

pytestmark = [pytest.mark.peer("fhir"), pytest.mark.peer("node")]
CODER, SUPERVISOR = "coder", "coding_supervisor"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Demo, Fhir]]:
    """The story's clinic before an EHR with the made-up record."""
    place = tmp_path_factory.mktemp("record")
    data, port = place / "data", free_port()
    subprocess.run(
        [sys.executable, "-m", "tests.browser.story_clinic", data, place / "log.csv"], env=ENVIRONMENT, check=True
    )
    with ExitStack() as stack:
        ehr = Fhir(stack)
        ehr.seed(*RECORD)
        environment = {**ENVIRONMENT, "CHARTWARDEN_FHIR_BASE": ehr.base, "CHARTWARDEN_FHIR_TOKEN": SECRET}
        command = [sys.executable, "-m", "chartwarden", "serve", "--demo", "--data", str(data), "--port", str(port)]
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        try:
            wait_until_well(f"http://127.0.0.1:{port}", process)
            yield Demo(f"http://127.0.0.1:{port}", data), ehr
        finally:
            process.terminate()
            process.wait(60)


def page_of(demo: Demo, chromium: Browser, role: str, **more: Any) -> Page:
    if role not in demo.cookies:
        demo.cookies[role] = signed_in(demo, chromium, role)
    context = chromium.new_context(
        base_url=demo.address, storage_state=demo.cookies[role], viewport={"width": 1280, "height": 900}, **more
    )
    context.set_default_timeout(60_000)
    return context.new_page()


def assign(demo: Demo, chromium: Browser, name: str) -> None:
    """The supervisor puts the record into the queue, for the coder."""
    page = page_of(demo, chromium, SUPERVISOR)
    page.goto(f"/c/{demo.clinic}/queue/add/")
    page.locator("#id_patient").fill(PATIENT)
    page.locator("#id_encounter").fill(VISIT)
    offered = page.locator("#id_coder option").all_inner_texts()
    page.locator("#id_coder").select_option(label=next(one for one in offered if one.startswith(name)))
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_text("It is in the queue.")).to_be_visible()
    page.context.close()


def step(page: Page, demo: Demo, name: str) -> None:
    """One step of the work, on the coder's page."""
    page.goto(f"/c/{demo.clinic}/my-work/")
    place = page.locator("tr,section", has_text=PATIENT).last
    place.get_by_role("button", name=name, exact=True).click()
    page.wait_for_load_state()
    if page.get_by_role("heading", name="Your first record today").count():
        page.keyboard.press("Enter")  # one key leads on


def test_assigned_opened_read_by_keyboard_submitted_and_refused(
    served: tuple[Demo, Fhir],
    chromium: Browser,
    sound: Callable[[Page], None],
    shot: Callable[[Page, str], None],
) -> None:
    demo, ehr = served
    page = page_of(demo, chromium, CODER)
    page.goto(f"/c/{demo.clinic}/my-work/")
    assign(demo, chromium, page.locator(".me summary").inner_text().strip())
    asked = ehr.asked()
    step(page, demo, "Read the record")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Maude Quillfeather")
    expect(page).to_have_title("A record · Chartwarden")
    assert ehr.asked() > asked
    sound(page)
    shot(page, "record-summary")
    seen = []
    for _ in range(14):
        before = page.url
        page.keyboard.press("j")
        page.wait_for_url(lambda url, before=before: url != before)
        seen.append(page.locator("#leaf").inner_text())
    assert seen[:2] == ["Cardiology consultation", "Progress note"]
    assert seen[-1] == "Request: Home oxygen"
    page.keyboard.press("k")
    expect(page.locator("#leaf")).to_have_text("Payer's answer: Home oxygen")
    page.keyboard.press("4")
    expect(page.locator("#leaf")).to_have_text("All results")
    expect(page.locator("tr.marked", has_text="Sodium")).to_contain_text("Low")
    page.set_viewport_size({"width": 360, "height": 800})
    sound(page)
    shot(page, "record-results-360")
    page.emulate_media(media="print")
    expect(page.get_by_text("The clinic’s policy lets nobody print it.")).to_be_visible()
    expect(page.locator("article")).to_be_hidden()
    page.emulate_media(media="screen")
    page.set_viewport_size({"width": 1280, "height": 900})
    left = page_of(demo, chromium, CODER)
    for name in ("Begin", "Coded", "Submit"):
        step(left, demo, name)
    expect(left.get_by_text("Submitted, and the record is shut.")).to_be_visible()
    expect(page.get_by_role("heading", name="This record stays shut")).to_be_visible()
    asked = ehr.asked()
    page.go_back()
    expect(page.get_by_role("heading", name="This record stays shut")).to_be_visible()
    expect(page.get_by_text("Ask: coding supervisor.")).to_be_visible()
    assert "Quillfeather" not in page.content()
    assert ehr.asked() == asked
    sound(page)
    shot(page, "record-shut")


def test_it_is_read_without_script_too_and_the_page_locks(served: tuple[Demo, Fhir], chromium: Browser) -> None:
    demo, _ = served
    page = page_of(demo, chromium, CODER, java_script_enabled=False)
    page.goto(f"/c/{demo.clinic}/my-work/")
    assign(demo, chromium, page.locator(".me summary").inner_text().strip())
    step(page, demo, "Read the record")
    page.get_by_role("link", name="Next").click()
    expect(page.get_by_role("heading", name="Cardiology consultation", level=2)).to_be_visible()
    refresh = page.locator("meta[http-equiv=refresh]").get_attribute("content") or ""
    assert re.match(r"900;url=/accounts/lock/\?next=/c/", refresh), refresh
    page.goto(refresh.partition("url=")[2])
    page.go_back()
    page.reload()
    assert "/reauthenticate/" in page.url
    assert "systolic murmur" not in page.content()
    del demo.cookies[CODER]  # this session is locked; who comes next signs in


def note_open(demo: Demo, chromium: Browser) -> Page:
    """A note of the record on the coder's screen."""
    page = page_of(demo, chromium, CODER)
    page.goto(f"/c/{demo.clinic}/my-work/")
    assign(demo, chromium, page.locator(".me summary").inner_text().strip())
    step(page, demo, "Read the record")
    page.keyboard.press("j")
    expect(page.get_by_text("systolic murmur")).to_be_visible()
    return page


def test_without_a_connection_the_record_is_covered_until_it_is_back(
    served: tuple[Demo, Fhir], chromium: Browser
) -> None:
    demo, _ = served
    page = note_open(demo, chromium)
    page.context.set_offline(True)
    expect(page.get_by_role("alert")).to_have_text("No connection. The record is covered until it is back.")
    assert "systolic murmur" not in page.content()
    assert "Quillfeather" not in page.content()
    page.context.set_offline(False)
    expect(page.get_by_text("systolic murmur")).to_be_visible()
    page.route("**/standing/", lambda route: route.fulfill(status=503, body="away"))
    expect(page.get_by_role("alert")).to_be_visible()
    assert "systolic murmur" not in page.content()
    page.context.close()


def test_signed_out_elsewhere_the_record_leaves_the_screen(served: tuple[Demo, Fhir], chromium: Browser) -> None:
    demo, _ = served
    page = note_open(demo, chromium)
    other = page.context.new_page()
    other.goto(f"/c/{demo.clinic}/my-work/")
    other.locator(".me summary").click()
    other.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/accounts/login/**")
    assert "systolic murmur" not in page.content()
    page.context.close()
    del demo.cookies[CODER]


def test_a_leavers_note_leaves_the_screen(served: tuple[Demo, Fhir], chromium: Browser) -> None:
    demo, _ = served
    page = note_open(demo, chromium)
    name = page.locator(".me summary").inner_text().strip()
    chief = page_of(demo, chromium, "owner")
    chief.goto(f"/c/{demo.clinic}/people/")
    chief.get_by_role("link", name=name, exact=True).first.click()
    chief.get_by_role("link", name="End engagement").click()
    chief.get_by_role("button", name="End it").click()
    expect(chief.get_by_text("Ended.", exact=True)).to_be_visible()
    page.wait_for_url("**/accounts/login/**")
    assert "systolic murmur" not in page.content()
    page.go_back()
    page.wait_for_load_state()
    assert "Quillfeather" not in page.content()
