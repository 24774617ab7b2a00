"""A coder opens an assigned record for their program: the token once, or each reason why not."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from chartwarden.assignments.services import add_work, cancel, work_on
from chartwarden.gateway.models import AccessToken
from chartwarden.gateway.services import open_assignment, shut_assignment
from chartwarden.gateway.tokens import LIFE, digest_of, standing
from chartwarden.ledger.queries import entries
from tests.support.clinic import AT, House

SignIn = Callable[[str], Any]
HOUR = timedelta(hours=1)


def assigned(house: House, role: str = "coder") -> UUID:
    return add_work(
        clinic=house.id, patient="PT-771", encounter="", kind="initial", reason="", coder=house.people[role],
        actor=house.actor("coding_supervisor"), at=AT,
    )  # fmt: skip


def address(house: House, name: str, assignment: UUID) -> str:
    return reverse(f"gateway:{name}", kwargs={"clinic": house.id, "assignment": assignment})


def opened(house: House, assignment: UUID, **more: Any) -> Any:
    given = {"purpose": "coding", "at": AT + HOUR, **more}
    return open_assignment(
        clinic=house.clinic, person=house.people["coder"], assignment=assignment, actor=house.actor("coder"), **given
    )  # type: ignore[arg-type]


def test_opening_shows_the_token_once_and_the_ledger_does_not_know_it(house: House, signed_in: SignIn) -> None:
    assignment, client = assigned(house), signed_in("coder")
    answer = client.post(address(house, "open", assignment), {"acknowledged": "1"})
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    token = re.findall(r'value="(cwo_[^"]+)"', answer.text)
    assert len(token) == 1
    assert f"/fhir/{assignment}" in answer.text
    assert "PT-771" not in answer.text
    row = AccessToken.objects.get(clinic_id=house.id)
    assert row.digest == digest_of(token[0])
    entry = entries(house.id)[-1]
    assert entry.kind == "gateway.assignment_opened"
    assert token[0] not in entry.leaf.decode()
    assert row.digest not in entry.leaf.decode()
    shut = client.post(address(house, "shut", assignment))
    assert shut.status_code == 302
    assert standing(token[0], assignment, timezone.now()) is None
    assert entries(house.id)[-1].kind == "gateway.assignment_shut"


def test_a_refusal_names_reason_rule_and_whom_to_ask(house: House, signed_in: SignIn) -> None:
    assignment, client = assigned(house), signed_in("coder")
    cancel(clinic=house.id, assignment=assignment, revision=1, actor=house.actor("coding_supervisor"), at=AT + HOUR)
    answer = client.post(address(house, "open", assignment), {"acknowledged": "1"})
    assert answer.status_code == 403
    assert "is done, so it is shut" in answer.text
    assert "Ask: coding supervisor." in answer.text
    assert "45 CFR 164.502(b), 164.514(d)(2)" in answer.text
    assert not AccessToken.objects.exists()
    assert entries(house.id)[-1].kind == "gateway.record_denied"
    assert (
        client.post(address(house, "open", assigned(house)), {"purpose": "contact", "acknowledged": "1"}).status_code
        == 403
    )


@pytest.mark.parametrize("name", ["open", "shut"])
def test_another_coders_assignment_is_not_there(house: House, signed_in: SignIn, name: str) -> None:
    client = signed_in("coder")
    assert client.post(address(house, name, assigned(house, "qa_auditor"))).status_code == 404
    assert client.post(address(house, name, uuid4())).status_code == 404
    assert client.get(address(house, name, assigned(house))).status_code == 405


def test_who_codes_nothing_opens_nothing(house: House, signed_in: SignIn) -> None:
    assert signed_in("privacy_officer").post(address(house, "open", assigned(house))).status_code == 403
    assert not AccessToken.objects.exists()


def test_a_token_holds_for_its_assignment_and_its_time(house: House) -> None:
    mine, other = assigned(house), assigned(house)
    token = opened(house, mine).token
    begin = AT + HOUR
    found = standing(token, mine, begin)
    assert found
    assert (found.person, found.patient, found.assignment) == (house.people["coder"], "PT-771", mine)
    assert standing(token, mine, begin + LIFE - timedelta(seconds=1))
    assert standing(token, mine, begin + LIFE) is None
    assert standing(token, other, begin) is None
    assert standing(token[:-1], mine, begin) is None
    assert standing("cwt_" + token.removeprefix("cwo_"), mine, begin) is None
    opened(house, mine, at=begin + timedelta(minutes=1))
    assert standing(token, mine, begin + timedelta(minutes=2)) is None


def test_the_assignment_opens_and_not_another_one_of_the_same_patient(house: House) -> None:
    """Two assignments of one record: submitting the one shuts it, while the other stays open."""
    first, second = assigned(house), assigned(house)
    token = opened(house, first).token
    for revision, event in enumerate(("begun", "coded", "submitted")):
        work_on(
            clinic=house.id, assignment=first, event=event, revision=revision + 1, actor=house.actor("coder"),
            at=AT + HOUR,
        )  # fmt: skip
    found = standing(token, first, AT + HOUR)
    assert found
    assert [grant.open_state for grant in found.facts.grants] == [False]
    assert opened(house, first).verdict.reasons == ("assignment_not_open",)
    assert opened(house, second).token


def test_shutting_again_is_harmless(house: House) -> None:
    mine = assigned(house)
    opened(house, mine)
    given = {"clinic": house.id, "person": house.people["coder"], "assignment": mine, "actor": house.actor("coder")}
    assert shut_assignment(**given, at=AT + HOUR) == 1  # type: ignore[arg-type]
    before = len(entries(house.id))
    assert shut_assignment(**given, at=AT + HOUR) == 0  # type: ignore[arg-type]
    assert len(entries(house.id)) == before
