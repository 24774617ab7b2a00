"""A log that comes after its week was signed is reviewed, told, and shown to its people, also with no case in it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from uuid import UUID

from chartwarden.clinics.queries import inputs_revision
from chartwarden.ledger.queries import entries
from chartwarden.logs.contracts import InputCount
from chartwarden.review import models, queries
from chartwarden.review.contracts import Findings
from chartwarden.review.desk.own import accesses_by_person
from chartwarden.review.services import sign_review, take_findings
from chartwarden.review.tests.desk_support import LATE, MONDAY, WORKER, findings, judged, staff, taken
from tests.support.clinic import House

KINDS = ("review.amended", "review.refreshed", "review.signed")


def sign(house: House, review: UUID) -> str:
    return sign_review(
        clinic=house.clinic, review=review, coverage_acknowledged=True, actor=house.actor("privacy_officer"), at=LATE
    )


def take(house: House, review: UUID, found: Findings, own: Path, more: int = 1) -> None:
    take_findings(
        clinic=house.clinic, review=review, findings=found, judged=accesses_by_person(house.id, own),
        staff=staff(house), revision=inputs_revision(house.id) + more, actor=WORKER, at=LATE,
    )  # fmt: skip


def late() -> Findings:
    """What is found when a second log of the week has come, all of whose accesses the queue explains."""
    before = findings()
    totals = replace(before.totals, accesses=1010, explained=990, by_explanation={"assignment_open": 990})
    return replace(before, totals=totals, inputs=(*before.inputs, InputCount("late.csv", "cd" * 32, 10, 10, 0, 0)))


def test_an_amendment_holds_it_with_its_entries_and_its_peoples_accesses(house: House, tmp_path: Path) -> None:
    review = taken(house, own=judged(tmp_path, 3))
    digest = sign(house, review)
    take(house, review, late(), judged(tmp_path, 5))
    (amendment,) = models.Review.objects.filter(amends_id=review)
    assert (amendment.state, amendment.accesses, amendment.cases.count()) == ("ready", 1010, 0)
    coder = house.people["coder"]
    assert [week.accesses for week in queries.my_weeks(house.clinic, coder)] == [5]
    assert len(queries.my_accesses(house.clinic, coder, MONDAY, 0, 50)) == 5
    assert models.PersonWeek.objects.get(review=review).accesses == 3
    found = entries(house.id, kinds=KINDS)
    assert [entry.kind.removeprefix("review.") for entry in found] == ["refreshed", "signed", "amended", "refreshed"]
    assert found[-1].facts["inputs"] == ["ab" * 32, "cd" * 32]
    assert models.Review.objects.get(id=review).document_digest == digest != sign(house, amendment.id)


def test_the_same_inputs_once_more_open_none(house: House, tmp_path: Path) -> None:
    review = taken(house)
    sign(house, review)
    take(house, review, findings(), judged(tmp_path))
    assert models.Review.objects.count() == 1
    assert models.Review.objects.get(id=review).revision == inputs_revision(house.id) + 1


def test_other_accesses_of_the_same_files_open_one(house: House, tmp_path: Path) -> None:
    review = taken(house)
    sign(house, review)
    take(house, review, replace(late(), inputs=findings().inputs), judged(tmp_path))
    assert models.Review.objects.filter(amends_id=review).count() == 1
    take(house, review, late(), judged(tmp_path), 2)
    assert models.Review.objects.count() == 2


def test_other_inputs_with_the_same_counts_open_one(house: House, tmp_path: Path) -> None:
    review = taken(house)
    sign(house, review)
    take(house, review, replace(findings(), inputs=late().inputs), judged(tmp_path))
    assert models.Review.objects.filter(amends_id=review).count() == 1
