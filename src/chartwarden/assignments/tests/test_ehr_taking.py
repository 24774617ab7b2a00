"""What an EHR tells, taken as it comes: of another patient, of no sense, dated in the future, of one's own coding."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chartwarden.assignments import ehr_source, ehr_syncing, jobs, queries, services
from chartwarden.assignments.ehr_client import is_the_operators
from chartwarden.assignments.ehr_taking import Taking
from chartwarden.assignments.models import Assignment, QueueSource, SourceItem
from chartwarden.ledger.queries import entries
from tests.support.clinic import AT, House

BASE = "https://ehr.example/fhir"
HOUR = timedelta(hours=1)
BEFORE_TIME = "0001-01-01T00:00:00+14:00"


def task(identity: str = "t", patient: str = "A", encounter: str = "", owner: str = "", **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Task", "id": identity, "status": "requested", "code": {"text": "initial"},
        "for": {"reference": f"Patient/{patient}"},
        "meta": {"versionId": "1", "lastUpdated": AT.isoformat()},
        **({"encounter": {"reference": f"Encounter/{encounter}"}} if encounter else {}),
        **({"owner": {"identifier": {"value": owner}}} if owner else {}),
        **more,
    }  # fmt: skip


def encounter(identity: str, patient: str) -> dict[str, Any]:
    return {
        "resourceType": "Encounter", "id": identity, "status": "finished",
        "subject": {"reference": f"Patient/{patient}"}, "meta": {"lastUpdated": AT.isoformat()},
    }  # fmt: skip


def taking(house: House, at: Any = AT) -> Taking:
    return Taking(house.id, BASE, house.people["ehr_administrator"], at)


def take(house: House, *resources: dict[str, Any], at: Any = AT) -> None:
    """Take what comes one after another."""
    now = taking(house, at)
    for one in resources:
        now.take("task" if one["resourceType"] == "Task" else "encounter", one)


def missed(house: House) -> dict[str, str]:
    return {one.id: one.why.split(".")[0] for one in ehr_source.not_taken(house.id)}


def patients(house: House) -> list[tuple[str, Any]]:
    found = [queries.work(house.id, one) for one in Assignment.objects.values_list("id", flat=True)]
    return sorted((one.patient, one.state) for one in found if one)


@pytest.fixture
def source(house: House) -> QueueSource:
    services.set_source(
        clinic=house.id, base=BASE, token="", encounters=True, revision=0, actor=house.actor("ehr_administrator"), at=AT
    )
    found: QueueSource = QueueSource.objects.get(clinic_id=house.id)
    return found


def read(source: QueueSource, house: House, *pages: list[Any], at: Any = AT) -> QueueSource:
    ehr_syncing._all_pages(source, "tasks_since", iter(pages), taking(house, at), "task", at)
    source.refresh_from_db()
    return source


def test_a_task_of_one_patient_never_gets_the_record_of_anothers_encounter(house: House) -> None:
    take(house, encounter("E", "A"), task("t", "B", "E", owner="u-coder"))
    assert patients(house) == [("A", "unassigned")]
    assert missed(house) == {"t": "It names an encounter of another patient"}
    assert queries.grants(house.id, house.people["coder"], "A") == []
    take(house, task("right", "A", "E", owner="u-coder"))
    assert patients(house) == [("A", "assigned")]


def test_work_of_another_patient_does_not_keep_an_encounter_from_being_work(house: House) -> None:
    take(house, task("wrong", "B", "E"), encounter("E", "A"))
    assert patients(house) == [("A", "unassigned"), ("B", "unassigned")]
    take(house, encounter("E", "A"))
    assert len(patients(house)) == 2


def test_an_encounter_that_becomes_another_patients_shuts_its_own_work(house: House) -> None:
    take(house, encounter("E", "A"), encounter("E", "B"))
    assert patients(house) == [("A", "closed")]
    assert missed(house) == {"E": "It names another patient than before"}


def test_one_that_can_not_be_taken_keeps_no_other_back_and_stands_on_the_page(
    house: House, source: QueueSource
) -> None:
    bent = task("bent", meta={"versionId": "1", "lastUpdated": BEFORE_TIME})
    odd = {**task("odd", owner="\x00"), "meta": {"versionId": "\x00", "lastUpdated": AT.isoformat()}}
    read(source, house, [bent, task("good", "C"), {**odd, "code": {"coding": [{"code": "initial"}], "text": 7}}])
    assert ("C", "unassigned") in patients(house)
    assert missed(house)["bent"] == "It does not say when it was last changed"


def test_a_fault_of_ours_with_one_task_leaves_nothing_of_it_and_the_others_whole(
    house: House, source: QueueSource
) -> None:
    take(house, task("first", "A"))
    item = SourceItem.objects.get()
    Assignment.objects.filter(id=item.assignment_id).update(sealed=b"not sealed at all, and long enough to be opened")
    told = len(entries(house.id))
    read(source, house, [task("first", "A", meta={"versionId": "2", "lastUpdated": AT.isoformat()}), task("next", "D")])
    assert missed(house) == {"first": "Something in it could not be taken over"}
    assert len(entries(house.id)) == told + 1
    assert Assignment.objects.count() == 2


def test_one_clinics_fault_does_not_stop_the_next_and_is_told(house: House, other_house: House) -> None:
    from chartwarden.clinics.services import acting_in

    for one in (house, other_house):
        with acting_in(one.id):
            services.set_source(
                clinic=one.id, base="https://127.0.0.1:9/fhir", token="t", encounters=False, revision=0, at=AT,
                actor=one.actor("ehr_administrator"),
            )  # fmt: skip
    for broken, other in ((house, other_house), (other_house, house)):
        for one in (house, other_house):
            with acting_in(one.id):
                QueueSource.objects.filter(clinic_id=one.id).update(trouble="", next_try_at=None)
        with acting_in(broken.id):
            QueueSource.objects.filter(clinic_id=broken.id).update(token=b"broken")
        jobs.sync_everywhere(AT)
        with acting_in(broken.id):
            assert QueueSource.objects.get(clinic_id=broken.id).trouble == "something went wrong here"
        with acting_in(other.id):
            assert QueueSource.objects.get(clinic_id=other.id).trouble


def test_a_task_dated_in_the_future_hides_nothing_that_comes_until_then(house: House, source: QueueSource) -> None:
    late = {"versionId": "1", "lastUpdated": (AT + 24 * HOUR).isoformat()}
    assert read(source, house, [task("future", meta=late)]).tasks_since == AT
    source.tasks_since = AT + 24 * HOUR
    source.save()
    assert read(source, house, [task("news", "B")], at=AT + HOUR).tasks_since <= AT + HOUR
    assert [one for one, _ in patients(house)] == ["A", "B"]


def test_nobody_gets_the_review_of_their_own_coding_from_the_ehr(house: House) -> None:
    take(house, task("t", "A", "E1", owner="u-coder", status="in-progress"), task("x", "A", "E2", owner="u-qa_auditor"))
    review = {"code": {"text": "qa_review"}, "owner": "u-coder"}
    take(house, task("r1", "A", "E1", **review), task("r2", "A", "E2", **review), task("r3", "A", **review))
    assert missed(house) == dict.fromkeys(("r1", "r3"), "It gives a review to whoever did the coding")
    assert [
        (one.state, one.coder_id) for one in Assignment.objects.filter(kind="qa_review").order_by("state")
    ] == [("assigned", house.people["coder"]), *[("unassigned", None)] * 2]  # fmt: skip
    meta = {"versionId": "2", "lastUpdated": (AT + HOUR).isoformat()}
    take(house, task("r1", "A", "E1", **{**review, "owner": "u-qa_auditor"}, meta=meta), at=AT + HOUR)
    assert "r1" not in missed(house)


def test_what_the_ehr_ends_waits_until_no_copy_of_it_is_left(house: House, source: QueueSource) -> None:
    coder = house.people["coder"]
    take(house, task("t", owner="u-coder", status="in-progress"))
    row = Assignment.objects.get()
    copy = services.note_copy(clinic=house.id, assignment=row.id, person=coder, document="d", purpose="coding", at=AT)
    done = task("t", owner="u-coder", status="completed", meta={"versionId": "2", "lastUpdated": AT.isoformat()})
    take(house, done)
    assert patients(house) == [("A", "in_progress")]
    assert missed(house) == {"t": "It has ended, but a saved copy of the record is not confirmed as deleted"}
    assert not [one for one in entries(house.id) if one.kind == "assignments.submitted"]
    services.confirm_copy_deleted(clinic=house.id, person=coder, copy=copy, at=AT + HOUR)
    take(house, done, at=AT + HOUR)
    assert patients(house) == [("A", "submitted")]
    assert missed(house) == {}


def test_only_the_connected_clinic_may_name_the_operators_ehr(house: House, other_house: House, settings: Any) -> None:
    settings.FHIR_BASE = f"{BASE}/"
    assert not is_the_operators(house.id, BASE)
    settings.FHIR_CLINIC = str(house.id)
    assert is_the_operators(house.id, BASE)
    assert not is_the_operators(other_house.id, BASE)
    for base in ("https://ehr.example", f"{BASE}/other", "https://ehr.example:8443/fhir"):
        assert not is_the_operators(house.id, base)
    settings.FHIR_BASE = ""
    assert not is_the_operators(house.id, "")


def test_the_only_clinic_may_name_the_operators_ehr(house: House, settings: Any) -> None:
    settings.FHIR_BASE = BASE
    assert is_the_operators(house.id, BASE)
