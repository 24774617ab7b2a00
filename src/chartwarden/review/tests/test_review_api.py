"""The desk by the API: cases read, asked about, decided and reopened, a review signed by somebody who is there."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache

from chartwarden.ledger.queries import entries
from chartwarden.people.contracts import Permission
from chartwarden.people.models import User
from chartwarden.people.services import grant_role
from chartwarden.review.models import CaseRecord, Review
from chartwarden.review.tests.desk_support import case, judged, taken
from tests.support.api import Caller, app_of, code_of, problem, token_for
from tests.support.clinic import AT, PASSWORD, House


@pytest.fixture
def call(client: Any, house: House) -> Caller:
    cache.clear()
    return Caller(client, house)


@pytest.fixture
def review(house: House, tmp_path: Path) -> str:
    found = taken(house, case("a"), case("b", patient="P-2"), case("c", coder="u-privacy_officer"),
                  own=judged(tmp_path, 120, "u-privacy_officer"))  # fmt: skip
    return str(found)


@pytest.fixture
def app(house: House) -> str:
    """The secret of the officer's app."""
    return app_of(house, "privacy_officer")


def row(digest: str) -> CaseRecord:
    found: CaseRecord = CaseRecord.objects.get(digest=digest)
    return found


def decide_all(call: Caller, review: str) -> None:
    for digest, role in (("a", "privacy_officer"), ("b", "privacy_officer"), ("c", "compliance_officer")):
        found = row(digest)
        body = {"outcome": "in_order", "note": "Seen.", "revision": found.revision}
        assert call(f"cases/{found.id}/decide", role, "post", body).status_code == 204


def sign(call: Caller, review: str, **given: Any) -> Any:
    body = {"coverage_acknowledged": True, "password": PASSWORD, "code": "000000"} | given
    return call(f"reviews/{review}/sign", method="post", body=body)


def test_a_review_says_what_was_read_and_what_was_not(call: Caller, review: str) -> None:
    (listed,) = call("reviews").json()["items"]
    shown = call(f"reviews/{review}").json()
    assert (listed["id"], listed["cases"], listed["undecided"]) == (review, 3, 3)
    assert shown["week"]["coverage"]["notes"] == ["One gap."]
    assert shown["week"]["totals"]["accesses"] == 1000
    assert [(one["id"], one["why_not"]) for one in shown["week"]["detectors"]] == [
        ("unassigned_access", None), ("neighbour", "no patients feed"),
    ]  # fmt: skip
    assert shown["next_case"] == str(row("a").id)


def test_cases_are_listed_by_review_and_state(call: Caller, review: str) -> None:
    first = call(f"cases?review={review}&state=open&limit=2").json()
    second = call(first["next"]).json()
    assert {one["id"] for one in (*first["items"], *second["items"])} == {str(row(d).id) for d in "abc"}
    assert second["next"] is None
    assert call(f"cases?review={review}&state=decided").json()["items"] == []
    assert call(f"cases?review={uuid4()}").json()["items"] == []
    cursor = first["next"].partition("cursor=")[2]
    problem(call(f"cases?cursor={cursor}"), 422)
    problem(call("cases?state=closed"), 422)


def test_a_case_shows_evidence_for_and_against(call: Caller, review: str) -> None:
    shown = call(f"cases/{row('a').id}").json()
    assert shown["signals"][0]["sentence"] == "u-coder opened the record 2 times."
    assert shown["signals"][0]["against"] == "An assignment of that patient had ended the day before."
    assert [one["event"] for one in shown["accesses"]] == ["ev-0", "ev-1"]
    assert shown["alike"] == [{"id": str(row("b").id), "revision": 1}]
    assert shown["may_decide"]["allowed"] is True
    assert call(f"cases/{row('c').id}").json()["may_decide"]["allowed"] is False


def test_who_was_second_is_told(call: Caller, review: str) -> None:
    found = row("a")
    body = {"outcome": "in_order", "note": "Seen.", "revision": found.revision}
    assert call(f"cases/{found.id}/decide", method="post", body=body).status_code == 204
    problem(call(f"cases/{found.id}/decide", "compliance_officer", "post", body | {"outcome": "coaching"}), 409)
    (given,) = call("dispositions").json()["items"]
    assert (given["case"], given["outcome"], given["note"]) == (str(found.id), "in_order", "Seen.")


def test_alike_cases_are_decided_together_or_none(call: Caller, review: str) -> None:
    seen = [{"id": str(row(digest).id), "revision": row(digest).revision} for digest in "ab"]
    body = {"outcome": "coaching", "note": "Told.", "cases": [seen[0], seen[1] | {"revision": 7}]}
    problem(call("cases/decide", method="post", body=body), 409)
    assert row("a").state == "open"
    assert call("cases/decide", method="post", body=body | {"cases": seen}).status_code == 204
    assert {row("a").state, row("b").state} == {"decided"}
    assert len({one["together"] for one in call(f"dispositions?review={review}").json()["items"]}) == 1
    problem(call("cases/decide", method="post", body=body | {"cases": [{"id": str(uuid4()), "revision": 1}]}), 404)


def test_nobody_decides_their_own_case(call: Caller, review: str) -> None:
    found = row("c")
    body = {"outcome": "in_order", "note": "Mine.", "revision": found.revision}
    assert "about you" in problem(call(f"cases/{found.id}/decide", method="post", body=body), 403)["detail"]


def test_a_question_and_its_answer(call: Caller, house: House, review: str) -> None:
    found = row("a")
    supervisor = house.people["coding_supervisor"]
    body = {"to": str(supervisor), "text": "Did you ask for it?", "revision": found.revision}
    problem(call(f"cases/{found.id}/ask", method="post", body=body | {"to": str(house.people["auditor"])}), 422)
    asked = call(f"cases/{found.id}/ask", method="post", body=body).json()["id"]
    (mine,) = call("my-questions", "coding_supervisor").json()["items"]
    assert (mine["id"], mine["waits"], mine["text"]) == (asked, True, "Did you ask for it?")
    shown = call(f"my-questions/{asked}", "coding_supervisor").json()
    assert shown["evidence"]["accesses"][0]["event"] == "ev-0"
    problem(call(f"my-questions/{asked}"), 404)
    answer = {"text": "Yes, on Monday."}
    problem(call(f"my-questions/{asked}/answer", method="post", body=answer), 404)
    assert call(f"my-questions/{asked}/answer", "coding_supervisor", "post", answer).status_code == 204
    problem(call(f"my-questions/{asked}/answer", "coding_supervisor", "post", answer), 403)
    (kept,) = call(f"questions?case={found.id}").json()["items"]
    assert kept["answer"] == "Yes, on Monday."


def test_a_signature_takes_the_person_and_not_the_token_alone(
    call: Caller, house: House, review: str, app: str
) -> None:
    problem(sign(call, review, code=code_of(app)), 403)  # cases are open, so no code was used up
    decide_all(call, review)
    problem(call(f"reviews/{review}/sign", method="post", body={"coverage_acknowledged": True}), 422)
    problem(sign(call, review, code=code_of(app), coverage_acknowledged=False), 403)
    problem(sign(call, review, code="12345 "), 422)
    problem(sign(call, review, code=code_of(app), password="another"), 403)
    assert Review.objects.get(id=review).state == "ready"
    signed = sign(call, review, code=code_of(app))
    assert signed.status_code == 200, signed.content
    document = call(f"reviews/{review}/document")
    assert hashlib.sha256(document.content).hexdigest() == signed.json()["document_sha256"]
    kinds = [(entry.kind, entry.actor.partition(":")[0]) for entry in entries(house.id, 2**40, 2, newest_first=True)]
    assert kinds == [("review.signed", "token"), ("people.presence_shown", "token")]


def test_a_code_that_was_used_on_a_page_signs_nothing(call: Caller, review: str, app: str) -> None:
    decide_all(call, review)
    used = code_of(app)
    cache.set(f"signin.code.{User.objects.get(email__startswith='privacy').pk}.{used}", "used")
    problem(sign(call, review, code=used), 403)
    assert Review.objects.get(id=review).state == "ready"


def test_wrong_tries_are_counted_and_written_down(call: Caller, house: House, review: str, app: str) -> None:
    decide_all(call, review)
    wrong = str((int(code_of(app)) + 333_333) % 1_000_000).zfill(6)
    statuses = [sign(call, review, code=wrong).status_code for _ in range(6)]
    assert statuses == [403] * 5 + [429]
    problem(sign(call, review, code=code_of(app)), 429)
    kinds = [entry.kind for entry in entries(house.id, 2**40, 5, newest_first=True)]
    assert kinds == ["people.second_factor_failed"] * 5


def test_wrong_passwords_are_counted_too(call: Caller, review: str, app: str) -> None:
    decide_all(call, review)
    statuses = [sign(call, review, password="x", code=code_of(app)).status_code for _ in range(6)]
    assert statuses == [403] * 5 + [429]


def test_without_an_app_or_a_password_nobody_signs_by_a_program(call: Caller, house: House, review: str) -> None:
    decide_all(call, review)
    assert "app" in problem(sign(call, review), 403)["detail"]


def test_a_token_without_the_scope_signs_nothing(client: Any, house: House, review: str) -> None:
    token = token_for(house, "privacy_officer", Permission.SEE_REVIEWS, Permission.DECIDE_CASES).text
    answer = client.post(
        f"/api/v1/clinics/{house.id}/reviews/{review}/sign",
        data='{"coverage_acknowledged": true, "password": "x", "code": "123456"}', content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )  # fmt: skip
    assert "sign reviews" in problem(answer, 403)["detail"]


def test_a_signed_review_is_reopened_by_an_amendment(call: Caller, review: str, app: str) -> None:
    problem(call(f"reviews/{review}/document"), 404)
    decide_all(call, review)
    assert sign(call, review, code=code_of(app)).status_code == 200
    found = row("a")
    body = {"reason": "New facts.", "revision": found.revision}
    opened = call(f"cases/{found.id}/reopen", method="post", body=body).json()["id"]
    assert opened != str(found.id)
    amending = call(f"cases/{opened}").json()
    assert amending["reopens"] == str(found.id)
    assert call(f"reviews/{amending['review']}").json()["amends"] == review


def test_ones_own_accesses_come_in_pages_and_whole(call: Caller, house: House, review: str) -> None:
    first = call("my-accesses?limit=50").json()
    second = call(first["next"]).json()
    third = call(second["next"]).json()
    rows = [*first["items"], *second["items"], *third["items"]]
    assert [one["event"] for one in rows] == [f"ev-{n}" for n in range(120)]
    assert third["next"] is None
    exported = b"".join(call("my-accesses?format=ndjson&week=2026-03-02").streaming_content).splitlines()
    assert len(exported) == 120
    assert call("my-accesses?week=2026-03-09").json()["items"] == []
    assert call("my-accesses", "compliance_officer").json()["items"] == []
    (week,) = call("my-weeks").json()["items"]
    assert (week["first_day"], week["accesses"]) == ("2026-03-02", 120)


def test_a_statement_names_no_patient(call: Caller, review: str) -> None:
    told = call("my-weeks/2026-03-02/statement").json()
    assert told["sentences"][0] == "117 accesses to patients' records are held under this name."
    assert "P-" not in told["text"]
    assert [one["state"] for one in call("my-cases").json()["items"]] == ["open"]
    problem(call("my-weeks/2026-03-09/statement"), 404)
    problem(call("my-weeks/2026-03-02/statement", "compliance_officer"), 404)


@pytest.mark.parametrize("table", ["reviews", "cases", "dispositions", "questions", "my-questions", "my-cases"])
def test_tables_come_as_csv_too(call: Caller, review: str, table: str) -> None:
    decide_all(call, review)
    text = b"".join(call(f"{table}?format=csv").streaming_content).decode()
    rows = call(f"{table}?limit=500").json()["items"]
    assert len(text.splitlines()) == len(rows) + 1


def test_another_role_sees_no_case(call: Caller, house: House, review: str) -> None:
    grant_role(clinic=house.id, person=house.people["coder"], role="human_resources", actor=house.actor("owner"), at=AT)
    for path in ("reviews", "cases", f"cases/{row('a').id}", f"reviews/{review}", "dispositions", "questions"):
        problem(call(path, "coder"), 403)
