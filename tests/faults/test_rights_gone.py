"""What was true when a form was shown, and is no longer when it is sent."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone

from chartwarden.ledger.queries import latest
from chartwarden.people.services import end_engagement, grant_role, suspend, withdraw_role
from chartwarden.review.models import CaseRecord
from tests.faults.forms import samples_of
from tests.support.clinic import House, sign_in_as

NOTE = {"outcome": "in_order", "note": "Talked it over.", "revision": 1}


def shown(client: Any, house: House) -> tuple[str, CaseRecord]:
    """The form of a case, open at the privacy officer's, who is not the only one."""
    grant_role(
        clinic=house.id, person=house.people["compliance_officer"], role="privacy_officer", actor=house.actor("owner"),
        at=timezone.now(),
    )  # fmt: skip
    case = CaseRecord.objects.get(id=samples_of(house)["case"])
    sign_in_as(client, house.users["privacy_officer"])
    page = client.get(reverse("review:case", kwargs={"clinic": house.id, "case": case.id}))
    address = reverse("review:decide", kwargs={"clinic": house.id, "case": case.id})
    assert address in page.text
    return address, case


def test_a_role_that_was_withdrawn_decides_nothing(client: Any, house: House) -> None:
    address, case = shown(client, house)
    withdraw_role(
        clinic=house.id, person=house.people["privacy_officer"], role="privacy_officer", actor=house.actor("owner"),
        at=timezone.now(),
    )  # fmt: skip
    before = latest(house.id)
    answer = client.post(address, NOTE)
    assert (answer.status_code, "Not open to you" in answer.text) == (403, True)
    case.refresh_from_db()
    assert (case.state, latest(house.id)) == ("open", before)


def test_whose_engagement_ended_is_signed_out_and_told_why(client: Any, house: House) -> None:
    address, case = shown(client, house)
    end_engagement(
        clinic=house.id, person=house.people["privacy_officer"], actor=house.actor("owner"), at=timezone.now()
    )
    answer = client.post(address, NOTE)
    assert answer.status_code == 403
    assert "ended" in answer.text.lower()
    case.refresh_from_db()
    assert case.state == "open"
    again = client.get(reverse("web:home", kwargs={"clinic": house.id}))
    assert again.headers["Location"].startswith("/accounts/login/")


def test_who_is_suspended_decides_nothing(client: Any, house: House) -> None:
    address, case = shown(client, house)
    suspend(clinic=house.id, person=house.people["privacy_officer"], actor=house.actor("owner"), at=timezone.now())
    assert client.post(address, NOTE).status_code in (403, 404)
    case.refresh_from_db()
    assert case.state == "open"
