"""Every form of every page, sent values that nobody well-meaning would: never a fault, never half done."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from chartwarden.clinics.services import add_webhook
from chartwarden.logs.tests.test_logs_imports import read
from chartwarden.people.roles import ROLES
from tests.faults.forms import (
    ENCODED,
    FULL,
    HOSTILE,
    WALKERS,
    address,
    attacks,
    encoded,
    forms_of,
    pages,
    read_to_the_end,
    samples_of,
    state,
)
from tests.support.clinic import AT, House, sign_in_as

LEDGER = ("ledger_entry", "ledger_head", "ledger_tile", "ledger_checkpoint")


@pytest.fixture
def given(house: House) -> dict[str, object]:
    add_webhook(clinic=house.id, url="https://hooks.example/", kinds=[], actor=house.actor("owner"), at=AT)
    return {**samples_of(house), "upload": read(house)}


@pytest.mark.parametrize("role", WALKERS if FULL else ["privacy_officer"])
def test_no_form_fails_or_is_half_done(client: Any, house: House, given: dict[str, object], role: str) -> None:
    sign_in_as(client, house.users[role])
    client.raise_request_exception = False
    forms, wrong, accepted = forms_of(client, house, given, role), [], 0
    assert forms
    before = state()
    for form in forms:
        for what, values in attacks(form):
            with transaction.atomic():
                answer = client.post(form.action, encoded(values), content_type=ENCODED)
                read_to_the_end(answer)
                after = state() if FULL or answer.status_code < 400 else before
                transaction.set_rollback(True)
            changed = {name for name in before if after[name] != before[name]}
            accepted += bool(changed)
            if answer.status_code >= 500:
                wrong.append((form.action, what, answer.status_code))
            elif changed and not changed & set(LEDGER):
                wrong.append((form.action, what, f"changed without an entry: {sorted(changed)}"))
            elif changed and answer.status_code >= 400:
                wrong.append((form.action, what, f"refused, and yet changed: {sorted(changed)}"))
    assert wrong == []
    assert accepted


@pytest.mark.parametrize("what", HOSTILE if FULL else ["nul"])
def test_no_page_fails_by_what_its_address_asks_for(
    client: Any, house: House, given: dict[str, object], what: str
) -> None:
    sign_in_as(client, house.users["owner"])
    client.raise_request_exception = False
    query = dict.fromkeys(
        ("page", "from", "decided", "week", "kind", "at", "q", "sort", "next", "days"), HOSTILE[what][:5000]
    )
    wrong = []
    for page in pages():
        if page.access in ROLES["owner"]:
            with transaction.atomic():
                answer = client.get(f"{address(page, house.id, given)}?{encoded(query)}")
                read_to_the_end(answer)
                transaction.set_rollback(True)
            if answer.status_code >= 500:
                wrong.append((page.route, answer.status_code))
    assert wrong == []
