"""A Task and an assignment: what each says of the other, and who is right."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartwarden.assignments import ehr_rules, rules
from chartwarden.assignments import task_rules as tasks
from chartwarden.assignments.ehr_rules import Trouble
from chartwarden.assignments.task_rules import Side, Step, Unreadable
from chartwarden.kernel.errors import InputRefused
from tests.support.clinic import AT

BASE = "https://ehr.example/fhir"
ANA, BEN = UUID(int=1), UUID(int=2)
LATER = AT + timedelta(minutes=1)


def task(**more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Task", "id": "t1", "status": "requested", "for": {"reference": "Patient/p1"},
        "code": {"coding": [{"code": "initial"}]},
        "meta": {"versionId": "3", "lastUpdated": "2026-03-09T15:00:00.000Z"},
        **more,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("more", "state", "owner"),
    [
        ({}, "unassigned", ""),
        ({"owner": {"identifier": {"value": " u17 "}}}, "assigned", "u17"),
        (
            {"status": "accepted", "owner": {"reference": "https://ehr.example/fhir/Practitioner/u17"}},
            "assigned",
            "u17",
        ),
        ({"status": "in-progress", "owner": {"identifier": {"value": "u17"}}}, "in_progress", "u17"),
        ({"status": "on-hold", "owner": {"identifier": {"value": "u17"}}}, "on_hold", "u17"),
        ({"status": "completed"}, "submitted", ""),
        ({"status": "failed"}, "closed", ""),
        ({"for": {"reference": f"{BASE}/Patient/p1"}}, "unassigned", ""),
        (
            {"owner": {"reference": "https://other.example/fhir/Practitioner/u17"}},
            "assigned",
            "https://other.example/fhir/Practitioner/u17",
        ),
    ],
)
def test_a_task_is_read(more: dict[str, Any], state: str, owner: str) -> None:
    found = tasks.read_task(task(encounter={"reference": "Encounter/e1/_history/2"}, **more), BASE)
    assert (found.state, found.owner, found.patient, found.encounter) == (state, owner, "p1", "e1")
    assert (found.kind, found.version, found.updated_at) == ("initial", "3", AT)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"for": None}, "no_patient"),
        ({"for": {"reference": "Group/g1"}}, "no_patient"),
        ({"for": {"reference": "Patient/p1/../p2"}}, "no_patient"),
        ({"for": {"reference": "Patient/p 1"}}, "no_patient"),
        ({"for": "Patient/p1"}, "no_patient"),
        ({"for": {"reference": "https://other.example/fhir/Patient/p1"}}, "no_patient"),
        ({"for": {"reference": "https://ehr.example/fhir/other/Patient/p1"}}, "no_patient"),
        ({"for": {"reference": f"{BASE}/fhir/Patient/p1"}}, "no_patient"),
        ({"for": {"reference": "/Patient/p1"}}, "no_patient"),
        ({"for": {"reference": "#p1"}}, "no_patient"),
        ({"meta": {"lastUpdated": "0001-01-01T00:00:00+14:00"}}, "no_date"),
        ({"meta": {"lastUpdated": "9999-12-31T23:59:59-14:00"}}, "no_date"),
        ({"status": "dreaming"}, "unknown_status"),
        ({"meta": {}}, "no_date"),
        ({"meta": {"lastUpdated": "2026-03-09T15:00:00"}}, "no_date"),
        ({"id": "../Patient"}, "no_id"),
        ({"id": 7.5}, "no_id"),
    ],
)
def test_what_can_not_be_read_says_why(more: dict[str, Any], why: str) -> None:
    found = task(**more)
    if why == "no_id" and more["id"] == 7.5:
        found["id"] = "x" * 65
    with pytest.raises(Unreadable, match=why):
        tasks.read_task(found, BASE)
    assert why in tasks.TROUBLES


def test_other_work_and_drafts_are_nobodys_business() -> None:
    assert tasks.is_work(task())
    assert tasks.is_work(task(code={"text": "qa_review"}))
    assert not tasks.is_work(task(status="draft"))
    for code in (None, {}, {"text": "call back"}, {"coding": "initial"}, {"coding": [None, {"code": ["initial"]}]}):
        assert not tasks.is_work(task(code=code))


def side(state: str, coder: UUID | None = None, at: datetime = AT) -> Side:
    return Side(state, coder, at)


@pytest.mark.parametrize(
    ("here", "told", "ahead", "step"),
    [
        (side("unassigned"), side("assigned", ANA), False, Step.TAKE),
        (side("assigned", ANA), side("assigned", ANA), True, Step.NOTHING),
        (side("coded", ANA), side("in_progress", ANA), True, Step.NOTHING),
        (side("assigned", ANA), side("in_progress", ANA, LATER), False, Step.TAKE),
        (side("in_progress", ANA), side("assigned", ANA, LATER), False, Step.TELL),
        (side("in_progress", ANA, LATER), side("assigned", ANA), True, Step.TELL),
        (side("submitted", ANA), side("in_progress", ANA, LATER), False, Step.TELL),
        (side("closed", ANA), side("closed", ANA), True, Step.NOTHING),
        (side("in_progress", ANA, LATER), side("submitted", ANA), True, Step.TAKE),
        (side("in_progress", ANA, LATER), side("closed", ANA), True, Step.TAKE),
        (side("assigned", ANA), side("assigned", BEN, LATER), True, Step.TAKE),
        (side("assigned", ANA, LATER), side("assigned", BEN), True, Step.TELL),
        (side("assigned", ANA), side("unassigned", None, LATER), False, Step.TAKE),
        (side("in_progress", ANA, LATER), side("on_hold", ANA), True, Step.TELL),
    ],
)
def test_who_is_right(here: Side, told: Side, ahead: bool, step: Step) -> None:
    assert tasks.settle(here, told, ahead) is step


SIDES = st.builds(
    lambda state, coder, late: Side(state, None if state == "unassigned" else coder, LATER if late else AT),
    st.sampled_from([*rules.OPEN, rules.UNASSIGNED, *tasks.OVER]), st.sampled_from([ANA, BEN]), st.booleans(),
)  # fmt: skip


@given(SIDES, SIDES, st.booleans())
def test_nothing_that_is_over_is_opened_and_an_end_is_never_missed(here: Side, told: Side, ahead: bool) -> None:
    step = tasks.settle(here, told, ahead)
    if here.over:
        assert step is not Step.TAKE
    elif told.over:
        assert step is Step.TAKE
    assert (step is Step.NOTHING) is tasks.same(here, told)


@given(SIDES, SIDES, st.booleans())
def test_what_is_taken_can_be_done_and_what_is_told_is_then_the_same(here: Side, told: Side, ahead: bool) -> None:
    step = tasks.settle(here, told, ahead)
    if step is Step.TAKE and here.coder == told.coder and told.state not in ("closed", "unassigned"):
        assert tasks.way(here.state, told.state) is not None
    if step is Step.TELL:
        outcome = "submitted" if here.state == "submitted" else "cancelled"
        owner = "u1" if here.coder else ""
        back = tasks.read_task(
            tasks.written(task(owner={"identifier": {"value": "u9"}}), here.state, outcome, owner, AT), BASE
        )
        assert tasks.same(here, Side(back.state, here.coder if back.owner == owner or here.over else BEN, AT))


def test_a_task_is_written_with_everything_else_as_it_was() -> None:
    before = task(owner={"identifier": {"system": "urn:staff", "value": "u9"}, "display": "X"}, note=[{"text": "y"}])
    after = tasks.written(before, "coded", "", "u17", AT)
    assert after["owner"] == {"identifier": {"system": "urn:staff", "value": "u17"}}
    assert (after["status"], after["note"]) == ("in-progress", [{"text": "y"}])
    again = tasks.written(after, "on_hold", "", None, AT)
    assert again["owner"] == after["owner"]
    assert "owner" not in tasks.written(after, "unassigned", "", "", AT)
    assert tasks.written(after, "closed", "submitted", None, AT)["status"] == "completed"
    assert tasks.written(after, "closed", "reassigned", None, AT)["status"] == "cancelled"


@pytest.mark.parametrize(
    "text",
    ["", "ehr.example", "ftp://ehr.example", "http://ehr.example/fhir", "https://a:b@ehr.example", BASE + "?x=1",
     "https://ehr.example/a b", "https://[", BASE + "#x", "https://ehr.example:0/fhir"],
)  # fmt: skip
def test_what_is_no_base(text: str) -> None:
    with pytest.raises(InputRefused):
        ehr_rules.checked_base(text)


def test_a_base_is_kept_without_its_slash_and_http_only_on_this_machine() -> None:
    assert ehr_rules.checked_base(f" {BASE}/ ") == BASE
    assert ehr_rules.checked_base("http://127.0.0.1:8103/fhir") == "http://127.0.0.1:8103/fhir"


def test_a_search_asks_for_what_changed_and_a_bit_before() -> None:
    asked = ehr_rules.search(BASE, "Task", datetime(2026, 3, 9, 15, 0, 2, tzinfo=UTC), status="x")
    assert asked == f"{BASE}/Task?status=x&_sort=_lastUpdated&_count=100&_lastUpdated=ge2026-03-09T15%3A00%3A00.000Z"


@pytest.mark.parametrize(
    ("links", "page"),
    [
        (None, ""), ([], ""), ([{"relation": "self", "url": BASE}], ""), ([{"relation": "next"}], ""), ([7], ""),
        ([{"relation": "next", "url": f"{BASE}?page=2"}], f"{BASE}?page=2"),
        ([{"relation": "next", "url": "?page=2"}], f"{BASE}/Task?page=2"),
        ([{"relation": "next", "url": "https://other.example/fhir?page=2"}], None),
        ([{"relation": "next", "url": "http://ehr.example/fhir?page=2"}], None),
        ([{"relation": "next", "url": "file:///etc/passwd"}], None),
    ],
)  # fmt: skip
def test_the_next_page_is_of_the_same_place(links: object, page: str | None) -> None:
    bundle = {"resourceType": "Bundle", "link": links}
    if page is None:
        with pytest.raises(Trouble, match="elsewhere"):
            ehr_rules.next_page(bundle, f"{BASE}/Task?page=1", BASE)
    else:
        assert ehr_rules.next_page(bundle, f"{BASE}/Task?page=1", BASE) == page


@pytest.mark.parametrize(
    "answer", [None, [], "x", {}, {"resourceType": "Task"}, {"resourceType": "Bundle", "entry": 7}]
)
def test_what_is_no_answer_to_a_search(answer: object) -> None:
    with pytest.raises(Trouble):
        list(ehr_rules.entries(answer, "Task"))
    assert list(ehr_rules.entries({"resourceType": "Bundle", "entry": [None, {}, {"resource": {}}]}, "Task")) == []
