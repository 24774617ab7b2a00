"""The gates of a session, and what stays fresh: tables and properties."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartwarden.people.signin.fresh import fresh
from chartwarden.people.signin.rules import FRESH, LIFETIME, Account, Gate, Session, gate

NOW = datetime(2026, 3, 9, 15, 0, tzinfo=UTC)
IN_ORDER = Account(persons=1, engaged=1, idle_minutes=15, second_factor=True, codes_kept=True)
MINUTE = timedelta(minutes=1)


def session(signed_in: timedelta = MINUTE, active: timedelta = MINUTE, locked: bool = False) -> Session:
    return Session(NOW - signed_in, NOW - active, locked)


@pytest.mark.parametrize(
    ("found", "account", "expected"),
    [
        (session(), IN_ORDER, Gate.OPEN),
        (session(), Account(0, 0, 15, True, True), Gate.OPEN),
        (session(), Account(2, 0, 15, True, True), Gate.ENDED),
        (session(), Account(2, 1, 15, True, True), Gate.OPEN),
        (session(signed_in=LIFETIME), IN_ORDER, Gate.OVER),
        (session(signed_in=LIFETIME - MINUTE), IN_ORDER, Gate.OPEN),
        (session(active=15 * MINUTE), IN_ORDER, Gate.LOCKED),
        (session(active=15 * MINUTE - timedelta(seconds=1)), IN_ORDER, Gate.OPEN),
        (session(locked=True), IN_ORDER, Gate.LOCKED),
        (session(locked=True), Account(1, 1, 15, False, False), Gate.LOCKED),
        (session(), Account(1, 1, 15, False, False), Gate.SECOND_FACTOR),
        (session(), Account(1, 1, 15, True, False), Gate.RECOVERY_CODES),
        (session(signed_in=LIFETIME, locked=True), Account(1, 0, 15, False, False), Gate.ENDED),
    ],
)  # fmt: skip
def test_the_first_shut_gate(found: Session, account: Account, expected: Gate) -> None:
    assert gate(found, account, NOW) is expected


@given(
    signed_in=st.timedeltas(timedelta(0), timedelta(days=2)),
    active=st.timedeltas(timedelta(0), timedelta(days=2)),
    locked=st.booleans(),
    account=st.builds(Account, st.integers(0, 3), st.integers(0, 3), st.integers(1, 240), st.booleans(), st.booleans()),
)
def test_open_means_that_nothing_is_wanting(
    signed_in: timedelta, active: timedelta, locked: bool, account: Account
) -> None:
    if gate(session(signed_in, active, locked), account, NOW) is Gate.OPEN:
        assert (account.second_factor, account.codes_kept, locked) == (True, True, False)
        assert signed_in < LIFETIME
        assert active < timedelta(minutes=account.idle_minutes)
        assert account.engaged or not account.persons


@pytest.mark.parametrize(
    ("ages", "expected"),
    [([], False), ([FRESH], False), ([FRESH - timedelta(seconds=1)], True), ([2 * FRESH, MINUTE], True)],
)
def test_fresh_is_five_minutes(ages: list[timedelta], expected: bool) -> None:
    user = SimpleNamespace(pk="u", _meta=SimpleNamespace(pk=SimpleNamespace(value_to_string=lambda _: "u")))
    records = [{"method": "password", "at": (NOW - age).timestamp()} for age in ages]
    kept = {"account_authentication_methods": records, "account_authentication_methods_user": "u"}
    assert fresh(SimpleNamespace(session=kept, user=user), NOW) is expected
