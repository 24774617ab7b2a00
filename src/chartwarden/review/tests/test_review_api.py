"""The review desk for programs: what is read, decided, asked, answered, and what is refused."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.cache import cache

from chartwarden.clinics.services import acting_in
from chartwarden.ledger import queries as ledger
from chartwarden.people.contracts import Permission
from chartwarden.review import models
from chartwarden.review.desk import shapes
from chartwarden.review.services import sign_review
from chartwarden.review.tests.desk_support import LATE, case, judged, taken
from chartwarden.web.api.documentation import operations
from tests.support.api import app_of, code_of, token_for
from tests.support.clinic import PASSWORD, House

Call = Callable[..., Any]
NOTE = "A slip; told how to ask."


@pytest.fixture
def week(house: House, tmp_path: Path) -> UUID:
    """A week with two alike cases of a coder, and one about the privacy officer."""
    cases = [case("c0"), case("c1", patient="P-2"), case("own", coder="u-privacy_officer", patient="P-3")]
    return taken(house, *cases, own=judged(tmp_path, 120, "u-coding_supervisor"))


@pytest.fixture
def call(client: Any, house: House) -> Call:
    """Call the API of the clinic with a token of a role, or with some of its permissions only."""
    cache.clear()
    tokens: dict[tuple[Any, ...], str] = {}

    def send(path: str, body: Any = None, role: str = "privacy_officer", scopes: tuple[Any, ...] = ()) -> Any:
        if (role, *scopes) not in tokens:
            tokens[role, *scopes] = token_for(house, role, *scopes).text
        address, headers = (
            f"/api/v1/clinics/{house.id}/{path}",
            {"Authorization": f"Bearer {tokens[role, *scopes]}"},
        )
        if body is None:
            return client.get(address, headers=headers)
        return client.post(address, json.dumps(body), content_type="application/json", headers=headers)

    return send


def known(week: UUID) -> dict[str, models.CaseRecord]:
    return {row.digest: row for row in models.CaseRecord.objects.filter(review_id=week)}


def told(answer: Any, status: int = 200) -> Any:
    assert answer.status_code == status, getattr(answer, "content", b"")
    return answer.json() if status != 204 else None


def decided(**more: Any) -> dict[str, Any]:
    return {"outcome": "coaching", "note": NOTE, "revision": 1, **more}


def test_a_review_tells_what_it_rests_on(call: Call, week: UUID) -> None:
    listed = told(call("reviews"))["items"]
    assert [(row["id"], row["cases"], row["undecided"], row["state"]) for row in listed] == [(str(week), 3, 3, "open")]
    found = told(call(f"reviews/{week}"))
    assert abs(found.pop("late_seconds") - listed[0].pop("late_seconds")) < 60  # each is by the clock
    assert {name: found[name] for name in listed[0]} == listed[0]
    read = found["read"]
    assert read["coverage"]["days_without_accesses"] == ["2026-03-07", "2026-03-08"]
    assert read["inputs"][0]["quarantined"] == 4
    assert read["totals"]["unexplained"] == 20
    assert {run["id"]: run["why_not"] for run in read["detectors"]}["neighbour"] == "no patients feed"
    assert read["notes"] == ["One gap."]
    assert [one["name"] for one in read["loads"]] == ["Coder Example", "Qa Example"]


def test_cases_come_by_state_and_place(call: Call, week: UUID) -> None:
    first = told(call(f"reviews/{week}/cases?limit=2"))
    assert [row["rank"] for row in first["items"]] == [1, 2]
    rest = told(call(f"reviews/{week}/cases?limit=2&offset={first['next_offset']}"))
    assert [row["rank"] for row in rest["items"]] == [3]
    assert rest["next_offset"] is None
    told(call(f"cases/{first['items'][0]['id']}/decide", decided()), 204)
    states = {state: len(told(call(f"reviews/{week}/cases?state={state}"))["items"]) for state in ("open", "decided")}
    assert states == {"open": 2, "decided": 1}
    assert call(f"reviews/{week}/cases?state=lost").status_code == 422


def test_a_case_is_told_in_full(call: Call, house: House, week: UUID) -> None:
    rows = known(week)
    found = told(call(f"cases/{rows['c0'].id}"))
    assert (found["patient"], found["coder"]) == ("P-1", str(house.people["coder"]))
    assert found["begins"] == "2026-03-04T16:00:00+00:00"
    assert [access["event"] for access in found["accesses_held"]] == ["ev-0", "ev-1"]
    assert found["signals"][0]["against"]
    assert found["alike"] == [{"case": str(rows["c1"].id), "revision": 1}]
    assert {one["role"] for one in found["may_be_asked"]} == {"the coder", "coding supervisor"}
    assert found["may_decide"]


def test_deciding_writes_the_ledger_in_the_name_of_the_token(call: Call, house: House, week: UUID) -> None:
    row = known(week)["c0"]
    told(call(f"cases/{row.id}/decide", decided()), 204)
    found = told(call(f"cases/{row.id}"))
    assert [(given["outcome"], given["note"]) for given in found["dispositions"]] == [("coaching", NOTE)]
    (entry,) = (one for one in ledger.entries(house.id) if one.kind == "review.case_decided")
    assert entry.actor.startswith("token:")


def test_nobody_decides_their_own_case(call: Call, week: UUID) -> None:
    own = known(week)["own"]
    problem = told(call(f"cases/{own.id}/decide", decided()), 403)
    assert "about you" in problem["detail"]
    assert told(call(f"cases/{own.id}"))["why_not"] in problem["detail"]
    together = {"cases": [{"case": str(row.id), "revision": 1} for row in known(week).values()]}
    told(call(f"reviews/{week}/decide", {**together, "outcome": "coaching", "note": NOTE}), 403)
    assert {row.state for row in known(week).values()} == {"open"}


def test_who_saw_an_older_case_is_told(call: Call, week: UUID) -> None:
    rows = known(week)
    told(call(f"cases/{rows['c0'].id}/decide", decided()), 204)
    assert told(call(f"cases/{rows['c0'].id}/decide", decided()), 409)["title"] == "Somebody else was first"
    together = {"cases": [{"case": str(rows[name].id), "revision": 1} for name in ("c0", "c1")]}
    told(call(f"reviews/{week}/decide", {**together, "outcome": "in_order", "note": NOTE}), 409)
    assert known(week)["c1"].state == "open"
    for verb, more in (("reopen", {"reason": "New."}), ("decide", decided())):
        told(call(f"cases/{rows['c0'].id}/{verb}", {**more, "revision": 7}), 409)


def test_cases_are_decided_together(call: Call, week: UUID) -> None:
    rows = known(week)
    cases = [{"case": str(rows[name].id), "revision": 1} for name in ("c0", "c1")]
    twice = {"cases": [cases[0], cases[0]], "outcome": "in_order", "note": NOTE}
    told(call(f"reviews/{week}/decide", twice), 422)
    told(call(f"reviews/{week}/decide", {"cases": cases, "outcome": "in_order", "note": NOTE}), 204)
    found = told(call("dispositions"))["items"]
    assert {row["outcome"] for row in found} == {"in_order"}
    assert len({row["together"] for row in found}) == 1


def test_a_question_is_asked_and_answered_once(call: Call, house: House, week: UUID) -> None:
    row, other = known(week)["c0"], house.people["coding_supervisor"]
    asked = {"to": str(other), "text": "What was it for?", "revision": 1}
    told(call(f"cases/{row.id}/ask", {**asked, "to": str(house.people["owner"])}), 422)
    made = told(call(f"cases/{row.id}/ask", asked), 201)["id"]
    waiting = told(call("questions", role="coding_supervisor"))
    assert [(one["id"], one["text"], one["answered_at"]) for one in waiting] == [(made, "What was it for?", None)]
    told(call(f"questions/{made}"), 404)
    told(call(f"questions/{made}/answer", {"text": "Not mine."}), 404)
    shown = told(call(f"questions/{made}", role="coding_supervisor"))
    assert (shown["waits"], len(shown["accesses"])) == (True, 2)
    told(call(f"questions/{made}/answer", {"text": "An addendum."}, role="coding_supervisor"), 204)
    told(call(f"questions/{made}/answer", {"text": "No."}, role="coding_supervisor"), 403)
    assert told(call(f"cases/{row.id}"))["questions"][0]["answer"] == "An addendum."
    assert [one["answer"] for one in told(call(f"case-questions?case={row.id}"))["items"]] == ["An addendum."]


def test_a_signed_review_gives_its_document_and_an_amendment(call: Call, house: House, week: UUID) -> None:
    rows = known(week)
    told(call(f"reviews/{week}/document"), 404)
    for name in ("c0", "c1", "own"):
        told(call(f"cases/{rows[name].id}/decide", decided(), role="compliance_officer"), 204)
    actor = house.actor("privacy_officer")
    digest = sign_review(clinic=house.clinic, review=week, coverage_acknowledged=True, actor=actor, at=LATE)
    content = call(f"reviews/{week}/document").content
    assert hashlib.sha256(content).hexdigest() == digest == told(call(f"reviews/{week}"))["document_sha256"]
    told(call(f"cases/{rows['c1'].id}/ask", {"to": str(house.people["coder"]), "text": "?", "revision": 2}), 403)
    opened = told(call(f"cases/{rows['c1'].id}/reopen", {"reason": "A new fact.", "revision": 2}), 201)["id"]
    assert opened != str(rows["c1"].id)
    amendment = told(call(f"cases/{opened}"))["review"]
    assert {row["id"]: row["amends"] for row in told(call("reviews"))["items"]} == {
        str(week): None,
        amendment: str(week),
    }
    assert "A new fact." in [row["reason"] for row in told(call("dispositions"))["items"]]


def _all_decided(call: Call, week: UUID) -> None:
    for row in known(week).values():
        told(call(f"cases/{row.id}/decide", decided(), role="compliance_officer"), 204)


def _signature(secret: str, **more: Any) -> dict[str, Any]:
    return {"coverage_acknowledged": True, "password": PASSWORD, "code": code_of(secret), **more}


def test_signing_takes_who_signs_beside_the_token(call: Call, house: House, week: UUID) -> None:
    sign, app = f"reviews/{week}/sign", app_of(house, "privacy_officer")
    told(call(sign, {"coverage_acknowledged": True}), 422)
    told(call(sign, _signature(app)), 403)  # cases wait
    _all_decided(call, week)
    told(call(sign, _signature(app, coverage_acknowledged=False)), 403)
    told(call(sign, _signature(app, password="wrong")), 403)
    told(call(sign, _signature(app, code="000000")), 403)
    assert told(call(f"reviews/{week}"))["state"] == "ready"
    # None of these has used the code up.
    digest = told(call(sign, _signature(app)))["document_sha256"]
    assert hashlib.sha256(call(f"reviews/{week}/document").content).hexdigest() == digest
    shown, signed = [one for one in ledger.entries(house.id) if one.kind.endswith(("presence_shown", "review.signed"))]
    assert (shown.actor, shown.facts["methods"]) == (signed.actor, ["password", "totp"])
    assert signed.actor.startswith("token:")
    told(call(sign, _signature(app)), 403)


def test_a_code_signs_once(call: Call, house: House, week: UUID) -> None:
    app = app_of(house, "privacy_officer")
    _all_decided(call, week)
    body = _signature(app)
    told(call(f"reviews/{week}/sign", body))
    row = known(week)["c0"]
    case = told(call(f"cases/{row.id}/reopen", {"reason": "New.", "revision": 2}), 201)["id"]
    told(call(f"cases/{case}/decide", decided(), role="compliance_officer"), 204)
    amendment = told(call(f"cases/{case}"))["review"]
    assert "works once" in told(call(f"reviews/{amendment}/sign", body), 403)["detail"]


def test_somebody_elses_code_signs_nothing(call: Call, house: House, week: UUID) -> None:
    _all_decided(call, week)
    body = _signature(app_of(house, "compliance_officer"))
    assert "app" in told(call(f"reviews/{week}/sign", body), 403)["detail"]  # the signer has none
    app_of(house, "privacy_officer")
    told(call(f"reviews/{week}/sign", body), 403)
    told(call(f"reviews/{week}/sign", body, role="security_officer"), 403)  # sees reviews, signs none


@pytest.mark.parametrize("wrong", [{"code": "000000"}, {"password": "wrong"}], ids=["code", "password"])
def test_wrong_tries_are_counted_and_then_even_right_ones_wait(
    call: Call, house: House, week: UUID, wrong: dict[str, str]
) -> None:
    app = app_of(house, "privacy_officer")
    _all_decided(call, week)
    statuses = [call(f"reviews/{week}/sign", _signature(app, **wrong)).status_code for _ in range(6)]
    assert statuses == [403] * 5 + [429]
    answer = call(f"reviews/{week}/sign", _signature(app))
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "300")
    assert told(call(f"reviews/{week}"))["state"] == "ready"


def test_no_operation_signs_by_a_token_alone() -> None:
    signing = [one for one in operations() if one.view_func.access is Permission.SIGN_REVIEWS]
    (body,) = [one for one in signing[0].models if one.__ninja_param_source__ == "body"]
    assert len(signing) == 1
    assert {"password", "code"} <= {name for name, one in shapes.Sign.model_fields.items() if one.is_required()}
    assert shapes.Sign in [one.annotation for one in body.model_fields.values()]


def test_own_accesses_come_by_the_page(call: Call, week: UUID) -> None:
    (listed,) = told(call("my-accesses", role="coding_supervisor"))
    assert (listed["first_day"], listed["accesses"]) == ("2026-03-02", 120)
    first = told(call("my-accesses/2026-03-02?limit=70", role="coding_supervisor"))
    rest = told(call(f"my-accesses/2026-03-02?limit=70&offset={first['next_offset']}", role="coding_supervisor"))
    events = [row["event"] for row in (*first["items"], *rest["items"])]
    assert events == [f"ev-{n}" for n in range(120)]
    assert rest["next_offset"] is None
    told(call("my-accesses/2026-02-23", role="coding_supervisor"), 404)
    assert told(call("my-accesses")) == []
    assert [one["accesses"] for one in told(call("my-cases"))] == [2]


def test_tables_are_narrowed_down_and_cursors_with_them(call: Call, week: UUID) -> None:
    first = told(call(f"cases?review={week}&state=open&limit=2"))
    rest = told(call(first["next"].split("/", 5)[-1]))
    assert {one["id"] for one in (*first["items"], *rest["items"])} == {str(row.id) for row in known(week).values()}
    assert rest["next"] is None
    told(call(f"cases?cursor={first['next'].partition('cursor=')[2]}"), 422)
    assert told(call(f"cases?review={uuid4()}"))["items"] == []
    told(call("cases?state=closed"), 422)
    told(call(f"cases/{known(week)['c0'].id}/decide", decided()), 204)
    assert [len(told(call(f"dispositions?review={one}"))["items"]) for one in (week, uuid4())] == [1, 0]


def test_own_accesses_are_exported_and_cleared(call: Call, week: UUID) -> None:
    role, rows, address = "coding_supervisor", [], "own-accesses?limit=50"
    while address:
        found = told(call(address, role=role))
        rows += [one["event"] for one in found["items"]]
        address = found["next"].split("/", 5)[-1] if found["next"] else ""
    assert rows == [f"ev-{n}" for n in range(120)]
    lines = b"".join(call("own-accesses?format=ndjson&week=2026-03-02", role=role).streaming_content).splitlines()
    assert len(lines) == 120
    assert told(call("own-accesses?week=2026-03-09", role=role))["items"] == []
    assert told(call("own-accesses"))["items"] == []
    statement = told(call("my-accesses/2026-03-02/statement", role=role))
    assert statement["sentences"][0] == "117 accesses to patients' records are held under this name."
    assert "P-" not in statement["text"]
    told(call("my-accesses/2026-03-09/statement", role=role), 404)
    told(call("my-accesses/2026-03-02/statement"), 404)


def test_cases_are_exported_whole(call: Call, week: UUID) -> None:
    text = b"".join(call("cases?format=csv").streaming_content).decode()
    assert {row["id"] for row in csv.DictReader(io.StringIO(text))} == {str(row.id) for row in known(week).values()}
    page = told(call("cases?limit=2"))
    assert page["next"]
    lines = b"".join(call("cases?format=ndjson").streaming_content).decode().splitlines()
    assert [json.loads(line) for line in lines][:2] == page["items"]
    following = told(call(page["next"].split("/", 5)[-1]))
    assert [row["id"] for row in following["items"]] == [json.loads(lines[2])["id"]]


@pytest.mark.parametrize("role", ["owner", "ehr_administrator", "coding_supervisor"])
def test_roles_that_see_no_reviews_get_none(call: Call, week: UUID, role: str) -> None:
    for path in ("reviews", "cases", "dispositions", f"reviews/{week}", f"cases/{known(week)['c0'].id}"):
        told(call(path, role=role), 403)


def test_a_token_does_no_more_than_its_scopes(call: Call, week: UUID) -> None:
    row, sees = known(week)["c0"], (Permission.SEE_REVIEWS,)
    told(call(f"cases/{row.id}", scopes=sees))
    for path, body in (
        (f"cases/{row.id}/decide", decided()),
        (f"cases/{row.id}/ask", {"to": str(uuid4()), "text": "?", "revision": 1}),
        (f"reviews/{week}/decide", {"cases": [], "outcome": "coaching", "note": NOTE}),
    ):
        told(call(path, body, scopes=sees), 403)
    told(call("my-accesses", scopes=sees), 403)


def test_another_clinics_are_not_there(call: Call, other_house: House, week: UUID) -> None:
    with acting_in(other_house.id):
        foreign = taken(other_house, case("x"))
        row = known(foreign)["x"]
    for path in (f"reviews/{foreign}", f"reviews/{foreign}/cases", f"reviews/{foreign}/document", f"cases/{row.id}"):
        told(call(path), 404)
    told(call(f"cases/{row.id}/decide", decided()), 404)
    told(call(f"cases/{row.id}/reopen", {"reason": "x", "revision": 1}), 404)
    together = {"cases": [{"case": str(row.id), "revision": 1}], "outcome": "in_order", "note": NOTE}
    told(call(f"reviews/{week}/decide", together), 404)
    assert str(foreign) not in [one["id"] for one in told(call("reviews"))["items"]]
