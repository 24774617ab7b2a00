"""The API's functions, given a request such as its frame makes."""

from __future__ import annotations

import hashlib

import pytest
from django.http import Http404
from django.test import RequestFactory

from chartwarden.kernel.decisions import Refused
from chartwarden.logs import api
from chartwarden.logs.reading import read_next
from chartwarden.logs.tests.test_logs_imports import AT, LOG
from chartwarden.people.queries import member
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
