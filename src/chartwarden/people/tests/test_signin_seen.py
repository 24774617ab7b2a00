"""Being seen is written down now and then, and never keeps a page waiting."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.support.clinic import House


def test_a_page_writes_nothing_until_a_while_has_passed(signed_in: Callable[[str], Any], house: House) -> None:
    client = signed_in("coder")
    client.get(f"/c/{house.id}/")
    with CaptureQueriesContext(connection) as asked:
        assert client.get(f"/c/{house.id}/").status_code == 200
    assert not [query["sql"] for query in asked if not query["sql"].startswith(("SELECT", "PRAGMA"))]
    seen = UserSession.objects.get()
    UserSession.objects.update(last_seen_at=seen.last_seen_at - timedelta(minutes=2))
    client.get(f"/c/{house.id}/")
    assert UserSession.objects.get().last_seen_at >= seen.last_seen_at


def test_another_browser_is_noted_at_once(signed_in: Callable[[str], Any], house: House) -> None:
    client = signed_in("coder")
    client.get(f"/c/{house.id}/")
    client.get(f"/c/{house.id}/", headers={"User-Agent": "Another/1.0"})
    assert UserSession.objects.get().user_agent == "Another/1.0"


@pytest.mark.one_store
@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="only on SQLite does a writer wait for another")
def test_a_page_does_not_wait_for_a_writer(
    transactional_db: None, signed_in: Callable[[str], Any], house: House
) -> None:
    client = signed_in("coder")
    client.get(f"/c/{house.id}/")
    before = _put_back(client, timedelta(minutes=2))
    writer = sqlite3.connect(connection.settings_dict["NAME"], uri=True, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    assert client.get(f"/c/{house.id}/").status_code == 200
    writer.execute("ROLLBACK")
    writer.close()
    assert client.session["active_at"] == before
    assert client.get(f"/c/{house.id}/").status_code == 200
    assert client.session["active_at"] > before


def _put_back(client: Any, by: timedelta) -> str:
    """Let the session have been active so long ago."""
    from datetime import datetime

    kept = client.session
    kept["active_at"] = (datetime.fromisoformat(kept["active_at"]) - by).isoformat()
    kept.save()
    UserSession.objects.update(last_seen_at=Session.objects.get().expire_date - timedelta(days=1))
    return str(kept["active_at"])
