"""The API: who gets in, what is refused and how, pages of rows, exports, and that it keeps to one clinic."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any, get_args
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.utils import timezone
from ninja.constants import NOT_SET
from pydantic import BaseModel

from chartwarden.ledger import queries as ledger
from chartwarden.people.contracts import Permission
from chartwarden.people.services import withdraw_token
from chartwarden.web.api.documentation import operations, schema
from tests.support.api import Caller, problem, token_for
from tests.support.clinic import House

Call = Callable[..., Any]


@pytest.fixture
def call(client: Any, house: House) -> Call:
    """Call the API of the clinic with a token of a role; JSON in, the answer out."""
    cache.clear()
    return Caller(client, house)


def test_every_operation_says_who_may_do_it() -> None:
    assert len(operations()) > 10
    silent = [op.view_func.__name__ for op in operations() if not hasattr(op.view_func, "access")]
    assert silent == []


def test_no_two_shapes_have_one_name() -> None:
    """The description keeps shapes by their names: two of one name would be told as one."""
    found: dict[str, set[Any]] = {}
    for operation in operations():
        shapes = [*operation.models, *filter(None, operation.response_models.values())]
        for shape in _shapes([one for one in shapes if one is not NOT_SET]):
            found.setdefault(shape.__name__, set()).add(shape)
    written = {name: kinds for name, kinds in found.items() if not name.endswith(("Params", "ResponseSchema"))}
    assert len(written) > 60
    assert {name: kinds for name, kinds in written.items() if len(kinds) > 1} == {}


def _shapes(kinds: list[Any]) -> list[Any]:
    """These shapes and all that they are made of."""
    found: list[Any] = []
    while kinds:
        kind = kinds.pop()
        kinds += get_args(kind)
        if isinstance(kind, type) and issubclass(kind, BaseModel) and kind not in found:
            found.append(kind)
            kinds += [field.annotation for field in kind.model_fields.values()]
    return found


@pytest.mark.parametrize("header", [None, "Bearer ", "Bearer cwt_nonsense", "Basic abc", "cwt_nonsense"])
def test_no_token_no_answer(client: Any, house: House, header: str | None) -> None:
    cache.clear()
    headers = {"Authorization": header} if header else {}
    answer = client.get(f"/api/v1/clinics/{house.id}/people", headers=headers)
    problem(answer, 401)
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_signed_in_browser_is_no_token(signed_in: Any, house: House) -> None:
    problem(signed_in("privacy_officer").get(f"/api/v1/clinics/{house.id}/people"), 401)


def test_a_withdrawn_token_ends_at_once(client: Any, house: House) -> None:
    made = token_for(house, "privacy_officer")
    headers = {"Authorization": f"Bearer {made.text}"}
    assert client.get("/api/v1/token", headers=headers).json()["token"] == str(made.id)
    withdraw_token(clinic=house.id, token=made.id, actor=house.actor("privacy_officer"), at=timezone.now())
    problem(client.get("/api/v1/token", headers=headers), 401)


def test_a_token_does_no_more_than_its_scopes(client: Any, house: House) -> None:
    made = token_for(house, "privacy_officer", Permission.SEE_LEDGER)
    headers = {"Authorization": f"Bearer {made.text}"}
    answer = client.get(f"/api/v1/clinics/{house.id}/ledger-entries", headers=headers)
    assert answer.status_code == 200, answer.content
    assert (
        "see the workforce" in problem(client.get(f"/api/v1/clinics/{house.id}/people", headers=headers), 403)["detail"]
    )


def test_another_clinic_is_not_there(call: Call, other_house: House) -> None:
    for path in ("people", "ledger-entries", "duties", "settings", "webhooks"):
        problem(call(f"/api/v1/clinics/{other_house.id}/{path}"), 404)
    foreign = other_house.people["coder"]
    problem(call(f"people/{foreign}/suspend", method="post"), 404)


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [("no-such-thing", "get", 404), ("people", "delete", 405), ("/api/v1/clinics/7/people", "get", 404)],
)
def test_what_is_not_there_is_a_problem_too(call: Call, path: str, method: str, status: int) -> None:
    answer = call(path, method=method)
    problem(answer, status)
    assert ("Allow" in answer.headers) is (status == 405)


def test_unknown_parameters_and_fields_are_named(call: Call) -> None:
    told = problem(call("people?limits=5"), 422)
    assert told["errors"][0]["pointer"] == "/query/limits"
    body = {"day": "2026-03-09", "note": "x", "nota": "y"}
    told = problem(call("duties/yearly_training/close", method="post", body=body), 422)
    assert told["errors"] == [{"pointer": "/body/nota", "expected": "no such field", "found": "an unknown field"}]


def test_what_cannot_be_read_is_a_problem(call: Call, client: Any, house: House) -> None:
    made = token_for(house, "privacy_officer")
    answer = client.post(
        f"/api/v1/clinics/{house.id}/people", data="{", content_type="application/json",
        headers={"Authorization": f"Bearer {made.text}"},
    )  # fmt: skip
    problem(answer, 400)


def test_pages_hold_every_row_once(call: Call) -> None:
    seen, address = [], "ledger-entries?limit=7"
    while address:
        page = call(address).json()
        seen += [row["index"] for row in page["items"]]
        assert len(page["items"]) <= 7
        address = page["next"]
    assert seen == [*range(len(seen))]
    assert len(seen) > 20


def test_a_cursor_is_for_its_table_and_clinic_alone(call: Call, other_house: House) -> None:
    cursor = call("ledger-entries?limit=1").json()["next"].partition("cursor=")[2]
    problem(call(f"people?cursor={cursor}"), 422)
    problem(call("ledger-entries?cursor=7"), 422)


@pytest.mark.parametrize("ask", [{"path": "people?format={}"}, {"path": "people", "accept": True}])
def test_exports_hold_what_the_pages_hold(call: Call, ask: dict[str, Any]) -> None:
    rows = call("people?limit=500").json()["items"]

    def export(form: str, media: str) -> Any:
        headers = {"Accept": media} if ask.get("accept") else {}
        answer = call(ask["path"].format(form), headers=headers)
        assert answer.headers["Content-Type"].startswith(media)
        return b"".join(answer.streaming_content).decode()

    assert [json.loads(line) for line in export("ndjson", "application/x-ndjson").splitlines()] == rows
    table = list(csv.DictReader(io.StringIO(export("csv", "text/csv"))))
    assert [(row["id"], row["name"], json.loads(row["roles"])) for row in table] == [
        (row["id"], row["name"], row["roles"]) for row in rows
    ]


def test_an_export_goes_on_past_one_chunk(call: Call, monkeypatch: Any) -> None:
    monkeypatch.setattr("chartwarden.web.api.tables.CHUNK", 4)
    lines = b"".join(call("people?format=ndjson").streaming_content).splitlines()
    assert len(lines) == len(call("people").json()["items"])


def test_what_a_program_does_stands_in_the_ledger_under_its_token(call: Caller, house: House) -> None:
    body = {"code": "u900", "given_name": "New", "feed_role": "coder", "started_on": "2026-03-02"}
    added = call("people", method="post", body=body)
    assert added.status_code == 201
    (entry,) = ledger.entries(house.id, newest_first=True, from_=2**40, limit=1)
    assert (entry.kind, entry.actor.partition(":")[0]) == ("people.added", "token")
    problem(call("people", method="post", body=body), 422)
    person = added.json()["id"]
    assert call(f"people/{person}/roles", method="post", body={"role": "coder", **call.there()}).status_code == 201
    assert call(f"people/{person}/roles/coder", method="delete", body=call.there()).status_code == 204
    assert call(f"people/{person}/end", method="post", body={}).status_code == 204
    problem(call(f"people/{uuid4()}/end", method="post", body={}), 404)


@pytest.mark.parametrize("text", ["a\x00b", "a\ud800b"])
def test_text_that_no_store_can_keep_is_refused(call: Call, text: str) -> None:
    for field in ("employer", "given_name"):
        body = {"code": "u901", "feed_role": "coder", "started_on": "2026-03-02", field: text}
        told = problem(call("people", method="post", body=body), 422)
        assert told["errors"][0]["pointer"] == f"/body/{field}"


def test_a_proof_can_be_checked(call: Call) -> None:
    proof = call("ledger/entries/3/proof").json()
    assert (proof["index"], len(proof["path"]) > 2) == (3, True)
    problem(call("ledger/entries/999999/proof"), 404)
    problem(call("ledger/entries/3/proof?size=2"), 422)


def test_too_many_requests_wait(call: Call, settings: Any) -> None:
    settings.API_REQUESTS_A_MINUTE = 3
    statuses = [call("settings").status_code for _ in range(5)]
    assert statuses == [200, 200, 200, 429, 429]
    assert int(call("settings").headers["Retry-After"]) > 0


def test_many_wrong_tokens_wait(client: Any, db: None) -> None:
    cache.clear()
    statuses = [client.get("/api/v1/token", headers={"Authorization": "Bearer cwt_x"}).status_code for _ in range(62)]
    assert (statuses[:60], statuses[60:]) == ([401] * 60, [429, 429])


def test_it_is_described_for_programs_and_for_people(client: Any, db: None) -> None:
    described = client.get("/api/v1/openapi.json").json()
    assert described["openapi"].startswith("3.1")
    assert described == json.loads(json.dumps(schema()))
    page = client.get("/api/v1/docs").text
    assert all(path in page for path in described["paths"])
    assert "://" not in page.replace("https://…", "")
