"""Schemathesis hunts through the API by its own description, in process."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from chartwarden.people.services import grant_role
from chartwarden.web.api.documentation import schema
from chartwarden.web.wsgi import application
from tests.support.api import real_ids, token_for
from tests.support.clinic import AT, House
from tests.support.samples import devices, people, review

DESCRIBED = schemathesis.openapi.from_dict(json.loads(json.dumps(schema())))
DESCRIBED.app = application
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
    checks.unsupported_method,
]
OPERATIONS = {result.ok().label: result.ok() for result in DESCRIBED.get_all_operations()}
EXAMPLES = 6
SETTINGS = settings(
    max_examples=EXAMPLES, deadline=None, database=None, phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


@pytest.fixture
def _one_connection() -> Iterator[None]:
    """Requests leave the test's own transaction open, as Django's test client sees to it."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def everything(house: House, settings: Any, _one_connection: None) -> dict[str, str]:
    """The header of a token that may do everything, without a limit of requests."""
    settings.API_REQUESTS_A_MINUTE = 10**9
    cache.clear()
    for role in ("owner", "security_officer"):
        grant_role(
            clinic=house.id, person=house.people["privacy_officer"], role=role, actor=house.actor("owner"), at=AT
        )
    return {"Authorization": f"Bearer {token_for(house, 'privacy_officer').text}"}


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["as described", "otherwise"])
def test_the_api_does_as_it_says(house: House, everything: dict[str, str], mode: GenerationMode) -> None:
    made = real_ids(house, {**people.make(house), **review.make(house), **devices.make(house)})
    words = {"table": "people_rolegrant", "duty": "yearly_training", "index": "0"}
    ids = words | {name: str(found) for name, found in made.items() if name != "person"}
    for operation in OPERATIONS.values():
        if mode is GenerationMode.NEGATIVE and not (operation.body or operation.query):
            continue  # its parameters are ids alone, and any other text is no address of this API
        _hunt(operation, house, ids, everything, mode)


def _hunt(operation: Any, house: House, ids: dict[str, str], headers: dict[str, str], mode: GenerationMode) -> None:
    """Half of the addresses hold ids that are there."""
    persons = st.sampled_from([str(person) for person in house.people.values()])

    @seed(20260309)
    @SETTINGS
    @given(case=operation.as_strategy(generation_mode=mode), person=st.none() | persons)
    def hunt(case: Any, person: str | None) -> None:
        wrong = {place.value for place, part in case.meta.components.items() if part.mode is GenerationMode.NEGATIVE}
        given = case.path_parameters or {}
        if "path" not in wrong:
            given |= {"clinic": str(house.id)} if "clinic" in given else {}
            given |= {name: ids[name] for name in given if person and name in ids}
            given |= {"person": person} if "person" in given and person else {}
        case.path_parameters = given
        case.call_and_validate(headers=None if "header" in wrong else headers, checks=CHECKS)

    hunt()
