"""People by the API: every change that the pages make, nobody's own record, and what takes more than a token."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache

from chartwarden.ledger.queries import entries, latest
from chartwarden.people.contracts import Permission
from chartwarden.people.invitation_models import Invitation
from chartwarden.people.services import notify
from tests.support.api import Caller, app_of, code_of, problem, token_for
from tests.support.clinic import AT, PASSWORD, House


@pytest.fixture
def call(client: Any, house: House) -> Caller:
    cache.clear()
    return Caller(client, house)


def added(call: Caller) -> str:
    body = {"code": "u900", "given_name": "New", "feed_role": "coder", "started_on": "2026-03-02"}
    person: str = call("people", method="post", body=body).json()["id"]
    return person


def newest(house: House) -> str:
    return str(entries(house.id, 2**40, 1, newest_first=True)[0].kind)


def test_a_person_is_changed_field_by_field(call: Caller, house: House) -> None:
    person = added(call)
    body = {"family_name": "Example", "logins": ["new1", "new2"], "time_zone": "America/New_York"}
    assert call(f"people/{person}", method="patch", body=body).status_code == 204
    shown = call(f"people/{person}").json()
    assert (shown["given_name"], shown["family_name"], shown["logins"]) == ("New", "Example", ["new1", "new2"])
    size = len(entries(house.id))
    assert call(f"people/{person}", method="patch", body=body).status_code == 204
    assert call(f"people/{person}", method="patch", body={}).status_code == 204
    assert len(entries(house.id)) == size
    problem(call(f"people/{person}", method="patch", body={"time_zone": "Mars/Base"}), 422)
    problem(call(f"people/{person}", method="patch", body={"code": "u1"}), 422)


def test_hours_and_leave(call: Caller, house: House) -> None:
    person = added(call)
    week = {
        "hours": [
            {"weekday": 0, "starts": "09:00", "ends": "17:30"},
            {"weekday": 4, "starts": "22:00", "ends": "06:00"},
        ]
    }
    assert call(f"people/{person}/hours", "coding_supervisor", "put", week).status_code == 204
    leave = {"first_day": "2026-04-01", "last_day": "2026-04-03", "kind": "vacation"}
    kept = call(f"people/{person}/leave", "coding_supervisor", "post", leave).json()["id"]
    shown = call(f"people/{person}").json()
    assert [(one["weekday"], one["starts"], one["ends"]) for one in shown["hours"]] == [
        (0, "09:00", "17:30"), (4, "22:00", "06:00"),
    ]  # fmt: skip
    assert shown["leave"] == [leave | {"id": kept}]
    problem(call(f"people/{house.people['coder']}/leave/{kept}", method="delete"), 404)
    assert call(f"people/{person}/leave/{kept}", method="delete").status_code == 204
    problem(call(f"people/{person}/leave/{kept}", method="delete"), 404)
    for wrong in ({"weekday": 7, "starts": "09:00", "ends": "17:00"}, {"weekday": 1, "starts": "9", "ends": "17:00"},
                  {"weekday": 1, "starts": "09:00", "ends": "09:00"}):  # fmt: skip
        problem(call(f"people/{person}/hours", method="put", body={"hours": [wrong]}), 422)


def test_somebody_leaves_and_comes_back(call: Caller, house: House) -> None:
    person = added(call)
    back = {"feed_role": "qa", "started_on": "2030-01-07"}
    problem(call(f"people/{person}/rehire", method="post", body=back), 422)
    assert call(f"people/{person}/end", method="post", body={}).status_code == 204
    assert call(f"people/{person}/rehire", method="post", body=back).status_code == 201
    assert [one["feed_role"] for one in call(f"people/{person}").json()["engagements"]] == ["qa", "coder"]
    assert newest(house) == "people.rehired"


def test_an_invitation_is_sent_and_withdrawn(call: Caller, house: House) -> None:
    person = added(call)
    problem(call(f"people/{person}/invitation"), 404)
    problem(call(f"people/{person}/invitation", method="post", body={"email": "no address", **call.there()}), 422)
    body = {"email": "new@lakeside.example"}
    assert call(f"people/{person}/invitation", method="post", body=body | call.there()).status_code == 201
    told = call(f"people/{person}/invitation").json()
    assert (told["state"], told["email"]) == ("open", "new@lakeside.example")
    assert call(f"people/{person}/invitation", method="delete", body=call.there()).status_code == 204
    assert call(f"people/{person}/invitation").json()["state"] == "withdrawn"
    assert Invitation.objects.filter(person_id=person, withdrawn_at=None).count() == 0


def test_inviting_whoever_holds_roles_takes_the_right_to_grant_them(client: Any, call: Caller, house: House) -> None:
    person = added(call)
    assert call(f"people/{person}/roles", method="post", body={"role": "coder", **call.there()}).status_code == 201
    token = token_for(house, "privacy_officer", Permission.MANAGE_PEOPLE, Permission.USE_API).text
    answer = client.post(
        f"/api/v1/clinics/{house.id}/people/{person}/invitation",
        data=json.dumps({"email": "new@lakeside.example", **call.there()}),
        content_type="application/json", headers={"Authorization": f"Bearer {token}"},
    )  # fmt: skip
    assert "grant" in problem(answer, 403)["detail"]


OWN = [
    ("", "patch", {"given_name": "Other"}), ("/hours", "put", {"hours": []}), ("/end", "post", {}),
    ("/leave", "post", {"first_day": "2026-04-01", "last_day": "2026-04-03"}), ("/suspend", "post", None),
    ("/reinstate", "post", None), ("/factors/seen", "post", None), ("/roles", "post", {"role": "coder"}),
    ("/rehire", "post", {"feed_role": "x", "started_on": "2030-01-07"}),
]  # fmt: skip


@pytest.mark.parametrize(("path", "method", "body"), OWN, ids=[path for path, *_ in OWN])
def test_nobody_changes_their_own_record(call: Caller, house: House, path: str, method: str, body: Any) -> None:
    own = house.people["privacy_officer"]
    shown = call.there() if path == "/roles" else {}
    told = problem(call(f"people/{own}{path}", method=method, body=None if body is None else body | shown), 403)
    assert "not right" not in told["detail"]


def test_a_reset_of_factors_takes_the_person_beside_the_token(call: Caller, house: House, settings: Any) -> None:
    settings.EMAIL_HOST = "mail.lakeside.example"
    person, secret = house.people["coder"], app_of(house, "privacy_officer")
    app_of(house, "coder")
    reset = f"people/{person}/factors/reset"
    problem(call(reset, method="post", body={}), 422)
    problem(call(reset, method="post", body={"password": "x", "code": code_of(secret)}), 403)
    assert newest(house) != "people.second_factors_reset"
    body = {"password": PASSWORD, "code": code_of(secret)}
    assert call(reset, method="post", body=body).status_code == 204
    assert newest(house) == "people.second_factors_reset"
    assert "not right" in problem(call(reset, method="post", body=body), 403)["detail"]  # a code works once
    assert call(f"people/{person}/factors/seen", method="post").json() == {"seen": 0}


ALONE = [
    ("post", "people/{person}/roles", {"role": "owner"}),
    ("delete", "people/{person}/roles/coder", {}),
    ("post", "people/{person}/invitation", {"email": "new@lakeside.example"}),
    ("delete", "people/{person}/invitation", {}),
    ("post", "webhooks", {"url": "https://hooks.example/x"}),
    ("patch", "settings", {"idle_minutes": 60}),
    ("post", "recertification", {"decisions": []}),
]


@pytest.mark.parametrize(("method", "path", "body"), ALONE, ids=[f"{method} {path}" for method, path, _ in ALONE])
def test_a_token_alone_hands_out_no_power(call: Caller, house: House, method: str, path: str, body: Any) -> None:
    role = "owner" if path in ("people/{person}/roles", "webhooks") else "privacy_officer"
    path = path.replace("{person}", str(house.people["coder"]))
    there = call.there(role)
    problem(call(path, role, method, body), 422)
    before = latest(house.id).size
    for wrong in ({"password": "x"}, {"code": "000000" if there["code"] != "000000" else "111111"}):
        assert "not right" in problem(call(path, role, method, body | there | wrong), 403)["detail"]
    told = [one.kind for one in entries(house.id, before)]
    assert set(told) <= {"people.second_factor_failed"}


def test_who_makes_an_owner_is_there_themselves(call: Caller, house: House) -> None:
    person = added(call)
    assert call(f"people/{person}/roles", "owner", "post", {"role": "owner", **call.there("owner")}).status_code == 201
    kinds = [one.kind for one in entries(house.id, 2**40, 2, newest_first=True)]
    assert kinds == ["people.role_granted", "people.presence_shown"]


def test_the_outbox_names_no_address(call: Caller, house: House) -> None:
    notify(clinic=house.id, person=house.people["coder"], kind="question_asked", page="review:question",
           arguments={"question": str(uuid4())}, at=AT)  # fmt: skip
    answer = call("outbox")
    (row,) = answer.json()["items"]
    assert (row["kind"], row["state"]) == ("question_asked", "waiting")
    assert "@" not in answer.content.decode()
