"""The Today page and the ledger, looked at by everybody who may."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

LOOKS = [(1280, "light"), (360, "dark")]
ROLES = (
    "privacy_officer", "compliance_officer", "security_officer", "coding_supervisor", "coder", "qa_auditor",
    "human_resources", "ehr_administrator", "vendor_administrator", "auditor", "owner",
)  # fmt: skip

Visit = Callable[..., Page]


@pytest.mark.parametrize("role", ROLES)
def test_today_says_what_is_due_to_everybody(
    role: str, visit: Visit, sound: Callable[[Page], None], shot: Callable[[Page, str], None]
) -> None:
    for width, scheme in LOOKS:
        page = visit(role, width=width, scheme=scheme)
        expect(page.get_by_role("heading", name="Today")).to_be_visible()
        expect(page.get_by_role("complementary", name="Demo")).to_contain_text(
            "Everybody and everything here is made up"
        )
        sound(page)
        shot(page, f"today-{role}-{width}-{scheme}")


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_the_ledger_is_verified_on_its_page(
    width: int, scheme: str, visit: Visit, sound: Callable[[Page], None], shot: Callable[[Page, str], None]
) -> None:
    page = visit("auditor", "ledger/", width=width, scheme=scheme)
    expect(page.get_by_role("table")).to_contain_text("opened the clinic")
    sound(page)
    page.get_by_role("button", name="Verify now").click()
    expect(page.get_by_role("status")).to_contain_text("It holds.")
    page.get_by_text("What an auditor is given").click()
    sound(page)
    shot(page, f"ledger-{width}-{scheme}")


def test_the_ledger_pages_without_script(visit: Visit) -> None:
    page = visit("privacy_officer", "ledger/", script=False)
    with page.expect_download() as kept:
        page.get_by_role("button", name="Export").click()
    assert kept.value.suggested_filename.startswith("ledger-")
