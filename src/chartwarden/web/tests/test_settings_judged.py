"""Nobody changes how accesses are judged while a case about them is open: neither by the page nor by a program."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from chartwarden.clinics.queries import clinic as clinic_of
from chartwarden.clinics.services import change_settings
from chartwarden.kernel.decisions import Refused
from chartwarden.people import services as people
from chartwarden.review import models
from chartwarden.review.queries import may_change_detection
from chartwarden.review.services import decide_case
from chartwarden.review.tests.desk_support import AFTER, case, taken
from tests.support.api import Caller
from tests.support.clinic import AT, House

CHANGED = {
    "grace_minutes": 240, "lookback_days": 7, "holidays": "US-IL", "reviews_from": "2026-04-06",
    "time_zone": "America/Denver", "thresholds": {"slow_creep": {"ratio": 9}},
}  # fmt: skip


def patch(call: Caller, role: str, **changes: Any) -> Any:
    return call("settings", role, "patch", {**changes, **call.there(role)})


@pytest.fixture
def call(client: Any, house: House) -> Caller:
    return Caller(client, house)


@pytest.fixture
def accused(house: House) -> House:
    """A case about the privacy officer, undecided."""
    taken(house, case("a", coder="u-privacy_officer"))
    return house


def decide(house: House) -> None:
    row = models.CaseRecord.objects.get()
    decide_case(
        clinic=house.clinic, case=row.id, outcome="in_order", note="Seen.", revision=row.revision,
        actor=house.actor("compliance_officer"), at=AFTER,
    )  # fmt: skip


@pytest.mark.parametrize("name", CHANGED)
def test_a_program_is_refused_until_the_case_is_decided(accused: House, call: Caller, name: str) -> None:
    before = clinic_of(accused.id)
    answer = patch(call, "privacy_officer", **{name: CHANGED[name]})
    assert (answer.status_code, clinic_of(accused.id)) == (403, before)
    assert "A case about you" in answer.content.decode()
    decide(accused)
    assert patch(call, "privacy_officer", **{name: CHANGED[name]}).status_code == 200
    assert clinic_of(accused.id) != before


def test_the_page_says_why_and_somebody_else_may(accused: House, signed_in: Any) -> None:
    page = reverse("web:change_settings", kwargs={"clinic": accused.id})
    form = signed_in("privacy_officer").get(page).context["form"].initial | {"thresholds": "", "grace_minutes": 240}
    refused = signed_in("privacy_officer").post(page, form)
    assert refused.status_code == 422
    assert "A case about you, or about a login that you hold or held, is not decided yet" in refused.text
    assert clinic_of(accused.id).grace_minutes == 15  # type: ignore[union-attr]
    assert signed_in("owner").post(page, form).status_code == 302
    assert clinic_of(accused.id).grace_minutes == 240  # type: ignore[union-attr]


def test_what_judges_nobody_may_be_changed(accused: House, call: Caller) -> None:
    assert patch(call, "privacy_officer", idle_minutes=5, grace_minutes=15).status_code == 200


def test_who_holds_or_shares_the_login_may_not_either(house: House) -> None:
    taken(house, case("s", coder="shared01"))
    officer, owner = house.people["compliance_officer"], house.people["owner"]
    assert not may_change_detection(house.id, officer)
    assert may_change_detection(house.id, owner)
    for person in (owner, house.people["coder"]):
        people.change_person(
            clinic=house.id, person=person, logins=["other01"], actor=house.actor("human_resources"), at=AT
        )
    assert not may_change_detection(house.id, owner)


def test_a_person_for_whom_nobody_asked_may_not(house: House) -> None:
    with pytest.raises(Refused, match="no case is open"):
        change_settings(clinic=house.id, changes={"grace_minutes": 0}, actor=house.actor("owner"), at=AT)
    assert clinic_of(house.id).grace_minutes == 15  # type: ignore[union-attr]
