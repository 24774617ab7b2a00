"""The queue's verbs: who may do what, what becomes of the grant, and what the ledger says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartwarden.assignments import queries, rules, services
from chartwarden.kernel.decisions import Refused, Stale
from chartwarden.kernel.errors import InputRefused
from chartwarden.ledger.queries import entries
from tests.support.clinic import AT, House

HOUR = timedelta(hours=1)


def added(house: House, coder: str | None = "coder", patient: str = "P1") -> UUID:
    return services.add_work(
        clinic=house.id, patient=patient, encounter="E1", kind="initial", reason="", at=AT,
        coder=house.people[coder] if coder else None, actor=house.actor("coding_supervisor"),
    )  # fmt: skip


def step(house: House, assignment: UUID, event: str, by: str = "coder", hours: int = 1) -> None:
    there = queries.work(house.id, assignment)
    assert there
    services.work_on(
        clinic=house.id, assignment=assignment, event=event, revision=there.revision,
        actor=house.actor(by), at=AT + hours * HOUR,
    )  # fmt: skip


def submitted(house: House, patient: str = "P1") -> UUID:
    made = added(house, patient=patient)
    for event in ("begun", "coded", "submitted"):
        step(house, made, event)
    return made


def kinds(house: House) -> list[str]:
    return [one.kind for one in entries(house.id) if one.kind.startswith("assignments.")]


def test_from_the_queue_to_submitted_and_the_record_shuts(house: House) -> None:
    made = added(house, coder=None)
    assert queries.grants(house.id, house.people["coder"], "P1") == []
    services.assign(
        clinic=house.id, assignment=made, coder=house.people["coder"], revision=0,
        actor=house.actor("coding_supervisor"), at=AT,
    )  # fmt: skip
    (grant,) = queries.grants(house.id, house.people["coder"], "P1")
    assert (grant.is_open, grant.encounter) == (True, "E1")
    step(house, made, "begun")
    there = queries.work(house.id, made)
    assert there
    services.hold(
        clinic=house.id, assignment=made, why="provider_query", revision=there.revision,
        actor=house.actor("coder"), at=AT + HOUR,
    )  # fmt: skip
    (held,) = queries.own_work(house.id, house.people["coder"], AT, 9)
    assert (held.state, held.hold, held.patient) == ("on_hold", "provider_query", "P1")
    for event in ("resumed", "coded", "submitted"):
        step(house, made, event)
    (grant,) = queries.grants(house.id, house.people["coder"], "P1")
    assert (grant.is_open, grant.ends) == (False, AT + HOUR)
    assert queries.own_work(house.id, house.people["coder"], AT, 9) == []
    assert kinds(house) == [
        f"assignments.{event}" for event in ("added", "assigned", "begun", "held", "resumed", "coded", "submitted")
    ]


def test_nobody_moves_anothers_work_and_nobody_assigns_to_themselves(house: House) -> None:
    made = added(house)
    with pytest.raises(Refused, match="another coder's work"):
        step(house, made, "begun", by="qa_auditor")
    with pytest.raises(Refused, match="themselves"):
        added(house, coder="coding_supervisor")
    with pytest.raises(Refused, match="themselves"):
        services.assign_by_load(
            clinic=house.id, coders=[house.people["coding_supervisor"]], most=5,
            actor=house.actor("coding_supervisor"), at=AT,
        )  # fmt: skip


def test_the_second_of_two_is_told(house: House) -> None:
    made = added(house)
    step(house, made, "begun")
    with pytest.raises(Stale):
        services.work_on(clinic=house.id, assignment=made, event="coded", revision=1, actor=house.actor("coder"), at=AT)
    assert kinds(house)[-1] == "assignments.begun"


def test_reassigned_the_first_is_shut_at_once_and_the_second_open(house: House) -> None:
    made = added(house)
    there = queries.work(house.id, made)
    assert there
    services.reassign(
        clinic=house.id, assignment=made, coder=house.people["qa_auditor"], reason="on leave", revision=there.revision,
        actor=house.actor("coding_supervisor"), at=AT + HOUR,
    )  # fmt: skip
    (first,) = queries.grants(house.id, house.people["coder"], "P1")
    (second,) = queries.grants(house.id, house.people["qa_auditor"], "P1")
    assert (first.is_open, first.ends) == (False, AT + HOUR)
    assert (second.is_open, second.begins) == (True, AT + HOUR)


def test_reopened_with_a_reason_and_an_expiry_only(house: House) -> None:
    made = submitted(house)
    given = {
        "clinic": house.id, "assignment": made, "kind": "denial", "reason": "Payer asks",
        "coder": house.people["coder"], "expires_at": AT + 48 * HOUR,
        "actor": house.actor("coding_supervisor"), "at": AT + 2 * HOUR,
    }  # fmt: skip
    for wrong in ({"reason": " "}, {"kind": "initial"}):
        with pytest.raises(InputRefused):
            services.reopen(**{**given, **wrong})
    with pytest.raises(Refused, match="30 days"):
        services.reopen(**{**given, "expires_at": AT + timedelta(days=60)})
    services.reopen(**given)
    first, again = sorted(queries.grants(house.id, house.people["coder"], "P1"), key=lambda one: one.begins)
    assert not first.is_open
    assert (again.is_open, again.begins, again.expires) == (True, AT + 2 * HOUR, AT + 48 * HOUR)
    with pytest.raises(Refused, match="can't be reopened"):
        services.reopen(**{**given, "assignment": again.id})


def test_shared_out_by_load_each_has_as_much(house: House) -> None:
    for number in range(5):
        added(house, coder=None, patient=f"P{number}")
    added(house, patient="P9")
    coders = [house.people["coder"], house.people["qa_auditor"]]
    done = services.assign_by_load(
        clinic=house.id, coders=coders, most=100, actor=house.actor("coding_supervisor"), at=AT
    )
    assert done == 5
    assert [one.open for one in queries.loads(house.id)] == [3, 3]


def test_a_sample_is_drawn_once_and_never_of_ones_own(house: House) -> None:
    for number in range(10):
        submitted(house, patient=f"P{number}")
    drawing = {
        "clinic": house.id, "begins": AT, "ends": AT + 24 * HOUR, "percent": 25, "at": AT + 24 * HOUR,
        "actor": house.actor("coding_supervisor"),
    }  # fmt: skip
    assert services.draw_sample(reviewer=house.people["coder"], **drawing) == 0
    assert services.draw_sample(reviewer=house.people["qa_auditor"], **drawing) == 3
    assert services.draw_sample(reviewer=house.people["qa_auditor"], **drawing) == 2
    (entry, *_) = [one for one in entries(house.id) if one.kind == "assignments.sampled"]
    assert "seed" in entry.facts


def reviewed(house: House) -> UUID:
    """A quality review of what the coder coded, by hand; nobody's yet."""
    return services.add_work(
        clinic=house.id, patient="P1", encounter="E1", kind="qa_review", reason="", coder=None, at=AT,
        actor=house.actor("coding_supervisor"),
    )  # fmt: skip


def hand_over(house: House, assignment: UUID, to: str, **more: object) -> None:
    there, verb = queries.work(house.id, assignment), more.pop("verb", services.assign)
    assert there
    verb(  # type: ignore[operator]
        clinic=house.id, assignment=assignment, coder=house.people[to], revision=there.revision, at=AT + 3 * HOUR,
        actor=house.actor("coding_supervisor"), **more,
    )  # fmt: skip


def test_nobody_is_given_the_review_of_their_own_coding_by_hand(house: House) -> None:
    first = submitted(house)
    review = reviewed(house)
    with pytest.raises(Refused, match="Nobody reviews work of their own"):
        hand_over(house, review, "coder")
    hand_over(house, review, "qa_auditor")
    with pytest.raises(Refused, match="Nobody reviews work of their own"):
        hand_over(house, review, "coder", verb=services.reassign, reason="on leave")
    again = {
        "clinic": house.id, "kind": "audit", "reason": "Payer asks", "expires_at": AT + 48 * HOUR,
        "actor": house.actor("coding_supervisor"), "at": AT + 3 * HOUR,
    }  # fmt: skip
    with pytest.raises(Refused, match="Nobody reviews work of their own"):
        services.reopen(**again, assignment=first, coder=house.people["coder"])
    for event in ("begun", "coded", "submitted"):
        step(house, review, event, by="qa_auditor", hours=4)
    audit = services.reopen(**again, assignment=first, coder=house.people["qa_auditor"])
    for who in ("coder", "qa_auditor"):
        with pytest.raises(Refused, match="Nobody reviews work of their own"):
            services.reopen(**again, assignment=review, coder=house.people[who])
    with pytest.raises(Refused, match="Nobody reviews work of their own"):
        hand_over(house, audit, "coder", verb=services.reassign, reason="on leave")
    services.reopen(**{**again, "kind": "denial"}, assignment=first, coder=house.people["coder"])


def test_a_review_of_another_encounter_is_nobodys_own(house: House) -> None:
    submitted(house)
    other = services.add_work(
        clinic=house.id, patient="P1", encounter="E2", kind="qa_review", reason="", coder=house.people["coder"], at=AT,
        actor=house.actor("coding_supervisor"),
    )  # fmt: skip
    assert queries.work(house.id, other)


def test_by_load_and_by_chance_nobody_reviews_their_own_coding(house: House) -> None:
    first = submitted(house)
    reviewed(house)
    load = {"clinic": house.id, "most": 5, "actor": house.actor("coding_supervisor"), "at": AT + 3 * HOUR}
    assert services.assign_by_load(coders=[house.people["coder"]], **load) == 0
    assert services.assign_by_load(coders=[house.people["coder"], house.people["qa_auditor"]], **load) == 1
    services.reopen(
        clinic=house.id, assignment=first, kind="denial", reason="x", coder=house.people["qa_auditor"],
        expires_at=AT + 48 * HOUR, actor=house.actor("coding_supervisor"), at=AT + 3 * HOUR,
    )  # fmt: skip
    (denial,) = [one for one in queries.own_work(house.id, house.people["qa_auditor"], AT, 9) if one.kind == "denial"]
    for event in ("begun", "coded", "submitted"):
        step(house, denial.id, event, by="qa_auditor", hours=4)
    drawing = {"clinic": house.id, "begins": AT + 4 * HOUR, "ends": AT + 5 * HOUR, "percent": 100, "at": AT + 6 * HOUR}
    drawn = services.draw_sample(reviewer=house.people["coder"], actor=house.actor("coding_supervisor"), **drawing)
    assert drawn == 0, "the coder coded what the denial is about"


def test_a_copy_is_noted_only_while_the_record_is_open_to_whoever_saves_it(house: House) -> None:
    made = added(house)
    about = {"clinic": house.id, "assignment": made, "document": "d", "purpose": "audit", "at": AT + HOUR}
    with pytest.raises(Refused, match="no longer open to you"):
        services.note_copy(person=house.people["qa_auditor"], **about)
    for event in ("begun", "coded", "submitted"):
        step(house, made, event)
    with pytest.raises(Refused, match="no longer open to you"):
        services.note_copy(person=house.people["coder"], **about)
    assert queries.copies_left(house.id, house.people["coder"]) == []


def test_copies_that_outlive_their_work_or_their_person_are_told_to_the_supervisor(
    house: House, signed_in: Callable[[str], Any]
) -> None:
    from chartwarden.people.services import end_engagement

    def told() -> str:
        page: str = signed_in("coding_supervisor").get(f"/c/{house.id}/").text
        return page

    made, other = added(house), added(house, patient="P2")
    for one in (made, other):
        services.note_copy(
            clinic=house.id, assignment=one, person=house.people["coder"], document="d", purpose="audit", at=AT
        )
    assert "though the work is over" not in told()
    there = queries.work(house.id, made)
    assert there
    services.cancel(
        clinic=house.id, assignment=made, revision=there.revision, actor=house.actor("coding_supervisor"), at=AT
    )
    assert "1 saved copy is not confirmed as deleted, though the work is over" in told()
    page = signed_in("coding_supervisor").get(f"/c/{house.id}/queue/{made}/").text
    assert ": 1 not confirmed as deleted" in page
    end_engagement(
        clinic=house.id, person=house.people["coder"], ended_at=AT, actor=house.actor("human_resources"), at=AT
    )
    assert "2 saved copies are not confirmed as deleted" in told()


PIECES = st.lists(st.tuples(st.uuids(), st.sampled_from([UUID(int=number) for number in range(4)])), unique=True)


@given(PIECES, st.integers(1, 100))
def test_every_coder_is_in_the_sample_and_no_piece_twice(work: list[tuple[UUID, UUID]], percent: int) -> None:
    chosen = rules.sample(work, "seed", percent=percent)
    coders = dict(work)
    assert len(set(chosen)) == len(chosen)
    assert {coders[one] for one in chosen} == set(coders.values())
    assert chosen == rules.sample(reversed(work), "seed", percent=percent)


def test_work_is_given_to_people_of_the_clinic_alone(house: House, other_house: House) -> None:
    stranger, officer = other_house.people["coder"], house.actor("coding_supervisor")
    with pytest.raises(InputRefused, match="somebody of this clinic"):
        services.add_work(
            clinic=house.id, patient="P1", encounter="", kind="initial", reason="", coder=stranger, actor=officer, at=AT
        )
    made = added(house)
    with pytest.raises(InputRefused, match="somebody of this clinic"):
        services.reassign(
            clinic=house.id, assignment=made, coder=stranger, reason="x", revision=1, actor=officer, at=AT
        )
    with pytest.raises(InputRefused, match="somebody of this clinic"):
        services.assign_by_load(clinic=house.id, coders=[stranger], most=1, actor=officer, at=AT)
    with pytest.raises(InputRefused, match="somebody of this clinic"):
        services.draw_sample(clinic=house.id, begins=AT, ends=AT, reviewer=stranger, each=1, actor=officer, at=AT)
    assert kinds(house) == ["assignments.added", "assignments.assigned"]
