"""A question opens a case's accesses to whom it was put while the case is open, and no longer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from chartwarden.people import services as people
from chartwarden.review import models, queries
from chartwarden.review.services import answer_question, ask_question, decide_case
from chartwarden.review.tests.desk_support import AFTER, case, taken
from chartwarden.review.tests.test_review_pages import address
from tests.support.api import token_for
from tests.support.clinic import House


@pytest.fixture
def asked(house: House) -> UUID:
    """A question to the coding supervisor."""
    taken(house, case("a", patient="P-774411"))
    row = models.CaseRecord.objects.get()
    return ask_question(
        clinic=house.clinic, case=row.id, to=house.people["coding_supervisor"], text="Whose work was it?",
        revision=row.revision, actor=house.actor("privacy_officer"), at=AFTER,
    )  # fmt: skip


def close(house: House) -> None:
    row = models.CaseRecord.objects.get()
    decide_case(
        clinic=house.clinic, case=row.id, outcome="violation", note="Seen.", revision=row.revision,
        actor=house.actor("privacy_officer"), at=AFTER,
    )  # fmt: skip


def program(house: House, client: Any, asked: UUID) -> Any:
    bearer = {"Authorization": f"Bearer {token_for(house, 'coding_supervisor').text}"}
    return client.get(f"/api/v1/clinics/{house.id}/questions/{asked}", headers=bearer).json()


@pytest.mark.parametrize("answered", [False, True])
def test_once_the_case_is_closed_its_patient_and_accesses_are_not_shown(
    house: House, asked: UUID, answered: bool, signed_in: Any, client: Any
) -> None:
    where = address(house, "question", question=asked)
    assert "P-774411" in signed_in("coding_supervisor").get(where).text
    assert len(program(house, client, asked)["accesses"]) == 2
    if answered:
        actor = house.actor("coding_supervisor")
        answer_question(clinic=house.clinic, question=asked, text="An addendum.", actor=actor, at=AFTER)
        assert "P-774411" in signed_in("coding_supervisor").get(where).text
    close(house)
    page = signed_in("coding_supervisor").get(where)
    assert page.status_code == 200
    assert "Whose work was it?" in page.text
    assert ("An addendum." in page.text) is answered
    assert "P-774411" not in page.text
    assert "What it is about" not in page.text
    told = program(house, client, asked)
    assert (told["accesses"], told["waits"], told["question"]["text"]) == ([], False, "Whose work was it?")


def test_a_supervisor_of_former_days_sees_nothing_of_a_closed_case(house: House, asked: UUID) -> None:
    close(house)
    supervisor = house.people["coding_supervisor"]
    people.withdraw_role(
        clinic=house.id, person=supervisor, role="coding_supervisor", actor=house.actor("owner"), at=AFTER
    )
    found = queries.question(house.clinic, asked, supervisor)
    assert found is not None
    assert found[1] is None
