"""A week's findings become cases; cases are asked about, decided, reopened; a review is signed and never changes."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from chartwarden.clinics.queries import inputs_revision
from chartwarden.kernel.decisions import Refused
from chartwarden.kernel.errors import InputRefused
from chartwarden.people.queries import outbox
from chartwarden.review import models, queries, rules
from chartwarden.review.services import (
    Stale,
    answer_question,
    ask_question,
    decide_case,
    decide_together,
    open_reviews,
    reopen_case,
    sign_review,
)
from chartwarden.review.tests.desk_support import AFTER, LATE, MONDAY, WORKER, case, judged, taken
from tests.support.clinic import House


def rows(review: UUID) -> dict[str, models.CaseRecord]:
    return {row.digest: row for row in models.CaseRecord.objects.filter(review_id=review)}


def decide(house: House, row: models.CaseRecord, outcome: str = "in_order", role: str = "privacy_officer") -> None:
    row.refresh_from_db()
    decide_case(
        clinic=house.clinic, case=row.id, outcome=outcome, note="Seen and settled.", revision=row.revision,
        actor=house.actor(role), at=AFTER,
    )  # fmt: skip


def sign(house: House, review: UUID, at=AFTER) -> str:
    return sign_review(
        clinic=house.clinic, review=review, coverage_acknowledged=True, actor=house.actor("privacy_officer"), at=at
    )


def test_reviews_are_opened_once(house: House) -> None:
    first = open_reviews(clinic=house.clinic, spans=[], actor=WORKER, at=LATE)
    assert len(first) == 2
    assert open_reviews(clinic=house.clinic, spans=[], actor=WORKER, at=LATE) == []
    lines = queries.calendar(house.clinic, LATE)
    assert [line.first_day.isoformat() for line in lines] == ["2026-03-09", "2026-03-02"]
    assert [rules.late_in_words(line.late_by) for line in lines] == ["on time", "3 days late"]


def test_findings_become_cases_and_again_adds_nothing(house: House) -> None:
    review = taken(house, case("a"), case("b", patient=None, detectors=("volume_above_queue",)))
    before = {digest: (row.id, row.revision) for digest, row in rows(review).items()}
    assert [row.coder_id for row in rows(review).values()] == [house.people["coder"]] * 2
    taken(house, case("a"), case("b", patient=None, detectors=("volume_above_queue",)), review=review, revision=2)
    assert {digest: (row.id, row.revision) for digest, row in rows(review).items()} == before
    assert models.Review.objects.get(id=review).revision == inputs_revision(house.id) + 2


def test_nothing_that_tells_of_people_lies_open(house: House) -> None:
    taken(house, case("a", patient="MRN-774411"))
    kept = b"".join(
        bytes(value) if isinstance(value, bytes | memoryview) else repr(value).encode()
        for model in (models.Review, models.CaseRecord)
        for row in model.objects.values_list()
        for value in row
    )
    assert b"u-coder" not in kept
    assert b"MRN-774411" not in kept


def test_older_findings_are_let_go(house: House) -> None:
    review = taken(house, case("a"), revision=5)
    taken(house, case("z"), review=review, revision=4)
    assert set(rows(review)) == {"a"}


def test_an_undecided_case_goes_on_when_its_pair_has_more_accesses(house: House) -> None:
    review = taken(house, case("a"), case("b", patient="P-2"))
    kept = rows(review)["a"].id
    taken(house, case("a2", looks=3), review=review, revision=2)
    after = rows(review)
    assert (after["a2"].id, after["a2"].revision) == (kept, 2)
    assert after["b"].state == "withdrawn"
    taken(house, case("a2", looks=3), case("b", patient="P-2"), review=review, revision=3)
    assert rows(review)["b"].state == "open"


def test_a_decided_case_stays_when_it_is_no_longer_found(house: House) -> None:
    review = taken(house, case("a"), case("b", patient="P-2"))
    decide(house, rows(review)["a"], "coaching")
    taken(house, case("c", patient="P-3"), review=review, revision=2)
    assert {digest: row.state for digest, row in rows(review).items()} == {
        "a": "decided", "b": "withdrawn", "c": "open",
    }  # fmt: skip


def test_a_stale_decision_is_told_and_changes_nothing(house: House) -> None:
    row = rows(taken(house, case("a")))["a"]
    decide(house, row, "coaching", "compliance_officer")
    with pytest.raises(Stale, match="changed while you had it open") as caught:
        decide_case(
            clinic=house.clinic, case=row.id, outcome="violation", note="Mine.", revision=1,
            actor=house.actor("privacy_officer"), at=AFTER,
        )  # fmt: skip
    assert caught.value.case == row.id
    shown = queries.case(house.clinic, row.id, house.people["privacy_officer"], AFTER)
    assert [(given.outcome, given.by) for given in shown.dispositions] == [
        ("coaching", house.people["compliance_officer"])
    ]


def test_nobody_decides_their_own(house: House) -> None:
    own = case("a", coder="u-privacy_officer")
    shared = case("b", coder="shared01")
    found = rows(taken(house, own, shared))
    assert found["b"].coder_id is None
    with pytest.raises(Refused, match="about you"):
        decide(house, found["a"])
    with pytest.raises(Refused, match="login that you hold"):
        decide(house, found["b"], role="compliance_officer")
    decide(house, found["a"], role="compliance_officer")
    decide(house, found["b"])


def test_a_question_is_asked_and_answered_and_its_answerer_does_not_decide(house: House) -> None:
    review = taken(house, case("a"))
    row = rows(review)["a"]
    asked = ask_question(
        clinic=house.clinic, case=row.id, to=house.people["compliance_officer"], text="Was this work given?",
        revision=1, actor=house.actor("privacy_officer"), at=AFTER,
    )  # fmt: skip
    row.refresh_from_db()
    assert row.state == "asked"
    with pytest.raises(Refused, match="somebody else"):
        answer_question(clinic=house.clinic, question=asked, text="Yes.", actor=house.actor("coder"), at=AFTER)
    officer = house.actor("compliance_officer")
    answer_question(clinic=house.clinic, question=asked, text="Yes, a denial.", actor=officer, at=AFTER)
    with pytest.raises(Refused, match="stays as it was given"):
        answer_question(clinic=house.clinic, question=asked, text="No.", actor=officer, at=AFTER)
    row.refresh_from_db()
    assert row.state == "open"
    with pytest.raises(Refused, match="You have answered"):
        decide(house, row, role="compliance_officer")
    shown = queries.case(house.clinic, row.id, house.people["privacy_officer"], AFTER)
    assert [(q.text, q.answer) for q in shown.questions] == [("Was this work given?", "Yes, a denial.")]
    assert shown.may_decide
    decide(house, row)


def test_alike_cases_are_decided_together_all_or_none(house: House) -> None:
    cases = [case(f"c{n}", patient=f"P-{n}") for n in range(3)]
    other = case("other", coder="u-qa_auditor", patient="P-9")
    apart = case("apart", patient=None, detectors=("volume_above_queue",))
    own = case("own", coder="u-privacy_officer", patient="P-8")
    found = rows(taken(house, *cases, other, apart, own))
    me = house.people["privacy_officer"]
    shown = queries.case(house.clinic, found["c1"].id, me, AFTER)
    assert [line.id for line in shown.alike] == [found[digest].id for digest in ("c0", "c2", "other")]
    wrong = {found["c0"].id: 1, found["own"].id: 1}
    actor = house.actor("privacy_officer")
    with pytest.raises(Refused):
        decide_together(clinic=house.clinic, cases=wrong, outcome="coaching", note="Both.", actor=actor, at=AFTER)
    assert not models.Disposition.objects.exists()
    right = {found[digest].id: 1 for digest in ("c0", "c1", "c2")}
    decide_together(clinic=house.clinic, cases=right, outcome="coaching", note="All three.", actor=actor, at=AFTER)
    given = models.Disposition.objects.all()
    assert len({row.together for row in given}) == 1
    shown = queries.case(house.clinic, found["c1"].id, me, AFTER)
    assert shown.dispositions[0].together == 3


@pytest.mark.parametrize(
    ("outcome", "note", "says"),
    [("fine", "A note", "one of in_order"), ("in_order", "  \n ", "a few words"), ("in_order", "x" * 4001, "4,000")],
)
def test_a_decision_needs_an_outcome_and_a_note(house: House, outcome: str, note: str, says: str) -> None:
    row = rows(taken(house, case("a")))["a"]
    with pytest.raises(InputRefused, match=says):
        decide_case(
            clinic=house.clinic, case=row.id, outcome=outcome, note=note, revision=1,
            actor=house.actor("privacy_officer"), at=AFTER,
        )  # fmt: skip


def test_a_review_is_signed_when_all_is_decided_and_never_changes(house: House) -> None:
    review = taken(house, case("a"), case("b", patient="P-2"))
    assert models.Review.objects.get(id=review).state == "open"
    decide(house, rows(review)["a"], "coaching")
    with pytest.raises(Refused, match="One case is not decided"):
        sign(house, review)
    decide(house, rows(review)["b"])
    assert models.Review.objects.get(id=review).state == "ready"
    with pytest.raises(Refused, match="what was reviewed and what was not"):
        sign_review(
            clinic=house.clinic, review=review, coverage_acknowledged=False,
            actor=house.actor("privacy_officer"), at=AFTER,
        )  # fmt: skip
    digest = sign(house, review, LATE)
    content = queries.signed_document(house.clinic, review)
    assert hashlib.sha256(content).hexdigest() == digest
    told = json.loads(content)
    assert told["schema"] == "chartwarden.review/1"
    assert told["review"]["late"] == "3 days late"
    assert [(found["outcome"], found["rank"]) for found in told["cases"]] == [("coaching", 1), ("in_order", 2)]
    assert b"P-1" not in content
    assert b"u-coder" not in content
    with pytest.raises(Refused, match="never changes"):
        decide(house, rows(review)["a"])
    with pytest.raises(Refused, match="signed already"):
        sign(house, review)
    taken(house, case("a"), case("b", patient="P-2"), review=review, revision=9)
    assert queries.signed_document(house.clinic, review) == content
    assert models.Review.objects.count() == 1


def test_a_week_without_a_log_is_not_signed(house: House) -> None:
    (review,) = open_reviews(clinic=house.clinic, spans=[], actor=WORKER, at=AFTER)
    with pytest.raises(Refused, match="Import it first"):
        sign(house, review)


def test_new_cases_of_a_signed_week_open_an_amendment(house: House) -> None:
    review = taken(house, case("a"))
    decide(house, rows(review)["a"])
    digest = sign(house, review)
    taken(house, case("a"), case("late", patient="P-7"), review=review, revision=2, at=LATE)
    amendment = models.Review.objects.get(amends_id=review)
    assert (amendment.state, set(rows(amendment.id)), set(rows(review))) == ("open", {"late"}, {"a"})
    assert models.Review.objects.get(id=review).document_digest == digest
    taken(house, case("a"), case("late", patient="P-7"), review=review, revision=3, at=LATE)
    assert models.Review.objects.count() == 2
    decide(house, rows(amendment.id)["late"])
    assert sign(house, amendment.id, LATE) != digest


def test_a_case_is_reopened_with_a_reason(house: House) -> None:
    review = taken(house, case("a"))
    row = rows(review)["a"]
    decide(house, row, "coaching")
    row.refresh_from_db()
    again = reopen_case(
        clinic=house.clinic, case=row.id, reason="The ticket turned up.", revision=row.revision,
        actor=house.actor("compliance_officer"), at=LATE,
    )  # fmt: skip
    assert again == row.id
    row.refresh_from_db()
    assert (row.state, row.outcome) == ("open", "")
    shown = queries.case(house.clinic, row.id, house.people["privacy_officer"], LATE)
    assert shown.dispositions[0].reason == "The ticket turned up."
    assert models.Review.objects.get(id=review).state == "open"


def test_a_case_of_a_signed_review_is_reopened_in_an_amendment(house: House) -> None:
    review = taken(house, case("a"))
    row = rows(review)["a"]
    decide(house, row, "coaching")
    sign(house, review)
    row.refresh_from_db()
    given = {"clinic": house.clinic, "case": row.id, "reason": "It was worse.", "revision": row.revision}
    again = reopen_case(**given, actor=house.actor("privacy_officer"), at=LATE)
    assert again != row.id
    fresh = models.CaseRecord.objects.get(id=again)
    assert (fresh.state, fresh.reopens_id, fresh.review.amends_id) == ("open", row.id, review)
    row.refresh_from_db()
    assert (row.state, row.outcome) == ("decided", "coaching")
    with pytest.raises(Refused, match="was reopened before"):
        reopen_case(**given, actor=house.actor("privacy_officer"), at=LATE)
    taken(house, review=review, revision=4, at=LATE)
    assert models.CaseRecord.objects.get(id=again).state == "open"
    decide(house, fresh, "violation")
    sign(house, fresh.review_id, LATE)
    shown = queries.case(house.clinic, row.id, house.people["privacy_officer"], LATE)
    assert shown.reopened_as == again


def test_earlier_cases_of_the_pair_and_of_the_coder_are_told(house: House) -> None:
    review = taken(house, case("a"), case("b", patient="P-2"))
    decide(house, rows(review)["a"], "coaching")
    (second,) = open_reviews(clinic=house.clinic, spans=[], actor=WORKER, at=LATE)
    taken(house, replace(case("a3", looks=3)), review=second, revision=2, at=LATE)
    shown = queries.case(house.clinic, rows(second)["a3"].id, house.people["privacy_officer"], LATE)
    assert [(line.outcome, line.note) for line in shown.of_pair] == [("coaching", "Seen and settled.")]
    assert [line.head.patient for line in shown.of_coder] == ["P-2"]


def test_a_case_that_an_earlier_week_holds_is_not_told_twice(house: House) -> None:
    taken(house, case("a"))
    (second,) = open_reviews(clinic=house.clinic, spans=[], actor=WORKER, at=LATE)
    taken(house, case("a"), review=second, revision=2, at=LATE)
    assert rows(second) == {}


def test_each_person_has_their_own_accesses(house: House, tmp_path: Path) -> None:
    taken(house, case("a"), own=judged(tmp_path, 2345))
    (week,) = queries.my_weeks(house.clinic, house.people["coder"])
    assert (week.accesses, week.explained, week.unexplained) == (2345, 2110, 188)
    assert dict(week.by_explanation) == {"assignment_open": 2110}
    page = queries.my_accesses(house.clinic, house.people["coder"], MONDAY, 990, 50)
    assert [found.event for found in page[:2]] == ["ev-990", "ev-991"]
    assert len(page) == 50
    assert [found.event for found in queries.my_accesses(house.clinic, house.people["coder"], MONDAY, 2340, 50)][
        -1
    ] == ("ev-2344")
    assert queries.my_weeks(house.clinic, house.people["qa_auditor"]) == []
    assert queries.my_accesses(house.clinic, house.people["qa_auditor"], MONDAY, 0, 50) == []
    assert [found.outcome for found in queries.my_cases(house.clinic, house.people["coder"])] == [""]


def test_another_clinics_rows_are_not_there(house: House, other_house: House) -> None:
    row = rows(taken(house, case("a")))["a"]
    me = other_house.people["privacy_officer"]
    assert queries.case(other_house.clinic, row.id, me, AFTER) is None
    assert queries.review(other_house.clinic, row.review_id, AFTER) is None
    assert queries.calendar(other_house.clinic, AFTER) == []
    with pytest.raises(models.CaseRecord.DoesNotExist):
        decide_case(
            clinic=other_house.clinic, case=row.id, outcome="in_order", note="No.", revision=1,
            actor=other_house.actor("privacy_officer"), at=AFTER,
        )  # fmt: skip


def test_officers_are_told_once_by_mail_that_a_week_was_read(house: House) -> None:
    review = taken(house, case("a", patient="P-1"))
    taken(house, case("a", patient="P-1"), case("b", patient="P-2"), review=review, revision=2)
    mails = outbox(house.id)
    assert [(mail.person, mail.kind) for mail in mails] == [(house.people["privacy_officer"], "review_ready")]


def test_of_weeks_long_ago_nobody_is_told(house: House) -> None:
    taken(house, case("a"), at=LATE)
    assert not outbox(house.id)
