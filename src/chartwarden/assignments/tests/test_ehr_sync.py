"""The queue in step with the tasks of a real FHIR server."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chartwarden.assignments import ehr_source, queries, services
from chartwarden.assignments.ehr_client import Declined, Ehr
from chartwarden.assignments.ehr_syncing import sync
from chartwarden.assignments.models import Assignment, QueueSource, SourceItem
from chartwarden.kernel.decisions import Stale
from chartwarden.kernel.errors import InputRefused
from chartwarden.ledger.queries import entries
from tests.support.clinic import House
from tests.support.gateway_peers import SECRET, Fhir

pytestmark = [pytest.mark.peer("fhir"), pytest.mark.peer("node")]
HOUR = timedelta(hours=1)


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture(scope="module")
def server() -> Iterator[Fhir]:
    with ExitStack() as stack:
        yield Fhir(stack)


class Peer:
    """The EHR, emptied of tasks; what is asked of it as its own people would."""

    def __init__(self, server: Fhir) -> None:
        self.base, self._server = server.base, server

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        content = json.dumps(body).encode() if body is not None else None
        headers = {"Authorization": f"Bearer {SECRET}", "Content-Type": "application/fhir+json"}
        request = urllib.request.Request(f"{self.base}/{path}", content, headers, method=method)
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)

    def task(self, identity: str, patient: str = "p1", owner: str = "", **more: Any) -> None:
        own = {"owner": {"identifier": {"value": owner}}} if owner else {}
        self._server.seed(
            {
                "resourceType": "Task", "id": identity, "status": "requested", "intent": "order",
                "code": {"coding": [{"code": "initial"}]}, "for": {"reference": f"Patient/{patient}"}, **own, **more,
            }
        )  # fmt: skip

    def change(self, identity: str, **more: Any) -> None:
        self.ask("PUT", f"Task/{identity}", {**self.read(identity), **more})

    def read(self, identity: str) -> Any:
        return self.ask("GET", f"Task/{identity}")

    def encounter(self, identity: str, status: str = "finished", **more: Any) -> None:
        kind = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"}
        self._server.seed(
            {
                "resourceType": "Encounter", "id": identity, "status": status, "class": kind,
                "subject": {"reference": "Patient/p1"}, **more,
            }
        )  # fmt: skip


@pytest.fixture
def ehr(server: Fhir, house: House, settings: Any) -> Peer:
    settings.FHIR_BASE = server.base
    peer = Peer(server)
    for kind in ("Task", "Encounter"):
        while found := peer.ask("GET", f"{kind}?_count=500").get("entry"):
            for one in found:
                peer.ask("DELETE", f"{kind}/{one['resource']['id']}")
    return peer


def begin(house: House, ehr: Peer, encounters: bool = False, token: str | None = SECRET) -> None:
    there = ehr_source.source(house.id)
    services.set_source(
        clinic=house.id, base=ehr.base, token=token, encounters=encounters, revision=there.revision if there else 0,
        actor=house.actor("ehr_administrator"), at=now(),
    )  # fmt: skip


def rows() -> list[tuple[str, str, Any]]:
    return sorted((row.kind, row.state, row.coder_id) for row in Assignment.objects.all())


def the(house: House, task: str) -> Any:
    """The assignment that a task has become."""
    for item in SourceItem.objects.filter(clinic_id=house.id, kind="task"):
        if ehr_source.id_of(item) == task:
            return queries.work(house.id, item.assignment_id)
    return None


def work(house: House, task: str, *events: str) -> None:
    for event in events:
        there = the(house, task)
        services.work_on(
            clinic=house.id, assignment=there.id, event=event, revision=there.revision, actor=house.actor("coder"),
            at=now(),
        )  # fmt: skip


def test_tasks_become_work_and_again_changes_nothing(house: House, ehr: Peer) -> None:
    coder = house.people["coder"]
    ehr.task("open")
    ehr.task("owned", patient="p2", owner="u-coder", encounter={"reference": "Encounter/e2"})
    ehr.task("begun", owner="u-coder", status="in-progress")
    ehr.task("past", status="completed")
    ehr.task("other", code={"text": "call back"})
    ehr.task("lost", **{"for": {"reference": "Group/g1"}})
    ehr.task("stranger", owner="u-nobody")
    ehr.task("own", owner="u-ehr_administrator")
    begin(house, ehr)
    assert sync(house.id, now()) > 0
    assert rows() == [
        ("initial", "assigned", coder), ("initial", "in_progress", coder), *[("initial", "unassigned", None)] * 2,
    ]  # fmt: skip
    owned = the(house, "owned")
    assert (owned.patient, owned.encounter, owned.coder) == ("p2", "e2", coder)
    (grant,) = queries.grants(house.id, coder, "p2")
    assert grant.is_open
    assert {one.id: one.why for one in ehr_source.not_taken(house.id)} == {
        "lost": "It names no patient.", "stranger": "Its owner is nobody of the workforce.",
        "own": "It gives work to the person who set this up. Somebody else must assign it here.",
    }  # fmt: skip
    told = entries(house.id)
    assert sync(house.id, now()) == 0
    assert len(entries(house.id)) == len(told)
    assert len(rows()) == 4


def test_what_is_done_on_one_side_is_done_on_the_other(house: House, ehr: Peer) -> None:
    ehr.task("t")
    begin(house, ehr)
    sync(house.id, now())
    there = the(house, "t")
    services.assign(
        clinic=house.id, assignment=there.id, coder=house.people["coder"], revision=there.revision,
        actor=house.actor("coding_supervisor"), at=now(),
    )  # fmt: skip
    assert sync(house.id, now()) == 1
    assert (ehr.read("t")["status"], ehr.read("t")["owner"]["identifier"]["value"]) == ("accepted", "u-coder")
    work(house, "t", "begun")
    sync(house.id, now())
    assert ehr.read("t")["status"] == "in-progress"
    version = ehr.read("t")["meta"]["versionId"]
    work(house, "t", "coded")
    assert sync(house.id, now()) == 0
    assert ehr.read("t")["meta"]["versionId"] == version
    ehr.change("t", status="completed")
    assert sync(house.id, now()) == 1
    assert the(house, "t").outcome == "submitted"
    assert queries.grants(house.id, house.people["coder"], "p1")[0].is_open is False
    ehr.change("t", status="in-progress")
    sync(house.id, now())
    assert the(house, "t").state == "submitted"
    assert ehr.read("t")["status"] == "completed"
    assert [one.kind for one in entries(house.id)].count("assignments.submitted") == 1


def test_another_owner_there_shuts_the_record_to_the_first_and_one_here_is_told(house: House, ehr: Peer) -> None:
    coder, auditor = house.people["coder"], house.people["qa_auditor"]
    ehr.task("t", owner="u-coder")
    begin(house, ehr)
    sync(house.id, now())
    first = the(house, "t")
    ehr.change("t", owner={"identifier": {"value": "u-qa_auditor"}})
    sync(house.id, now())
    second = the(house, "t")
    assert (second.coder, queries.work(house.id, first.id).outcome) == (auditor, "reassigned")
    assert [one.is_open for one in queries.grants(house.id, coder, "p1")] == [False]
    services.reassign(
        clinic=house.id, assignment=second.id, coder=coder, reason="On leave", revision=second.revision,
        actor=house.actor("coding_supervisor"), at=now(),
    )  # fmt: skip
    sync(house.id, now())
    assert ehr.read("t")["owner"]["identifier"]["value"] == "u-coder"
    assert the(house, "t").coder == coder
    without = ehr.read("t")
    del without["owner"]
    ehr.ask("PUT", "Task/t", {**without, "status": "requested"})
    sync(house.id, now())
    assert (the(house, "t").state, the(house, "t").coder) == ("unassigned", None)
    assert not any(one.is_open for one in queries.grants(house.id, coder, "p1"))


def test_a_cancelled_task_or_one_of_another_patient_shuts_the_record(house: House, ehr: Peer) -> None:
    ehr.task("a", owner="u-coder")
    ehr.task("b", patient="p2", owner="u-coder")
    begin(house, ehr)
    sync(house.id, now())
    work(house, "a", "begun")
    ehr.change("a", status="cancelled")
    ehr.change("b", **{"for": {"reference": "Patient/p3"}})
    sync(house.id, now())
    assert {the(house, one).state for one in "ab"} == {"closed"}
    assert [one.why for one in ehr_source.not_taken(house.id)] == [
        "It names another patient than before. The record was shut."
    ]
    assert queries.grants(house.id, house.people["coder"], "p3") == []


def test_finished_encounters_become_work_once_whether_or_not_a_task_comes(house: House, ehr: Peer) -> None:
    begin(house, ehr, encounters=True)
    ehr.encounter("going-on", status="in-progress")
    ehr.encounter("alone")
    ehr.encounter("with-task")
    ehr.task("before", encounter={"reference": "Encounter/with-task"})
    for _ in range(2):
        sync(house.id, now())
        assert rows() == [("initial", "unassigned", None)] * 2
    ehr.task("after", owner="u-coder", encounter={"reference": "Encounter/alone"})
    sync(house.id, now())
    assert sorted(state for _, state, _ in rows()) == ["assigned", "unassigned"]
    assert the(house, "after").encounter == "alone"


def test_many_come_page_by_page_each_once(house: House, ehr: Peer) -> None:
    for number in range(230):
        ehr.task(f"t{number}", patient=f"p{number}")
    begin(house, ehr)
    while sync(house.id, now()):
        pass
    assert len({row.patient_index for row in Assignment.objects.all()}) == len(rows()) == 230
    ehr.change("t7", status="cancelled")
    assert sync(house.id, now()) == 1


def test_what_fails_is_kept_tried_again_later_and_told_to_those_who_can_mend_it(
    house: House, ehr: Peer, signed_in: Callable[[str], Any]
) -> None:
    ehr.task("t")
    begin(house, ehr, token="wrong")
    at = now()
    assert sync(house.id, at) == 0
    there = ehr_source.source(house.id)
    assert there
    assert (there.trouble, there.failing_since, there.next_try_at) == ("it answered 401", at, at + timedelta(minutes=1))
    for role in ("coding_supervisor", "ehr_administrator"):
        assert "it answered 401" in signed_in(role).get(f"/c/{house.id}/").text
    assert "it answered 401" not in signed_in("coder").get(f"/c/{house.id}/").text
    assert sync(house.id, at + timedelta(seconds=30)) == 0
    assert sync(house.id, at + timedelta(minutes=2)) == 0
    assert ehr_source.source(house.id).next_try_at == at + timedelta(minutes=7)
    begin(house, ehr)
    assert sync(house.id, now()) == 1
    assert ehr_source.source(house.id).failing_since is None


def test_an_owner_who_joins_later_gets_their_work(house: House, ehr: Peer) -> None:
    from chartwarden.kernel.actors import Actor
    from chartwarden.people.services import add_person

    ehr.task("t", owner="u-new")
    begin(house, ehr)
    sync(house.id, now())
    assert rows() == []
    person = add_person(
        clinic=house.id, values={"code": "u-new", "given_name": "New"}, feed_role="coder",
        started_on=now().date(), actor=Actor.of_system("tests"), at=now(),
    )  # fmt: skip
    sync(house.id, now() + 2 * HOUR)
    assert rows() == [("initial", "assigned", person)]
    assert ehr_source.not_taken(house.id) == []


def test_what_was_changed_meanwhile_is_not_written_over(house: House, ehr: Peer) -> None:
    ehr.task("t")
    there, client = ehr.read("t"), Ehr(ehr.base, SECRET, inside=True)
    ehr.change("t", status="received")
    assert client.write({**there, "status": "cancelled"}, there["meta"]["versionId"]) is None
    assert ehr.read("t")["status"] == "received"
    assert client.write({**ehr.read("t"), "status": "ready"}, ehr.read("t")["meta"]["versionId"])
    with pytest.raises(Declined):
        client.write({**ehr.read("t"), "id": "nowhere"}, "1")
    assert client.read("Task", "nowhere") is None


def test_two_processes_do_not_read_at_once_and_a_dead_one_is_followed(house: House, ehr: Peer) -> None:
    ehr.task("t")
    begin(house, ehr)
    at = now()
    QueueSource.objects.update(lease_until=at + timedelta(minutes=1))
    assert sync(house.id, at) == 0
    assert rows() == []
    assert sync(house.id, at + timedelta(minutes=1)) == 1


def test_a_source_is_set_by_one_at_a_time_and_its_token_goes_nowhere_else(house: House, ehr: Peer) -> None:
    begin(house, ehr)
    actor = house.actor("ehr_administrator")
    about: dict[str, Any] = {"clinic": house.id, "encounters": False, "actor": actor, "at": now()}
    with pytest.raises(Stale):
        services.set_source(base=ehr.base, token=None, revision=0, **about)
    for token in ("two words", "é", "x" * 9000):
        with pytest.raises(InputRefused):
            services.set_source(base=ehr.base, token=token, revision=1, **about)
    services.set_source(base="https://other.example/fhir", token=None, revision=1, **about)
    assert ehr_source.source(house.id).has_token is False
    services.stop_source(clinic=house.id, revision=2, actor=actor, at=now())
    assert sync(house.id, now()) == 0
    kinds = [one.kind for one in entries(house.id)]
    assert kinds.count("assignments.source_set") == 2
    assert kinds[-1] == "assignments.source_stopped"
    assert SECRET not in str([dict(one.facts) for one in entries(house.id)])
