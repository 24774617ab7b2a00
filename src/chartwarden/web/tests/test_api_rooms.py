"""What rooms offer by the API beside the desk and imports: settings, duties, the ledger, patients, the queue."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache

from chartwarden.assignments.feeds import take as take_assignments
from chartwarden.kernel.progress import Quiet
from chartwarden.ledger.queries import entries
from chartwarden.logs.contracts import FeedRead
from chartwarden.logs.queries import feeds
from chartwarden.logs.services import read_feed
from chartwarden.patients.feeds import take as take_patients
from chartwarden.people.contracts import Permission
from chartwarden.people.roles import ROLES
from chartwarden.web.api.documentation import schema
from tests.support.api import Caller, problem, token_for
from tests.support.clinic import AT, House


@pytest.fixture
def call(client: Any, house: House) -> Caller:
    cache.clear()
    return Caller(client, house)


def kinds(house: House, most: int = 1) -> list[str]:
    return [entry.kind for entry in entries(house.id, 2**40, most, newest_first=True)]


def test_thresholds_are_settings_too(call: Caller, house: House) -> None:
    wanted = {"repeat_after_close": {"least": 4.0}}
    changed = call("settings", method="patch", body={"thresholds": wanted, **call.there()})
    assert changed.json()["thresholds"] == wanted
    assert kinds(house, 2) == ["clinics.settings_changed", "people.presence_shown"]
    for wrong in ({"repeat_after_close": 4}, {"repeat_after_close": {"least": "x"}}, {"x": {"y": 1e300}}, [1]):
        problem(call("settings", method="patch", body={"thresholds": wrong, **call.there()}), 422)
    assert call("settings", method="patch", body={"thresholds": {}, **call.there()}).json()["thresholds"] == {}
    problem(call("settings", method="patch", body={"grace_minutes": 241, **call.there()}), 422)
    assert call("settings", method="patch", body={"reviews_from": None, **call.there()}).json()["reviews_from"] is None


def test_a_duty_is_read_in_full_with_its_notes(call: Caller) -> None:
    shown = call("duties/yearly_training").json()
    assert shown["citation"].startswith("45 CFR")
    (open_, *_) = shown["open"] or shown["year"]
    body = {"day": open_["day"], "note": "Everybody was trained."}
    assert call("duties/yearly_training/close", method="post", body=body).status_code == 204
    problem(call("duties/yearly_training/close", method="post", body=body), 409)
    notes = [one["note"] for one in call("duties/yearly_training").json()["year"] if one["closed_at"]]
    assert notes == ["Everybody was trained."]
    problem(call("duties/no_such_duty"), 404)


def test_access_is_recertified_by_everybody_but_oneself(call: Caller, house: House) -> None:
    listed = call("recertification").json()
    others = [one for one in listed["people"] if not one["own"]]
    assert len(others) == len(listed["people"]) - 1 > 5
    told = problem(call("recertification", method="post", body={"decisions": [], **call.there()}), 422)
    assert len(told["errors"]) == len(others)
    keep = [{"person": one["person"], "decision": "keep"} for one in others]
    coder = str(house.people["coder"])
    decided = [one | {"decision": "revoke"} if one["person"] == coder else one for one in keep]
    body = {"decisions": decided, "note": "Done."}
    problem(call("recertification", "coding_supervisor", "post", body | call.there("coding_supervisor")), 403)
    assert call("recertification", method="post", body=body | call.there()).status_code == 204
    assert "duties.access_recertified" in kinds(house, 5)
    assert [one["roles"] for one in call("people").json()["items"] if one["id"] == coder] == [[]]
    stranger = [*keep, {"person": str(house.people["privacy_officer"]), "decision": "keep"}]
    problem(call("recertification", method="post", body={"decisions": stranger, **call.there()}), 422)


def test_the_ledger_is_checked_and_handed_out(call: Caller) -> None:
    found = call("ledger/verify", method="post").json()
    assert (found["sound"], found["faults"]) == (True, [])
    answer = call("ledger/export", method="post")
    assert answer.headers["Content-Type"] == "application/zip"
    names = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))).namelist()
    assert any(name.endswith("checkpoint") for name in names), names
    head = call("ledger/checkpoint").json()
    assert (head["size"], head["keys"]) == (found["size"], found["keys"])


def test_what_is_due_is_told_without_what_the_scopes_leave_out(call: Caller, client: Any, house: House) -> None:
    whole = call("today").json()
    assert {one["page"][:3] for one in whole["due"]} == {"/c/"}
    token = token_for(house, "privacy_officer", Permission.SEE_HOME).text
    headers = {"Authorization": f"Bearer {token}"}
    told = client.get(f"/api/v1/clinics/{house.id}/today", headers=headers).json()
    assert told == {"due": [], "facts": []}
    assert whole["facts"] != []


PATIENTS = "patient,family_name,given_name,birth_date,flags\nP-1,Quill,Ada,1950-02-03,public_figure\n"
QUEUE = "assignment,patient,coder,kind,assigned_at\nA-1,P-1,u-coder,initial,2026-03-02T08:00:00\n"


def feed(name: str, text: str, house: House, folder: Path) -> FeedRead:
    path = folder / f"{name}.csv"
    path.write_text(text, encoding="utf-8")
    known = next(one for one in feeds() if one.name == name)
    return read_feed(known, path, house.clinic.time_zone, folder, Quiet())  # type: ignore[attr-defined]


def test_patients_are_read_by_who_imports_them_with_an_entry_first(call: Caller, house: House, tmp_path: Path) -> None:
    read = feed("patients", PATIENTS, house, tmp_path)
    take_patients(clinic=house.id, feed=read, actor=house.actor("owner"), at=AT)
    for role in ROLES:
        if Permission.USE_API in ROLES[role] and Permission.IMPORT_PATIENTS not in ROLES[role]:
            problem(call("patients", role), 403)
    assert "patients.table_read" not in kinds(house, 99)
    (row,) = call("patients").json()["items"]
    assert [row[name] for name in ("patient", "family_name", "birth_date", "flags", "phone")] == [
        "P-1", "Quill", "1950-02-03", ["public_figure"], None,
    ]  # fmt: skip
    lines = b"".join(call("patients?format=csv", "ehr_administrator").streaming_content).decode().splitlines()
    assert len(lines) == 2
    assert kinds(house, 99).count("patients.table_read") == 2
    assert "Quill" not in json.dumps([dict(entry.facts) for entry in entries(house.id)])


def test_the_queue_is_read_by_who_imports_it(call: Caller, house: House, tmp_path: Path) -> None:
    read = feed("assignments", QUEUE, house, tmp_path)
    take_assignments(clinic=house.id, feed=read, actor=house.actor("owner"), at=AT)
    (row,) = call("assignments", "coding_supervisor").json()["items"]
    assert (row["assignment"], row["patient"], row["coder"]) == ("A-1", "P-1", str(house.people["coder"]))
    assert (row["assigned_at"], row["ended_at"], row["reason"]) == ("2026-03-02T14:00:00+00:00", None, None)
    assert "assignments.table_read" in kinds(house, 3)
    problem(call("assignments", "compliance_officer"), 403)


def export(answer: Any) -> bytes:
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def test_every_table_of_the_clinics_rows_is_listed_paged_and_exported(call: Caller, house: House) -> None:
    listed = call("tables", "security_officer").json()
    names = {one["name"] for one in listed}
    assert {"people_rolegrant", "ledger_entry", "ledger_tile", "review_caserecord"} <= names
    for one in listed:
        lines = export(call(f"tables/{one['name']}?format=ndjson", "security_officer")).splitlines()
        assert (one["name"], len(lines)) == (one["name"], one["rows"])
        table = export(call(f"tables/{one['name']}?format=csv", "security_officer")).decode()
        assert next(csv.reader(io.StringIO(table))) == one["columns"]
    problem(call("tables/review_caserecord", "owner"), 404)
    assert names - {one["name"] for one in call("tables", "owner").json()}  # an owner sees no reviews
    problem(call("tables/people_rolegrant"), 403)


@pytest.mark.parametrize("table", ["ledger_entry", "people_rolegrant"])
def test_pages_of_a_tables_rows_hold_each_once(call: Caller, house: House, table: str) -> None:
    seen, address = [], f"tables/{table}?limit=4"
    while address:
        page = call(address, "owner").json()
        assert 0 < len(page["items"]) <= 4
        seen += page["items"]
        address = page["next"]
    whole = [json.loads(line) for line in export(call(f"tables/{table}?format=ndjson", "owner")).splitlines()]
    assert len({json.dumps(one) for one in seen}) == len(seen) > 8
    # Reading with a new token leaves no entry of its own, so the ledger is as long as it was.
    assert seen == whole[: len(seen)]


def test_one_row_is_asked_for_by_its_id(call: Caller, house: House, other_house: House) -> None:
    coder = str(house.people["coder"])
    (found,) = call(f"tables/people_person?row={coder}", "owner").json()["items"]
    assert found["id"] == coder
    for nothing in (f"people_person?row={other_house.people['coder']}", f"ledger_entry?row={coder}"):
        assert call(f"tables/{nothing}", "owner").json()["items"] == []
    cursor = call("tables/people_person?limit=1", "owner").json()["next"].partition("cursor=")[2]
    problem(call(f"tables/people_rolegrant?cursor={cursor}", "owner"), 422)
    problem(call("tables/people_user", "owner"), 404)


def tables() -> list[str]:
    base = "/api/v1/clinics/{clinic}/"
    return [
        path.removeprefix(base)
        for path, methods in schema()["paths"].items()
        if "cursor" in {one["name"] for one in methods.get("get", {}).get("parameters", ())} and "{table}" not in path
    ]


def test_every_table_names_unknown_questions_and_takes_no_cursor_but_its_own(call: Caller, house: House) -> None:
    call("webhooks", "owner", "post", {"url": "https://hooks.example/x", **call.there("owner")})
    cursor = call("ledger-entries?limit=1").json()["next"].partition("cursor=")[2]
    assert len(tables()) > 12
    for table in tables():
        role = "owner" if table == "webhooks" else "privacy_officer"
        assert problem(call(f"{table}?nota=1", role), 422)["errors"][0]["pointer"] == "/query/nota"
        for wrong in ("7", cursor[:-1], cursor.replace("%3A", ""), *([cursor] if table != "ledger-entries" else [])):
            assert problem(call(f"{table}?cursor={wrong}", role), 422)["errors"][0]["pointer"] == "/query/cursor"
        for wrong in ("limit=0", "limit=501", "format=xml"):
            problem(call(f"{table}?{wrong}", role), 422)
        for form in ("csv", "ndjson"):
            assert b"".join(call(f"{table}?format={form}", role).streaming_content) is not None


def test_a_webhook_takes_the_right_to_see_the_ledger_it_tells_of(client: Any, call: Caller, house: House) -> None:
    holders = {role for role, may in ROLES.items() if Permission.MANAGE_WEBHOOKS in may}
    assert (
        holders == {role for role in holders if Permission.SEE_LEDGER in ROLES[role]} == {"owner", "security_officer"}
    )
    token = token_for(house, "owner", Permission.MANAGE_WEBHOOKS).text
    told = client.post(
        f"/api/v1/clinics/{house.id}/webhooks",
        data=json.dumps({"url": "https://hooks.example/x", **call.there("owner")}),
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )
    assert "ledger" in problem(told, 403)["detail"]
    assert call("webhooks", "owner").json()["items"] == []


def test_the_page_of_webhooks_takes_it_too(signed_in: Any, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    client, address = signed_in("owner"), f"/c/{house.id}/settings/webhooks/"
    assert client.get(address).status_code == 200
    monkeypatch.setitem(ROLES, "owner", ROLES["owner"] - {Permission.SEE_LEDGER})
    assert client.get(address).status_code == 403
    assert client.post(address, {"add": "1", "url": "https://hooks.example/x", "kinds": ""}).status_code == 403
