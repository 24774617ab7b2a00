"""The gates of a session, and what stays fresh: tables and properties."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartwarden.people.signin.browsers import browser_name
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
        (session(), Account(1, 1, 15, False, True, awaits_link=True), Gate.FACTOR_LINK),
        (session(locked=True), Account(1, 1, 15, False, True, awaits_link=True), Gate.LOCKED),
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
    records = [{"method": "password", "at": (NOW - age).timestamp()} for age in ages]
    assert fresh(request_with(records), NOW) is expected


def request_with(records: list[dict[str, object]], **kept: object) -> SimpleNamespace:
    user = SimpleNamespace(pk="u", _meta=SimpleNamespace(pk=SimpleNamespace(value_to_string=lambda _: "u")))
    known = {"account_authentication_methods": records, "account_authentication_methods_user": "u"}
    return SimpleNamespace(session=known | kept, user=user)


@pytest.mark.parametrize(
    ("came", "seen", "again", "expected"),
    [
        (MINUTE, None, False, False),
        (MINUTE, MINUTE, False, True),
        (MINUTE, timedelta(hours=2), False, False),
        (timedelta(hours=2), MINUTE, False, False),
        (MINUTE, timedelta(hours=2), True, True),
        (timedelta(hours=2), MINUTE, True, False),
    ],
)
def test_coming_from_the_provider_counts_from_when_it_saw_the_person(
    came: timedelta, seen: timedelta | None, again: bool, expected: bool
) -> None:
    record: dict[str, object] = {"method": "socialaccount", "at": (NOW - came).timestamp(), "reauthenticated": again}
    said = (NOW - seen).timestamp() if seen else None
    assert fresh(request_with([record], provider_signed_in_at=said), NOW) is expected


AGENTS = {
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0": "Firefox on Windows",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 "
    "Edg/142.0.0.0": "Edge on Windows",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/142.0.0.0 Safari/537.36": (
        "Chrome on Linux"
    ),
    "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36": (
        "Chrome on ChromeOS"
    ),
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 "
    "Safari/605.1.15": "Safari on a Mac",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 "
    "Mobile/15E148 Safari/604.1": "Safari on iPhone",
    "Mozilla/5.0 (Linux; Android 15; SM-S931B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 "
    "Chrome/130.0.0.0 Mobile Safari/537.36": "Samsung Internet on Android",
    "Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/142.0 Mobile/15E148 "
    "Safari/604.1": "Chrome on iPad",
    "curl/8.15.0": "A browser we don't know",
    "Something (Windows NT 10.0)": "A browser on Windows",
    "": "A browser we don't know",
}


@pytest.mark.parametrize(("agent", "name"), AGENTS.items())
def test_a_browser_has_a_plain_name(agent: str, name: str) -> None:
    assert browser_name(agent) == name
