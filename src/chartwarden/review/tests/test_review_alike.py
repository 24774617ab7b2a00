"""Alike cases of a coder on one line and one form: each keeps a disposition of its own, strong evidence never joins."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.urls import reverse

from chartwarden.kernel.decisions import Refused
from chartwarden.ledger.queries import entries
from chartwarden.review import models, queries
from chartwarden.review.desk import grouping
from chartwarden.review.services import ask_question, decide_case, decide_together
from chartwarden.review.tests.desk_support import AFTER, case, taken
from tests.support.clinic import House

SignedIn = Callable[[str], Any]


@pytest.fixture
def week(house: House) -> UUID:
    """A strong case; four alike slight ones, between them one of another coder; a strong one with the same signs."""
    return taken(
        house,
        case("worst", patient="P-9", detectors=("volume_above_queue",), score=6.0),
        case("strong", patient="P-5", score=3.1),
        case("a0", patient="P-0", score=0.9),
        case("a1", patient="P-1", score=0.8),
        case("other", coder="u-qa_auditor", patient="P-8", score=0.7),
        case("a2", patient="P-2", score=0.6),
    )


def rows(review: UUID) -> dict[str, models.CaseRecord]:
    return {row.digest: row for row in models.CaseRecord.objects.filter(review_id=review)}


def address(house: House, name: str, case: UUID) -> str:
    return reverse(f"review:{name}", kwargs={"clinic": house.id, "case": case})


def sent(review: UUID, *digests: str, **more: object) -> dict[str, object]:
    found = rows(review)
    ticked = [f"{found[digest].id}:{found[digest].revision}" for digest in digests]
    return {"outcome": "in_order", "note": "It belonged to the work.", "cases": ticked, **more}


def test_the_list_has_a_line_for_each_group(house: House, week: UUID) -> None:
    found = rows(week)
    lines, total = queries.waiting(house.clinic, week, 0, 50)
    told = [(line.id, line.group) for line in lines]
    assert told == [(found[name].id, size) for name, size in (("worst", 1), ("strong", 1), ("a0", 3), ("other", 1))]
    assert total == 4
    assert queries.waiting(house.clinic, week, 2, 1)[0][0].id == found["a0"].id


def test_ticked_ones_are_decided_each_by_itself_and_the_rest_stays_open(
    house: House, week: UUID, signed_in: SignedIn
) -> None:
    found = rows(week)
    done = signed_in("privacy_officer").post(address(house, "decide_alike", found["a0"].id), sent(week, "a0", "a2"))
    assert done.url == address(house, "case", found["a1"].id)
    assert {name for name, row in rows(week).items() if row.state == "decided"} == {"a0", "a2"}
    told = entries(house.id, kinds=("review.case_decided",))
    assert {entry.subject["case"] for entry in told} == {str(found["a0"].id), str(found["a2"].id)}
    assert models.Disposition.objects.count() == 2


def test_strong_evidence_is_weighed_by_itself(house: House, week: UUID) -> None:
    found, me = rows(week), house.people["privacy_officer"]
    group = queries.group(house.clinic, found["a1"].id, me, AFTER)
    assert group is not None
    assert [line.id for line in group.cases] == [found[name].id for name in ("a0", "a1", "a2")]
    assert queries.group(house.clinic, found["strong"].id, me, AFTER) is None
    for name in ("strong", "a0"):
        shown = queries.case(house.clinic, found[name].id, me, AFTER)
        assert shown is not None
        assert found["strong"].id not in {line.id for line in shown.alike}
    both = {found[name].id: 1 for name in ("strong", "a0")}
    actor = house.actor("privacy_officer")
    with pytest.raises(Refused, match="strong evidence"):
        decide_together(clinic=house.clinic, cases=both, outcome="in_order", note="Both.", actor=actor, at=AFTER)
    assert not models.Disposition.objects.exists()


def test_what_was_asked_about_leaves_the_group(house: House, week: UUID) -> None:
    found, actor = rows(week), house.actor("privacy_officer")
    ask_question(
        clinic=house.clinic, case=found["a1"].id, to=house.people["coding_supervisor"], text="Was this work given?",
        revision=1, actor=actor, at=AFTER,
    )  # fmt: skip
    group = queries.group(house.clinic, found["a0"].id, house.people["privacy_officer"], AFTER)
    assert group is not None
    assert found["a1"].id not in {line.id for line in group.cases}


@pytest.mark.parametrize("how", ["nothing ticked", "no note", "decided meanwhile", "of another review", "nonsense"])
def test_what_can_not_be_decided_is_said_and_nothing_is_saved(
    house: House, week: UUID, signed_in: SignedIn, how: str
) -> None:
    found = rows(week)
    form = sent(week, "a0", "a1", "a2")
    if how == "decided meanwhile":
        decide_case(
            clinic=house.clinic, case=found["a2"].id, outcome="coaching", note="Told.", revision=1,
            actor=house.actor("compliance_officer"), at=AFTER,
        )  # fmt: skip
    changed: dict[str, dict[str, object]] = {
        "nothing ticked": {"cases": []},
        "no note": {"note": " "},
        "of another review": {"cases": [f"{uuid4()}:1"]},
        "nonsense": {"cases": ["x", "1:2:3"]},
    }
    before = models.Disposition.objects.count()
    answer = signed_in("privacy_officer").post(
        address(house, "decide_alike", found["a0"].id), form | changed.get(how, {})
    )
    assert answer.status_code == 422
    said = {"no note": "Say in a few words why", "nothing ticked": "Tick at least", "nonsense": "Tick at least"}
    assert said.get(how, "changed while you had them open") in answer.text
    assert models.Disposition.objects.count() == before
    assert how == "no note" or "It belonged to the work." in answer.text


def test_a_case_that_changed_keeps_the_note(house: House, week: UUID, signed_in: SignedIn) -> None:
    found = rows(week)
    form = sent(week, "a0", "a1", "a2")
    models.CaseRecord.objects.filter(id=found["a1"].id).update(revision=5)
    answer = signed_in("privacy_officer").post(address(house, "decide_alike", found["a0"].id), form)
    assert answer.status_code == 409
    assert "Nothing was saved yet" in answer.text
    assert "It belonged to the work." in answer.text


def test_nobody_decides_a_group_about_themselves(house: House, week: UUID, signed_in: SignedIn) -> None:
    found = rows(week)
    models.CaseRecord.objects.filter(coder_id=house.people["coder"]).update(coder_id=house.people["privacy_officer"])
    page = signed_in("privacy_officer").get(address(house, "alike", found["a0"].id)).text
    assert "Not yours to decide" in page
    assert '<form method="post" class="side"' not in page
    answer = signed_in("privacy_officer").post(address(house, "decide_alike", found["a0"].id), sent(week, "a0", "a1"))
    assert answer.status_code == 409
    assert "This case is about you" in answer.text


def test_a_case_that_is_alone_has_its_own_page(house: House, week: UUID, signed_in: SignedIn) -> None:
    auditor = signed_in("auditor")
    found = rows(week)
    assert auditor.get(address(house, "alike", found["worst"].id)).url == address(house, "case", found["worst"].id)
    assert "3 alike cases" in auditor.get(address(house, "alike", found["a1"].id)).text
    assert auditor.get(address(house, "alike", uuid4())).status_code == 404


@pytest.mark.django_db
def test_a_line_that_somebody_decides_meanwhile_is_left_out() -> None:
    line = {"apart": None, "alike": "gone", "coder_index": b"x", "first": 1, "size": 2}
    assert grouping._led(uuid4(), uuid4(), ("open",), [line]) == []
