"""The page of an import and the API tell the same to each role: what one of them keeps back, the other does too."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.test import Client, RequestFactory
from django.utils import timezone

from chartwarden.logs import api, previews, rules
from chartwarden.logs.models import LogImport
from chartwarden.logs.tests.test_logs_import_pages import address
from chartwarden.logs.tests.test_logs_imports import read
from chartwarden.people.contracts import Permission
from chartwarden.people.queries import member
from chartwarden.people.roles import ROLES
from tests.support.clinic import House, sign_in_as

SECRETS = ("ana-secret", "told-name.csv", "told-name.csv:3", "Found Person")
"""A login that is nobody's, the file's name, where a fault is, and what was found there."""
LOOKING = sorted(role for role, may in ROLES.items() if Permission.SEE_IMPORTS in may)


@pytest.fixture
def told(house: House) -> LogImport:
    """An import whose preview holds all that may be kept back; its kind and state are set by the test."""
    log = "occurred_at,actor,action,patient\n2026-03-02T09:00:00-06:00,ana-secret,open,P1\n"
    row = LogImport.objects.get(id=read(house, log.encode(), "told-name.csv"))
    fault = ("told-name.csv:3", "a column for patients", "Found Person")
    row.preview = previews.sealed(house.id, replace(previews.preview_of(row), faults=(fault,)))
    row.save(update_fields=["preview"])
    return row


def of_page(house: House, role: str, row: LogImport) -> set[str]:
    """The secrets on an import's page, in both states that show any, for the person of a role."""
    client, shown = Client(), ""
    sign_in_as(client, house.users[role])
    for state in (rules.READ, rules.REFUSED):
        LogImport.objects.filter(id=row.id).update(state=state)
        answer: Any = client.get(address("import", house, upload=row.id))
        assert answer.status_code == 200
        shown += answer.content.decode()
    return {secret for secret in SECRETS if secret in shown}


def of_api(house: House, role: str, row: LogImport) -> set[str]:
    """The secrets in all that the API tells of an import."""
    request: Any = RequestFactory().get("/")
    request.member, request.clinic = member(house.users[role], house.id, timezone.now()), house.clinic
    request.now = timezone.now()
    listed = api._imports(house.clinic, request.member, request.now, "", 10)
    shown = str([api.Previewed(**api.preview(request, house.id, row.id)).dict(), *listed])
    return {secret for secret in SECRETS if secret in shown}


@pytest.mark.parametrize("role", LOOKING)
def test_page_and_api_tell_the_same(house: House, told: LogImport, role: str) -> None:
    for kind in rules.NEEDS:
        LogImport.objects.filter(id=told.id).update(kind=kind)
        may = bool(rules.may_import(ROLES[role], kind))
        on_page, in_api = of_page(house, role, told), of_api(house, role, told)
        assert (kind, in_api) == (kind, on_page) == (kind, set(SECRETS) if may else set())
