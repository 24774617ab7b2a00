"""Counts within a window: it ends when it must, however often is counted, and is then forgotten."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from chartwarden.people.account_models import Tally
from chartwarden.people.jobs import JOBS
from chartwarden.people.models import User
from chartwarden.people.signin.adapter import FAILED_KEPT, failed_key
from chartwarden.people.tallies import forget_tallies, take_tally, tally
from tests.support.clinic import House

AT = datetime(2026, 3, 9, 15, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_a_window_ends_though_it_is_counted_in(db: None) -> None:
    counted = [tally(what="x", within=MINUTE, at=AT + timedelta(seconds=20 * number)) for number in range(7)]
    assert [one.count for one in counted] == [1, 2, 3, 1, 2, 3, 1]
    assert [one.left for one in counted[:3]] == [60, 40, 20]
    assert tally(what="y", within=MINUTE, at=AT).count == 1


def test_what_is_taken_is_gone(db: None) -> None:
    for _ in range(3):
        tally(what="x", within=MINUTE, at=AT)
    assert [take_tally(what="x", at=AT), take_tally(what="x", at=AT)] == [3, 0]
    tally(what="x", within=MINUTE, at=AT)
    assert take_tally(what="x", at=AT + MINUTE) == 0


def test_a_job_forgets_windows_that_ended(db: None) -> None:
    tally(what="old", within=MINUTE, at=AT)
    tally(what="new", within=2 * MINUTE, at=AT)
    assert forget_tallies(AT + MINUTE) == 0
    assert [row.what for row in Tally.objects.all()] == ["new"]
    assert forget_tallies in [job.run for job in JOBS]


def test_failed_sign_ins_are_kept_for_their_week(house: House, client: Any) -> None:
    client.post("/accounts/login/", {"login": "coder@lakeside.example", "password": "wrong-wrong-wrong"})
    coder = User.objects.get(id=house.users["coder"])
    left = Tally.objects.get(what=failed_key(coder)).until - datetime.now(UTC).timestamp()
    assert abs(left - FAILED_KEPT.total_seconds()) < 60
