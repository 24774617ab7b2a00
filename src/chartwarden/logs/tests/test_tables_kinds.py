"""The kinds of column that a feed's text must fit: a zone, and a range of addresses."""

from __future__ import annotations

from pathlib import Path

import pytest

from chartwarden.kernel.progress import Quiet
from chartwarden.logs.catalogue import NETWORKS, WORKFORCE
from chartwarden.logs.contracts import Feed, FeedRead
from chartwarden.logs.engine import connect
from chartwarden.logs.services import read_feed
from chartwarden.logs.tables.files import open_table
from chartwarden.logs.tables.reading import read_careful, read_fast
from chartwarden.logs.tests.support import CHICAGO, rows

STAFF = "person,logins,role,started_on,time_zone\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "feed.csv"


def read(feed: Feed, path: Path, content: str, scratch: Path) -> FeedRead:
    path.write_text(content, encoding="utf-8")
    return read_feed(feed, path, CHICAGO, scratch, Quiet())


def both_ways(feed: Feed, path: Path, content: str, scratch: Path) -> tuple[object, object]:
    """The rows by the fast way (None where it leaves them to the careful one), and by the careful way."""
    path.write_text(content, encoding="utf-8")
    table = open_table(feed, path, path.name)
    with connect(scratch) as database:
        fast = read_fast(database, feed, table, path.name, CHICAGO, scratch / "fast.parquet")
    careful = read_careful(feed, table, path.name, CHICAGO, scratch / "careful.parquet")
    return fast and rows(fast.parquet), rows(careful.parquet)


def test_a_bad_zone_is_quarantined(path: Path, scratch: Path) -> None:
    content = STAFF + "A,a,coder,2026-01-01,Asia/Manila\nB,b,coder,2026-01-01,Mars/Olympus\nC,c,coder,2026-01-01,\n"
    found = read(WORKFORCE, path, content, scratch)
    assert [row["time_zone"] for row in rows(found.parquet)] == ["Asia/Manila", None]
    (bad,) = found.quarantined
    assert (bad.file, bad.line) == ("feed.csv", 3)
    assert bad.reason == "time_zone: expected an IANA time zone such as America/Chicago; found 'Mars/Olympus'"


def test_both_ways_read_zones_alike(path: Path, scratch: Path) -> None:
    fast, careful = both_ways(WORKFORCE, path, STAFF + "A,a,coder,2026-01-01,Asia/Manila\n", scratch)
    assert fast == careful
    fast, careful = both_ways(WORKFORCE, path, STAFF + "A,a,coder,2026-01-01,Mars/Olympus\n", scratch)
    assert (fast, careful) == (None, [])


@pytest.mark.parametrize("good", ["10.20.0.0/16", "10.20.3.4/16", "192.0.2.7", "2001:db8::/32"])
def test_a_range_is_kept_as_written(good: str, path: Path, scratch: Path) -> None:
    found = read(NETWORKS, path, f"cidr,kind\n{good},office\n", scratch)
    assert [row["cidr"] for row in rows(found.parquet)] == [good]


@pytest.mark.parametrize("bad", ["10.20.0.0/33", "10.20.0", "the office", "2001:db8::/129"])
def test_an_unreadable_range_is_quarantined(bad: str, path: Path, scratch: Path) -> None:
    found = read(NETWORKS, path, f"cidr,kind\n10.0.0.0/8,vpn\n{bad},office\n", scratch)
    assert [row["cidr"] for row in rows(found.parquet)] == ["10.0.0.0/8"]
    (row,) = found.quarantined
    assert (row.line, row.reason) == (
        3,
        f"cidr: expected a range of addresses such as 10.20.0.0/16; found '{bad}'",
    )


def test_the_fast_way_leaves_ranges_to_the_careful_one(path: Path, scratch: Path) -> None:
    fast, careful = both_ways(NETWORKS, path, "cidr,kind\n10.0.0.0/8,vpn\n", scratch)
    assert (fast, careful) == (None, [{"cidr": "10.0.0.0/8", "kind": "vpn"}])
