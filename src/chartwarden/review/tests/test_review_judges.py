"""Nobody decides a case about a login that they hold or held, nor signs a week in which somebody has."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chartwarden.clinics.queries import inputs_revision
from chartwarden.kernel.decisions import Refused
from chartwarden.people import services as people
from chartwarden.review import models, rules
from chartwarden.review.contracts import Case
from chartwarden.review.desk.refreshing import Staff
from chartwarden.review.desk.signing import facts_of
from chartwarden.review.services import answer_question, ask_question, decide_case, sign_review, take_findings
from chartwarden.review.tests.desk_support import AFTER, WORKER, case, findings, staff, taken
from tests.support.clinic import AT, House


def one(digest: str, coder: str = "u-coder", looks: int = 2) -> Case:
    """A case whose accesses were made under the login co01, or under the one that it is about."""
    found = case(digest, coder=coder, looks=looks)
    login = "co01" if coder == "u-coder" else coder
    return replace(found, accesses=tuple(replace(access, actor=login) for access in found.accesses))


def decide(house: House, role: str = "privacy_officer") -> None:
    row = models.CaseRecord.objects.get()
    decide_case(
        clinic=house.clinic, case=row.id, outcome="in_order", note="Seen.", revision=row.revision,
        actor=house.actor(role), at=AFTER,
    )  # fmt: skip


def take(house: House, review: object, *cases: object, shared: tuple[str, ...], revision: int = 2) -> None:
    holders = {"co01": frozenset(house.people[role] for role in shared)}
    take_findings(
        clinic=house.clinic, review=review, findings=findings(*cases), judged=(),
        staff=Staff(staff(house).persons, holders), actor=WORKER, at=AFTER,
        revision=inputs_revision(house.id) + revision,
    )  # fmt: skip


def test_who_held_the_subjects_login_does_not_decide_even_when_they_hold_it_no_more(house: House) -> None:
    review = taken(house)
    take(house, review, one("a"), shared=("coder", "privacy_officer"))
    take(house, review, one("a"), shared=("coder",), revision=3)
    with pytest.raises(Refused, match="a login that you hold, or held"):
        decide(house)
    take(house, review, one("a", looks=3), shared=("coder",), revision=4)
    decide(house, "compliance_officer")


def test_a_case_that_goes_on_keeps_who_held_its_login(house: House) -> None:
    review = taken(house)
    take(house, review, one("a"), shared=("coder", "privacy_officer"))
    take(house, review, one("longer", looks=3), shared=("coder",), revision=3)
    assert models.CaseRecord.objects.get().digest == "longer"
    with pytest.raises(Refused, match="a login that you hold, or held"):
        decide(house)


def test_who_comes_to_hold_it_before_the_review_is_made_anew_does_not_decide(house: House) -> None:
    taken(house, one("a"))
    for role in ("coder", "privacy_officer"):
        people.change_person(
            clinic=house.id, person=house.people[role], logins=["co01"], actor=house.actor("owner"), at=AT
        )
    with pytest.raises(Refused, match="a login that you hold, or held"):
        decide(house)


def test_nor_of_a_bare_login(house: House) -> None:
    taken(house, one("a", coder="nobody01"))
    people.change_person(
        clinic=house.id, person=house.people["privacy_officer"], logins=["nobody01"], actor=house.actor("owner"), at=AT
    )
    with pytest.raises(Refused, match="a login that you hold, or held"):
        decide(house)


@pytest.mark.parametrize("how", ["coder", "holder", "answerer", "nobody"])
def test_a_week_is_not_signed_in_which_a_case_was_decided_by_who_may_not(house: House, how: str) -> None:
    review = taken(house, one("a"))
    officer, row = house.people["privacy_officer"], models.CaseRecord.objects.get()
    if how == "answerer":
        asked = ask_question(
            clinic=house.clinic, case=row.id, to=house.people["coding_supervisor"], text="Why?",
            revision=row.revision, actor=house.actor("compliance_officer"), at=AFTER,
        )  # fmt: skip
        answer_question(
            clinic=house.clinic, question=asked, text="So.", actor=house.actor("coding_supervisor"), at=AFTER
        )
    decide(house)
    # What the services forbid is written past them, as somebody with the database might.
    models.Question.objects.update(to_id=officer)
    changed = {"coder": {"coder_id": officer}, "holder": {"holders": [str(officer)]}}.get(how, {"suggested": "look"})
    models.CaseRecord.objects.update(**changed)
    found = facts_of(house.clinic, models.Review.objects.get(id=review))
    assert found.decided_by_subject == (how != "nobody")
    signing = {"clinic": house.clinic, "review": review, "actor": house.actor("compliance_officer"), "at": AFTER}
    if how == "nobody":
        sign_review(coverage_acknowledged=True, **signing)
    else:
        with pytest.raises(Refused, match="decided by the person it is about"):
            sign_review(coverage_acknowledged=True, **signing)


@pytest.mark.parametrize(("who", "apart"), [("a", False), ("b", False), ("c", False), ("d", True), (None, False)])
def test_who_stands_apart(who: str | None, apart: bool) -> None:
    facts = rules.CaseFacts("open", 1, "a", frozenset("b"), frozenset("c"))
    assert rules.is_judge_of(facts, who) is apart
