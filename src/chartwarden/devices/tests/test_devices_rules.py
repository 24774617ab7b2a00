"""The rules of devices, networks, statements and exceptions: tables, and what holds for anything."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from ipaddress import ip_address, ip_network
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartwarden.devices import rules
from chartwarden.devices.contracts import DeviceFacts, Precondition
from chartwarden.kernel.errors import InputRefused

CHICAGO = ZoneInfo("America/Chicago")
AT = datetime(2026, 3, 9, 15, 0, tzinfo=UTC)
TODAY = date(2026, 3, 9)
DAY = timedelta(days=1)
ANA, BEN = UUID(int=1), UUID(int=2)


def device(**more: object) -> DeviceFacts:
    sound = {"owner": "clinic", "encrypted": True, "managed": True, "antivirus": True, "approved": True, "person": ANA}
    return DeviceFacts(**{**sound, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given_", "found"),
    [
        ({}, ()),
        ({"owner": "vendor"}, ()),
        ({"owner": "personal"}, ("personal",)),
        ({"owner": ""}, ("owner_unknown",)),
        ({"encrypted": False}, ("unencrypted",)),
        ({"encrypted": None, "managed": None, "antivirus": None}, ("unencrypted", "unmanaged", "no_antivirus")),
        ({"approved": False}, ("not_approved",)),
        ({"approved_from": TODAY, "approved_to": TODAY}, ()),
        ({"approved_from": TODAY + DAY}, ("not_yet",)),
        ({"approved_to": TODAY - DAY}, ("expired",)),
        ({"withdrawn_at": AT}, ("withdrawn",)),
        ({"withdrawn_at": AT + DAY}, ()),
        ({"owner": "personal", "approved": False}, ("personal", "not_approved")),
    ],
)
def test_what_speaks_against_a_device(given_: dict[str, object], found: tuple[str, ...]) -> None:
    assert rules.faults(device(**given_), AT, CHICAGO) == found
    assert set(found) <= rules.FAULTS.keys()


def test_a_day_of_approval_is_the_clinics() -> None:
    last = device(approved_to=date(2026, 3, 9))
    assert rules.faults(last, datetime(2026, 3, 10, 4, 59, tzinfo=UTC), CHICAGO) == ()
    assert rules.faults(last, datetime(2026, 3, 10, 5, 0, tzinfo=UTC), CHICAGO) == ("expired",)


FLAG = st.sampled_from([None, False, True])
DAYS = st.none() | st.dates(date(2026, 1, 1), date(2026, 6, 1))
DEVICES = st.builds(
    DeviceFacts, st.sampled_from(["clinic", "vendor", "personal", ""]), FLAG, FLAG, FLAG, st.booleans(), DAYS, DAYS,
    st.none() | st.datetimes(datetime(2026, 1, 1), datetime(2026, 6, 1), timezones=st.just(UTC)),
    st.sampled_from([None, ANA, BEN]), st.booleans(),
)  # fmt: skip


@given(DEVICES, st.sampled_from(["office", "vpn", "public"]))
def test_nothing_makes_a_personal_or_unsound_device_approved(one: DeviceFacts, network: str) -> None:
    sound = one.owner in ("clinic", "vendor") and one.encrypted and one.managed and one.antivirus and one.approved
    for shown in ([one], None):
        if rules.device_approved(shown, [one], ANA, network, AT, CHICAGO):
            assert sound
            assert one.shared or one.person == ANA
    assert not (one.owner == "personal" and rules.may_approve(one, [BEN]))


@pytest.mark.parametrize(
    ("shown", "registered", "network", "approved"),
    [
        (None, [device()], "public", True),
        (None, [device(person=BEN)], "public", False),
        (None, [], "office", False),
        (None, [device(person=None, shared=True)], "office", True),
        (None, [device(person=None, shared=True)], "vpn", False),
        (None, [device(person=None)], "office", False),
        ([device()], [], "public", True),
        ([device(person=BEN)], [device()], "office", False),
        ([device(person=None, shared=True)], [], "vpn", True),
        ([device(person=None)], [device()], "office", False),
        ([], [device()], "office", False),
        ([device(approved_to=TODAY - DAY), device(approved_from=TODAY)], [], "public", True),
    ],
)
def test_whose_device_counts(
    shown: list[DeviceFacts] | None, registered: list[DeviceFacts], network: str, approved: bool
) -> None:
    assert rules.device_approved(shown, registered, ANA, network, AT, CHICAGO) is approved


@pytest.mark.parametrize(
    ("one", "by", "said"),
    [
        (device(approved=False), BEN, ""),
        (device(approved=False), ANA, "own device"),
        (device(approved=False), None, ""),
        (device(owner="personal", approved=False), BEN, "personal device"),
        (device(encrypted=False, antivirus=None), BEN, "disk not encrypted, no antivirus"),
    ],
)
def test_what_may_be_approved(one: DeviceFacts, by: UUID | None, said: str) -> None:
    decision = rules.may_approve(one, [by] if by else [])
    assert decision.allowed is not bool(said)
    assert said in decision.reason


NETWORKS = {"10.0.0.0/8": "other", "10.20.0.0/16": "office", "10.20.5.0/24": "other", "2001:db8::/32": "vpn"}


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("10.1.1.1", "other"),
        ("10.20.1.1", "office"),
        ("10.20.5.9", "other"),
        (" 10.20.1.1 ", "office"),
        ("::ffff:10.20.1.1", "office"),
        ("2001:db8::1", "vpn"),
        ("2001:db8::1%eth0", "vpn"),
        ("2001:db9::1", "public"),
        ("198.51.100.7", "public"),
        ("", "public"),
        ("10.20.1.1, 10.20.1.2", "public"),
        ("localhost", "public"),
    ],
)
def test_the_most_specific_range_wins_and_the_unknown_is_public(address: str, kind: str) -> None:
    assert rules.network_kind(address, NETWORKS) == kind


RANGES = st.dictionaries(
    st.one_of(
        st.builds(lambda a, n: str(ip_network((a, n), strict=False)), st.integers(0, 2**32 - 1), st.integers(8, 32)),
        st.builds(
            lambda a, n: str(ip_network((a, n), strict=False)), st.integers(2**64, 2**128 - 1), st.integers(16, 128)
        ),
    ),
    st.sampled_from(sorted(rules.NETWORKS)),
    max_size=8,
)


@given(RANGES, st.ip_addresses())
def test_a_networks_kind_is_that_of_a_range_that_holds_it(networks: dict[str, str], address: object) -> None:
    kind = rules.network_kind(str(address), networks)
    carried = getattr(ip_address(str(address)), "ipv4_mapped", None) or ip_address(str(address))
    holding = {cidr: held for cidr, held in networks.items() if carried in ip_network(cidr)}
    if not holding:
        assert kind == rules.PUBLIC
    else:
        longest = max(ip_network(cidr).prefixlen for cidr in holding)
        assert kind in {held for cidr, held in holding.items() if ip_network(cidr).prefixlen == longest}


@pytest.mark.parametrize(
    ("text", "kind", "kept"),
    [
        ("10.20.0.0/16", "office", "10.20.0.0/16"),
        (" 10.20.3.4/16 ", "vpn", "10.20.0.0/16"),
        ("10.20.3.4", "vpn", "10.20.3.4/32"),
        ("2001:DB8::/32", "office", "2001:db8::/32"),
        ("0.0.0.0/0", "other", "0.0.0.0/0"),
        ("0.0.0.0/0", "vpn", None),
        ("0.0.0.0/7", "office", None),
        ("::/0", "office", None),
        ("10.20.0.0/33", "office", None),
        ("office", "office", None),
        ("10.20.0.0/16", "home", None),
    ],
)
def test_a_range_is_kept_in_one_form(text: str, kind: str, kept: str | None) -> None:
    if kept is None:
        with pytest.raises(InputRefused):
            rules.normal_network(text, kind)
    else:
        assert rules.normal_network(text, kind) == kept


@pytest.mark.parametrize(
    ("signed", "due"),
    [
        (datetime(2026, 1, 15, 18, tzinfo=UTC), datetime(2026, 4, 16, 5, tzinfo=UTC)),
        (datetime(2025, 11, 30, 18, tzinfo=UTC), datetime(2026, 3, 1, 6, tzinfo=UTC)),
        (datetime(2026, 1, 16, 4, tzinfo=UTC), datetime(2026, 4, 16, 5, tzinfo=UTC)),
        (None, AT),
    ],
)
def test_a_statement_is_due_three_months_later_at_the_end_of_the_day(signed: datetime | None, due: datetime) -> None:
    assert rules.statement_due(signed, AT, CHICAGO) == due


@given(st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)))
def test_a_statement_never_lasts_longer_than_a_quarter_and_a_day(signed: datetime) -> None:
    lasts = rules.statement_due(signed, AT, CHICAGO) - signed
    # The last minute of a day in February to the end of one in May, less an hour when summer time begins; and the first
    # of a day in August to the end of one in November, with the hour that it gives back.
    assert timedelta(days=89) - timedelta(hours=1) < lasts <= timedelta(days=93, hours=1)


@given(st.integers(0, 60), st.integers(-100, 100))
def test_a_precondition_shuts_nothing_in_its_grace(grace: int, days: int) -> None:
    asked = Precondition("device", AT, grace)
    assert rules.is_enforced(asked, AT + days * DAY) is (days >= grace)
    assert not rules.is_enforced(Precondition("device", None, grace), AT + days * DAY)
    assert not rules.is_enforced(None, AT)


@pytest.mark.parametrize(
    ("decision", "allowed"),
    [
        (rules.may_except([BEN], ANA), True),
        (rules.may_except([ANA], ANA), False),
        (rules.may_except([BEN, ANA], ANA), False),
        (rules.may_except([], ANA), False),
        (rules.may_approve(device(approved=False), [BEN, ANA]), False),
        (rules.may_change(device(person=BEN), device(), [ANA]), False),
        (rules.may_change(device(person=BEN), device(), [BEN]), True),
        (rules.may_change(device(encrypted=None), device(), [ANA]), False),
        (rules.may_change(device(encrypted=None), device(), [BEN]), True),
        (rules.may_change(device(), device(encrypted=None), [ANA]), True),
        (rules.may_change(device(approved=False, encrypted=None), device(approved=False), [ANA]), True),
        (rules.checked_end(AT, AT), False),
        (rules.checked_end(AT, AT + 30 * DAY), True),
        (rules.checked_end(AT, AT + 31 * DAY), False),
        (rules.may_witness(ANA, BEN), True),
        (rules.may_witness(ANA, ANA), False),
        (rules.may_bring([3]), False),
        (rules.may_bring([]), True),
    ],
)
def test_nobody_judges_themselves(decision: object, allowed: bool) -> None:
    assert bool(decision) is allowed
    assert allowed or (decision.reason and decision.citation)  # type: ignore[attr-defined]
