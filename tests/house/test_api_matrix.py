"""The policy, operation by operation: without a token, without the scope, from another clinic, with another's ids."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.cache import cache
from django.db import transaction

from chartwarden.clinics.services import acting_in
from chartwarden.people.contracts import Permission
from chartwarden.people.roles import ROLES
from chartwarden.people.services import grant_role
from chartwarden.web.api.documentation import METHODS, schema
from tests.house.test_matrix import World, world
from tests.support.api import problem, real_ids, token_for
from tests.support.clinic import AT

__all__ = ["world"]

BASE = "/api/v1/clinics/{clinic}/"
ID = str(UUID(int=1))
SHOWN = {"password": "x", "code": "123456"}
MAPPING = "\n".join(f"{name} = /{name}" for name in ("device", "person", "owner", "encrypted", "managed", "antivirus"))
BODIES: dict[str, Any] = {
    "PATCH settings": {"grace_minutes": 20, **SHOWN},
    "POST webhooks": {"url": "https://hooks.example/x", **SHOWN},
    "POST webhooks/{webhook}/test": SHOWN,
    "DELETE webhooks/{webhook}": SHOWN,
    "POST people": {"code": "u901", "feed_role": "coder", "started_on": "2026-03-02"},
    "PATCH people/{person}": {"given_name": "Other"},
    "POST people/{person}/rehire": {"feed_role": "coder", "started_on": "2030-01-07"},
    "PUT people/{person}/hours": {"hours": []},
    "POST people/{person}/leave": {"first_day": "2026-04-01", "last_day": "2026-04-02"},
    "POST people/{person}/invitation": {"email": "new@lakeside.example", **SHOWN},
    "DELETE people/{person}/invitation": SHOWN,
    "POST people/{person}/factors/reset": SHOWN,
    "POST people/{person}/end": {},
    "POST people/{person}/roles": {"role": "coder", **SHOWN},
    "DELETE people/{person}/roles/{role}": SHOWN,
    "POST logs": {"sha256": "a" * 64, "size": 3, "name": "log.csv"},
    "POST reviews/{review}/sign": {"coverage_acknowledged": True, **SHOWN},
    "POST reviews/{review}/decide": {"cases": [{"case": ID, "revision": 1}], "outcome": "in_order", "note": "x"},
    "POST cases/{case}/decide": {"outcome": "in_order", "note": "x", "revision": 1},
    "POST cases/{case}/ask": {"to": ID, "text": "x", "revision": 1},
    "POST cases/{case}/reopen": {"reason": "x", "revision": 1},
    "POST questions/{question}/answer": {"text": "x"},
    "POST recertification": {"decisions": [], **SHOWN},
    "POST duties/{duty}/close": {"day": "2026-03-02", "note": "x"},
    "PUT policy/draft": {"clauses": [{"role": "coder", "kind": "initial", "classes": ["overview"]}], "revision": 1},
    "POST policy/approve": {"sha256": "0" * 64, **SHOWN},
    "PUT queue-rules": {"rules": [{"id": ID, "kinds": ["initial"]}], "revision": 1},
    "POST queue-rules/run": {"sha256": "0" * 64},
    "PUT queue-source": {"base": "https://ehr.example/fhir", **SHOWN},
    "POST queue-source/stop": {"revision": 1, **SHOWN},
    "POST queue": {"patient": "P-901"},
    "POST queue/share": {"coders": [ID], "most": 1},
    "POST queue/sample": {
        "begins": "2026-03-02T00:00:00Z", "ends": "2026-03-09T00:00:00Z", "reviewer": ID, "percent": 5,
    },
    "POST queue/{assignment}/assign": {"coder": ID, "revision": 0, "reason": "x"},
    "POST queue/{assignment}/reopen": {
        "kind": "addendum", "reason": "x", "coder": ID, "expires_at": "2026-03-20T00:00:00Z",
    },
    "POST queue/{assignment}/end": {"revision": 0},
    "POST devices": {"name": "LT-901", "owner": "clinic"},
    "PATCH devices/{device}": {"owner": "clinic", "revision": 1},
    "POST devices/{device}/approve": {"revision": 1},
    "POST devices/{device}/withdraw": {"revision": 1},
    "POST devices/{device}/proofs": {"certificate": "ab" * 32},
    "PUT mdm": {"url": "https://mdm.example", "mapping": MAPPING, **SHOWN},
    "POST training": {"people": [ID], "day": "2026-03-02"},
    "POST networks": {"cidr": "10.9.0.0/16", "kind": "vpn"},
    "POST disposals": {
        "what": "x",
        "kind": "paper",
        "method": "shredded",
        "day": "2026-03-02",
        "disposed_by": ID,
        "witness": ID,
    },
    "PUT preconditions": {"kind": "device", "asked": True},
    "POST exceptions": {"person": ID, "reason": "device_not_approved", "why": "x", "ends": "2026-03-20T00:00:00Z"},
}  # fmt: skip
WORDS = {
    "index": "0", "first_day": "2026-03-02", "duty": "yearly_training", "role": "coder", "table": "people_rolegrant",
}  # fmt: skip
ALMIGHTY = ("privacy_officer", "owner", "security_officer")
"""Roles that together may do all that programs can."""
OWN_ALONE = WORDS.keys()
"""Arguments that are the same words in every clinic."""


def operations() -> Iterator[tuple[str, str, str, Permission]]:
    """Method, address, its name without the clinic, and what it asks for."""
    for path, methods in schema()["paths"].items():
        for method, one in methods.items():
            if method in METHODS and path.startswith(BASE):
                name = f"{method.upper()} {path.removeprefix(BASE)}"
                yield method, path, name, Permission[one["x-permission"]]


def call(client: Any, method: str, path: str, name: str, clinic: UUID, given: Any, token: str = "", **more: Any) -> Any:
    """Call an operation with a body that will do; what it did is taken back."""
    address = re.sub(r"{(\w+)}", lambda m: str(clinic if m[1] == "clinic" else given.get(m[1], uuid4())), path)
    address += "?offset=0" if name.endswith("/bytes") else ""
    body = BODIES.get(name)
    if body and "cases" in body and "case" in given:
        body = body | {"cases": [{"case": str(given["case"]), "revision": 1}]}
    body = {**body, **more} if more else body
    content = {"data": json.dumps(body), "content_type": "application/json"} if body is not None else {}
    with transaction.atomic():
        answer = getattr(client, method)(
            address, **content, headers={"Authorization": f"Bearer {token}"} if token else {}
        )
        if answer.streaming:
            b"".join(answer.streaming_content)
        transaction.set_rollback(True)
    return answer


@pytest.fixture
def almighty(world: World, settings: Any) -> str:
    """The token of somebody who may do everything in the first clinic."""
    settings.API_REQUESTS_A_MINUTE = 10**9
    cache.clear()
    officer = world.house.people["privacy_officer"]
    with acting_in(world.house.id):
        for role in ALMIGHTY[1:]:
            grant_role(clinic=world.house.id, person=officer, role=role, actor=world.house.actor("owner"), at=AT)
    return str(token_for(world.house, "privacy_officer").text)


def test_every_operation_that_takes_a_body_has_a_sample() -> None:
    taking = {
        f"{method.upper()} {path.removeprefix(BASE)}"
        for path, methods in schema()["paths"].items()
        for method, one in methods.items()
        if "requestBody" in one
    }
    assert taking == BODIES.keys()


def test_without_a_token_nothing_answers(client: Any, world: World) -> None:
    for method, path, name, _ in operations():
        problem(call(client, method, path, name, world.house.id, WORDS), 401)


def test_without_its_scope_a_token_is_refused(client: Any, world: World, almighty: str) -> None:
    every = frozenset().union(*(ROLES[role] for role in ALMIGHTY))
    asked = {permission for *_, permission in operations()}
    given = WORDS | real_ids(world.house, world.here)
    for permission in asked:
        token = token_for(world.house, "privacy_officer", *(every - {permission})).text
        for method, path, name, wanted in operations():
            if wanted is permission:
                problem(call(client, method, path, name, world.house.id, given, token), 403)


def test_another_clinic_is_not_there(client: Any, world: World, almighty: str) -> None:
    given = WORDS | real_ids(world.other, world.there)
    for method, path, name, _ in operations():
        problem(call(client, method, path, name, world.other.id, given, almighty), 404)


def test_ids_of_another_clinic_and_of_nothing_are_not_there(client: Any, world: World, almighty: str) -> None:
    foreign = WORDS | real_ids(world.other, world.there)
    for given in (foreign, WORDS):
        for method, path, name, _ in operations():
            arguments = set(re.findall(r"{(\w+)}", path)) - {"clinic", *OWN_ALONE}
            if arguments:
                answer = call(client, method, path, name, world.house.id, given, almighty)
                assert answer.status_code == 404, (name, answer.status_code, answer.content)


def test_ids_of_the_own_clinic_are_there(client: Any, world: World, almighty: str) -> None:
    given = WORDS | real_ids(world.house, world.here)
    lost = {name for method, path, name, _ in operations()
            if call(client, method, path, name, world.house.id, given, almighty).status_code == 404}  # fmt: skip
    # Nothing of these was made: a signed document, an invitation, a judged week; the question is to somebody else.
    assert lost == {
        "GET reviews/{review}/document", "GET people/{person}/invitation", "GET my-accesses/{first_day}",
        "GET my-accesses/{first_day}/statement",
        "GET questions/{question}", "POST questions/{question}/answer", "GET ledger/checkpoint",
    }  # fmt: skip


def test_every_body_names_the_field_it_does_not_know(client: Any, world: World, almighty: str) -> None:
    given = WORDS | real_ids(world.house, world.here)
    for method, path, name, _ in operations():
        if name in BODIES:
            answer = call(client, method, path, name, world.house.id, given, almighty, nota=1)
            found = problem(answer, 422)["errors"]
            assert {"pointer": "/body/nota", "expected": "no such field", "found": "an unknown field"} in found, name
