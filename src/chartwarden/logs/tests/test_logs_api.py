"""The API's functions, given a request such as its frame makes."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from django.core.cache import cache
from django.http import Http404
from django.test import RequestFactory

from chartwarden.kernel.decisions import Refused
from chartwarden.logs import api
from chartwarden.logs.reading import read_next
from chartwarden.logs.tests.test_logs_imports import AT, LOG
from chartwarden.people.queries import member
from tests.support.api import Caller, problem
from tests.support.clinic import House


def request(house: House, role: str = "privacy_officer", data: bytes = b"") -> object:
    made = RequestFactory().generic("PUT", "/", data, content_type="application/octet-stream")
    made.member, made.clinic, made.now = member(house.users[role], house.id, AT), house.clinic, AT
    return made


def body(**more: object) -> api.Begin:
    return api.Begin(sha256=hashlib.sha256(LOG.encode()).hexdigest(), size=len(LOG), name="log.csv", **more)


def test_a_program_sends_a_log_that_counts_when_read(house: House) -> None:
    begun = api.begin(request(house), house.id, body(count=True))
    assert begun.offset == 0
    assert api.send(request(house, data=LOG.encode()), house.id, begun.id, 0).offset == len(LOG)
    assert api.finish(request(house), house.id, begun.id).state == "received"
    read_next(AT)
    found = api.state(request(house), house.id, begun.id)
    assert api.Imported.from_orm(found).dict() | {"fraction": 1} == {
        "id": begun.id, "kind": "log", "state": "counted", "format": "plain", "rows": 3, "read": 2,
        "quarantined": 1, "duplicates": 0, "fraction": 1, "held": "",
    }  # fmt: skip
    assert api.begin(request(house), house.id, body()).again


def test_a_program_may_no_more_than_its_person(house: House) -> None:
    with pytest.raises(Refused, match="import patients"):
        api.begin(request(house, "coding_supervisor"), house.id, body(kind="patients"))


def test_another_id_is_not_there(house: House) -> None:
    with pytest.raises(Http404):
        api.state(request(house), house.id, house.people["owner"])


@pytest.fixture
def call(client: Any, house: House) -> Caller:
    cache.clear()
    return Caller(client, house)


def sent(call: Caller, data: bytes = LOG.encode(), **more: object) -> str:
    begin = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data), "name": "log.csv", **more}
    upload: str = call("logs", method="post", body=begin).json()["id"]
    answer = call(f"logs/{upload}/bytes?offset=0", method="put", data=data, content_type="application/octet-stream")
    assert answer.json()["offset"] == len(data), answer.content
    return upload


def read(call: Caller) -> str:
    upload = sent(call)
    assert call(f"logs/{upload}/finish", method="post").status_code == 200
    read_next(AT)
    return upload


def test_it_is_looked_at_before_it_counts(call: Caller) -> None:
    upload = read(call)
    (listed,) = call("imports?state=read&kind=log").json()["items"]
    assert (listed["id"], listed["name"], listed["rows"], listed["quarantined"]) == (upload, "log.csv", 3, 1)
    told = call(f"logs/{upload}/preview").json()
    assert (told["days"], told["missing"]) == (["2026-03-02", "2026-03-04"], ["2026-03-03"])
    assert sorted(told["unknown_logins"]) == ["ana", "ben"]
    assert call(f"logs/{upload}/quarantine").content.startswith(b"file,line,reason\r\nlog.csv,4,")
    assert call(f"logs/{upload}/count", method="post").status_code == 204
    assert call(f"logs/{upload}").json()["state"] == "counted"
    problem(call(f"logs/{upload}/discard", method="post"), 403)


def test_it_is_discarded_or_read_again(call: Caller) -> None:
    upload = read(call)
    assert call(f"logs/{upload}/again", method="post").status_code == 204
    assert call(f"logs/{upload}").json()["state"] == "received"
    assert call(f"logs/{upload}/discard", method="post").status_code == 204
    assert call(f"logs/{upload}/discard", method="post").status_code == 204
    assert call(f"logs/{upload}").json()["state"] == "discarded"


@pytest.mark.parametrize("role", ["compliance_officer", "coding_supervisor"])
def test_who_sees_imports_changes_none_that_is_not_theirs(call: Caller, role: str) -> None:
    upload = read(call)
    for verb in ("count", "discard", "again"):
        problem(call(f"logs/{upload}/{verb}", role, "post"), 403)
    problem(call(f"logs/{upload}/quarantine", role), 403)
    assert call("imports", role).json()["items"][0]["name"] is None
    assert call(f"logs/{upload}", role).json()["state"] == "read"


def test_who_may_import_nothing_can_spoil_no_upload(call: Caller) -> None:
    upload = sent(call)
    sneaked = call(f"logs/{upload}/bytes?offset=0", "compliance_officer", "put", data=b"x", content_type="text/plain")
    problem(sneaked, 403)
    problem(call(f"logs/{upload}/finish", "compliance_officer", "post"), 403)
    problem(call("logs", "compliance_officer", "post", {"sha256": "a" * 64, "size": 1, "name": "x"}), 403)
    assert call(f"logs/{upload}/finish", method="post").json()["state"] == "received"


def test_who_imports_staff_sends_a_file_whose_kind_is_found_out(call: Caller) -> None:
    data = b"person,weekday,starts,ends\nu-coder,monday,09:00,17:00\n"
    begin = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data), "name": "schedules.csv"}
    upload = call("logs", "human_resources", "post", begin).json()["id"]
    call(f"logs/{upload}/bytes?offset=0", "human_resources", "put", data=data, content_type="text/csv")
    assert call(f"logs/{upload}/finish", "human_resources", "post").json()["kind"] == "schedules"
    other = LOG.encode()
    begin = {"sha256": hashlib.sha256(other).hexdigest(), "size": len(other), "name": "log.csv"}
    upload = call("logs", "human_resources", "post", begin).json()["id"]
    call(f"logs/{upload}/bytes?offset=0", "human_resources", "put", data=other, content_type="text/csv")
    problem(call(f"logs/{upload}/finish", "human_resources", "post"), 403)
    problem(call(f"logs/{upload}"), 404)


def test_another_offset_is_named(call: Caller) -> None:
    begin = {"sha256": "a" * 64, "size": 9, "name": "log.csv"}
    upload = call("logs", method="post", body=begin).json()["id"]
    told = problem(call(f"logs/{upload}/bytes?offset=7", method="put", data=b"x", content_type="text/csv"), 422)
    assert told["errors"] == [{"pointer": "/offset", "expected": "0", "found": "7"}]
