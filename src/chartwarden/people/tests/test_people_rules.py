"""Engagements by the clinic's days, one's own record, the last officer, and what a file may do to an engagement."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartwarden.people.contracts import EngagementSpan, Permission
from chartwarden.people.permissions import permissions_of
from chartwarden.people.roles import ROLES
from chartwarden.people.rules import Kept, Settled, engaged, may_act_on, may_hand_out, may_leave, settle

CHICAGO = ZoneInfo("America/Chicago")
at = datetime.fromisoformat
END = at("2026-03-31T22:00:00+00:00")


@pytest.mark.parametrize(
    ("moment", "there"),
    [
        ("2026-03-02T05:59:59+00:00", False),  # still 1 March in Chicago, already the 2nd in UTC
        ("2026-03-02T06:00:00+00:00", True),
        ("2026-03-31T21:59:59+00:00", True),
        ("2026-03-31T22:00:00+00:00", False),
    ],
)
def test_an_engagement_runs_from_a_local_day_to_an_instant(moment: str, there: bool) -> None:
    assert engaged([EngagementSpan(date(2026, 3, 2), END, "")], at(moment), CHICAGO) is there


def test_nobody_acts_on_their_own_record_but_the_system_may() -> None:
    me = uuid4()
    assert not may_act_on(me, me)
    assert may_act_on(uuid4(), me)
    assert may_act_on(None, me)


@pytest.mark.parametrize(
    ("role", "actor", "allowed"),
    [
        ("owner", frozenset({"privacy_officer"}), False),
        ("owner", frozenset({"owner"}), True),
        ("owner", None, True),
        ("coder", frozenset({"privacy_officer"}), True),
    ],
)
def test_only_an_owner_makes_an_owner(role: str, actor: frozenset[str] | None, allowed: bool) -> None:
    assert bool(may_hand_out(role, actor)) is allowed


def test_the_last_owner_and_privacy_officer_stay() -> None:
    assert not may_leave(["coder", "owner"], {})
    assert "only privacy officer" in may_leave(["privacy_officer"], {"owner": 3}).reason
    assert may_leave(["privacy_officer", "owner"], {"owner": 1, "privacy_officer": 2})
    assert may_leave(["coder"], {})


FIRST, LATER = date(2026, 1, 5), date(2026, 4, 6)
SETTLED = {
    "nothing new": ([Kept(FIRST, None, False)], FIRST, None, Settled("same", 0)),
    "an end": ([Kept(FIRST, None, False)], FIRST, END, Settled("end", 0)),
    "a file's end lifted by a file": ([Kept(FIRST, END, True)], FIRST, None, Settled("end", 0)),
    "a person's end not lifted": ([Kept(FIRST, END, False)], FIRST, None, Settled("same", 0, held=True)),
    "a person's end not put off": (
        [Kept(FIRST, END, False)], FIRST, END + timedelta(days=1), Settled("same", 0, held=True),
    ),
    "a person's end made earlier": ([Kept(FIRST, END, False)], FIRST, END - timedelta(days=1), Settled("end", 0)),
    "come back": ([Kept(FIRST, END, False)], LATER, None, Settled("begin")),
    "come back on the last day": ([Kept(FIRST, END, False)], date(2026, 3, 31), None, Settled("begin")),
    "another first day": ([Kept(FIRST, None, False)], LATER, None, Settled("correct", 0)),
    "another first day past a person's end": (
        [Kept(FIRST, END, False)], date(2026, 2, 2), None, Settled("same", 0, held=True),
    ),
    "an old file": ([Kept(FIRST, END, True), Kept(LATER, None, False)], FIRST, END, Settled("same", 0)),
}  # fmt: skip


@pytest.mark.parametrize(("kept", "started_on", "ended_at", "step"), SETTLED.values(), ids=SETTLED)
def test_what_a_file_does_to_engagements(
    kept: list[Kept], started_on: date, ended_at: datetime | None, step: Settled
) -> None:
    assert settle(kept, started_on, ended_at, CHICAGO) == step


@given(
    st.dates(date(2025, 1, 1), date(2027, 1, 1)),
    st.none() | st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)),
    st.booleans(),
)
def test_a_row_that_was_taken_changes_nothing_again(started_on: date, ended_at: datetime | None, by_feed: bool) -> None:
    assert settle([Kept(started_on, ended_at, by_feed)], started_on, ended_at, CHICAGO) == Settled("same", 0)


def test_an_auditor_only_sees() -> None:
    assert all(permission.name.startswith("SEE_") for permission in ROLES["auditor"])


def test_nobody_holds_everything_and_only_deciders_decide() -> None:
    assert all(permissions != frozenset(Permission) for permissions in ROLES.values())
    deciders = {role for role, permissions in ROLES.items() if Permission.SIGN_REVIEWS in permissions}
    assert deciders == {"privacy_officer", "compliance_officer"}
    assert permissions_of(["no such role"]) == frozenset()


def test_who_imports_staff_could_do_the_same_by_hand() -> None:
    importers = {role for role, permissions in ROLES.items() if Permission.IMPORT_STAFF in permissions}
    assert importers == {"privacy_officer", "human_resources"}
    assert all(Permission.MANAGE_PEOPLE in ROLES[role] for role in importers)
