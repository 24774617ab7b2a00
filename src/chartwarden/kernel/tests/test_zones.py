"""Instants and offsets against the standard library, over every kind of clock change."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartwarden.kernel.errors import InputRefused
from chartwarden.kernel.zones import from_local, offsets, parse_instant, zone

CHICAGO = ZoneInfo("America/Chicago")
ZONES = ["America/Chicago", "America/Phoenix", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia", "UTC"]


@given(
    name=st.sampled_from(ZONES),
    begins=st.datetimes(datetime(2009, 1, 1), datetime(2030, 1, 1)),
    days=st.integers(0, 800),
    part=st.floats(0, 1),
)
def test_offsets_say_what_zoneinfo_says(name: str, begins: datetime, days: int, part: float) -> None:
    begins = begins.replace(microsecond=0)
    ends = begins + timedelta(days=days)
    moment = begins + timedelta(seconds=int(part * days * 86400))
    found = offsets(ZoneInfo(name), begins, ends)
    assert found[0].begins == begins
    assert found[-1].ends == ends
    assert all(before.ends == after.begins for before, after in pairwise(found))
    if moment < ends:
        [at] = [offset for offset in found if offset.begins <= moment < offset.ends]
        local = moment.replace(tzinfo=UTC).astimezone(ZoneInfo(name)).replace(tzinfo=None)
        assert moment + timedelta(seconds=at.seconds) == local


@pytest.mark.parametrize(
    ("text", "utc", "guessed"),
    [
        ("2026-03-08T14:05:00-05:00", "2026-03-08 19:05:00", False),
        ("2026-03-08T14:05:00Z", "2026-03-08 14:05:00", False),
        (" 2026-05-04 09:00 ", "2026-05-04 14:00:00", False),
        ("2026-03-08T02:30:00", "2026-03-08 08:30:00", True),  # does not exist: read as if the clock had not moved
        ("2026-11-01T01:30:00", "2026-11-01 06:30:00", True),  # exists twice: the first
    ],
)
def test_parse_instant(text: str, utc: str, guessed: bool) -> None:
    found = parse_instant(text, CHICAGO)
    assert (str(found.utc), found.guessed) == (utc, guessed)


def test_parse_instant_says_what_it_expected_and_found() -> None:
    with pytest.raises(ValueError, match=r"expected a time in ISO 8601.*; found '05/04/2026'"):
        parse_instant("05/04/2026", CHICAGO)


@given(st.datetimes(datetime(2000, 1, 1), datetime(2037, 1, 1)))
def test_local_time_comes_back_unless_it_never_was(local: datetime) -> None:
    found = from_local(local, CHICAGO)
    back = found.utc.replace(tzinfo=UTC).astimezone(CHICAGO).replace(tzinfo=None)
    assert back == local or found.guessed


@pytest.mark.parametrize("name", ["Chicago", "", "../etc/passwd", "America/Chicago\x00"])
def test_unknown_zone_is_refused_and_named(name: str) -> None:
    with pytest.raises(InputRefused, match=r"clinic\.toml, time_zone: expected an IANA time zone"):
        zone(name, "clinic.toml, time_zone")
