"""The pages of the queue, and what programs may do with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.urls import reverse

from chartwarden.assignments import queries
from chartwarden.assignments.models import Assignment
from chartwarden.assignments.services import add_work
from tests.support.api import Caller, problem
from tests.support.clinic import AT, House

SignIn = Callable[[str], Any]


def page(house: House, name: str, **named: object) -> str:
    return reverse(f"assignments:{name}", kwargs={"clinic": house.id, **named})


def work_for(house: House, coder: str | None = "coder", patient: str = "P-77") -> Any:
    return add_work(
        clinic=house.id, patient=patient, encounter="E-5", kind="initial", reason="", at=AT,
        coder=house.people[coder] if coder else None, actor=house.actor("coding_supervisor"),
    )  # fmt: skip


def revision(house: House, assignment: Any) -> int:
    found = queries.work(house.id, assignment)
    assert found
    return found.revision


def test_a_coder_takes_a_record_from_begun_to_submitted(house: House, signed_in: SignIn) -> None:
    made, client = work_for(house), signed_in("coder")
    assert "P-77" in client.get(page(house, "my_work")).text
    steps = ({"event": "begun"}, {"event": "held", "why": "missing_document"}, {"event": "resumed"}, {"event": "coded"})
    for step in (*steps, {"event": "submitted"}):
        sent = {**step, "revision": revision(house, made)}
        answer = client.post(page(house, "move", assignment=made), sent, follow=True)
        assert answer.status_code == 200
    assert "No record is open to you" in answer.text
    assert Assignment.objects.get(id=made).state == "submitted"


def test_anothers_work_is_not_there_and_a_stale_step_is_told(house: House, signed_in: SignIn) -> None:
    made = work_for(house)
    assert signed_in("qa_auditor").post(page(house, "move", assignment=made), {"event": "begun"}).status_code == 404
    client = signed_in("coder")
    answer = client.post(page(house, "move", assignment=made), {"event": "begun", "revision": "99"}, follow=True)
    assert "Somebody else has changed this assignment" in answer.text
    assert Assignment.objects.get(id=made).state == "assigned"


def test_a_supervisor_adds_assigns_takes_back_and_reopens(house: House, signed_in: SignIn) -> None:
    client, coder, other = signed_in("coding_supervisor"), house.people["coder"], house.people["qa_auditor"]
    sent = {"patient": "P-1", "encounter": "", "kind": "initial", "coder": "", "reason": ""}
    assert client.post(page(house, "add"), sent).status_code == 302
    made = Assignment.objects.get()
    client.post(page(house, "assign", assignment=made.id), {"coder": coder, "revision": made.revision})
    assert "Coder Example" in client.get(page(house, "board"), {"state": "assigned"}).text
    sent = {"coder": other, "revision": revision(house, made.id)}
    assert client.post(page(house, "assign", assignment=made.id), sent).status_code == 422
    assert client.post(page(house, "assign", assignment=made.id), {**sent, "reason": "On leave"}).status_code == 302
    assert {one.coder_id: one.state for one in Assignment.objects.all()} == {coder: "closed", other: "assigned"}
    day = (datetime.now(UTC) + timedelta(days=3)).date().isoformat()
    again = {"kind": "addendum", "reason": "A note was added", "coder": coder, "last_day": day}
    assert client.post(page(house, "reopen", assignment=made.id), again | {"last_day": "2026-03-01"}).status_code == 422
    assert client.post(page(house, "reopen", assignment=made.id), again).status_code == 302
    assert [one.kind for one in queries.own_work(house.id, coder, datetime.now(UTC), 9)] == ["addendum"]


def test_work_is_shared_out_and_a_sample_drawn(house: House, signed_in: SignIn) -> None:
    for number in range(3):
        work_for(house, coder=None, patient=f"P-{number}")
    client = signed_in("coding_supervisor")
    answer = client.post(page(house, "share"), {"coders": [house.people["coder"]], "most": 2}, follow=True)
    assert "2 assigned." in answer.text
    today = AT.date().isoformat()
    sent = {"first_day": today, "last_day": today, "size": 10, "per": "percent", "reviewer": house.people["qa_auditor"]}
    assert "0 given for review." in client.post(page(house, "sample"), sent, follow=True).text


@pytest.fixture
def call(client: Any, house: House) -> Caller:
    cache.clear()
    return Caller(client, house)


def test_programs_do_what_the_pages_do(call: Caller, house: House) -> None:
    role, coder, other = "coding_supervisor", str(house.people["coder"]), str(house.people["qa_auditor"])
    made = call("queue", role, "post", {"patient": "P-1"}).json()["id"]
    assert call("queue/share", role, "post", {"coders": [coder]}).json() == {"given": 1}
    there = call(f"queue/{made}", role).json()
    assert (there["state"], there["coder"]) == ("assigned", coder)
    assert "P-1" not in call("queue?state=assigned", role).text
    given = {"coder": other, "revision": there["revision"] + 5, "reason": "On leave"}
    problem(call(f"queue/{made}/assign", role, "post", given), 409)
    follows = call(f"queue/{made}/assign", role, "post", {**given, "revision": there["revision"]}).json()["id"]
    assert follows != made
    problem(call("queue", role, "post", {"patient": "P-1", "coder": str(house.people[role])}), 403)
    assert call(f"queue/{follows}/end", role, "post", {"revision": 0}).status_code == 204
