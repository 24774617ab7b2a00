"""Rows that can't be read: quarantined with file, line and reason, while every other row is kept."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from datetime import date, datetime

import pyarrow.parquet as pq
import pytest

from chartwarden.logs.contracts import FeedRead, feed_schema
from chartwarden.logs.tests.support import ASSIGNMENTS, HEADER, rows

FIRST = b"A1,P1,audit,2026-03-08 09:00,,,,,,,,\n"
LAST = b"A9,P9,initial,2026-03-08 09:00,,,,,,,,\n"
WIDTH = len(ASSIGNMENTS.columns)


def row(*values: str) -> bytes:
    """A row that begins with these values; the others are empty."""
    return ",".join((*values, *[""] * (WIDTH - len(values)))).encode() + b"\n"


GOOD = ("A2", "P2", "audit", "2026-03-08")
OPEN_QUOTE = "expected a closing quote; found none before the next row"
STRAY = "expected quotes around a whole value, doubled within it; found a quote elsewhere"
FAULTS = {
    "too few": (b"A2,P2\n", f"expected {WIDTH} columns; found 2"),
    "too many": (row(*GOOD)[:-1] + b",x\n", f"expected {WIDTH} columns; found {WIDTH + 1}"),
    "not UTF-8": (row(*GOOD)[:-1] + b"caf\xe9\n", "expected UTF-8; found the byte 0xE9"),
    "NUL": (row("A2\0", *GOOD[1:]), "expected text; found a NUL byte"),
    "10 MB": (row("A" * 10_000_000, *GOOD[1:]), "expected a row of at most 131,072 bytes; found a longer one"),
    "open quote": (row('"A2', *GOOD[1:]), OPEN_QUOTE),
    "open quote at the end": (row(*GOOD)[:-1] + b'"why\n', OPEN_QUOTE),
    "quote inside": (row('A"2', *GOOD[1:]), STRAY),
    "text behind a quote": (row('"A"2', *GOOD[1:]), STRAY),
    "line break in an id": (row('"A\n2"', *GOOD[1:]), r"assignment: expected a value on one line; found 'A\n2'"),
    "missing value": (row("A2", " ", *GOOD[2:]), "expected a value in patient; found none"),
    "unknown word": (row("A2", "P2", "Audit", "2026-03-08"), "kind: expected one of initial, audit; found 'Audit'"),
    "bad instant": (
        row("A2", "P2", "audit", "03/08/2026"),
        "assigned_at: expected a time in ISO 8601, such as 2026-03-08T14:05:00-05:00 or 2026-03-08 14:05; "
        "found '03/08/2026'",
    ),
    "instant of no calendar": (
        row("A2", "P2", "audit", "0001-01-01T00:00+10:00"),
        "assigned_at: expected a time in the years 1 to 9999; found '0001-01-01T00:00+10:00'",
    ),
    "end before start": (
        row(*GOOD, "2026-03-07T23:00"),
        "expected ended_at not before assigned_at; found 2026-03-08 05:00:00 before 2026-03-08 06:00:00",
    ),
    "end before a day": (
        row(*GOOD, "2026-03-09T04:59Z", "2026-03-09"),
        "expected ended_at not before due_on; found 2026-03-09 04:59:00 before 2026-03-09",
    ),
    "bad date": (row(*GOOD, "", "20260308"), "due_on: expected a date such as 2026-03-08; found '20260308'"),
    "no such day": (row(*GOOD, "", "2026-02-30"), "due_on: expected a date such as 2026-03-08; found '2026-02-30'"),
    "bad time": (row(*GOOD, "", "", "7:30"), "starts: expected a time such as 07:30; found '7:30'"),
    "bad flag": (row(*GOOD, *[""] * 4, "maybe"), "urgent: expected true or false; found 'maybe'"),
    "bad number": (row(*GOOD, *[""] * 5, "1e3"), "pages: expected a number such as 12.5; found '1e3'"),
    "bad zone": (
        row(*GOOD, *[""] * 6, "Mars/Olympus"),
        "time_zone: expected an IANA time zone such as America/Chicago; found 'Mars/Olympus'",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", FAULTS)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_bad_row_costs_no_other(what: str, end: str, feed: Callable[..., FeedRead]) -> None:
    content, reason = FAULTS[what]
    content = (HEADER + FIRST + content + LAST).replace(b"\n", end.encode())
    read = feed(content)
    assert [found["assignment"] for found in rows(read.parquet)] == ["A1", "A9"]
    assert read.quarantined[0].line == 3
    assert read.quarantined[0].reason == reason.replace(r"\n", end.encode("unicode_escape").decode())
    assert read.count.rows == read.count.read + read.count.quarantined
    if what != "line break in an id":
        assert len(read.quarantined) == 1


def test_values(feed: Callable[..., FeedRead]) -> None:
    content = HEADER.replace(b"reason", b"reason,colour,shape") + (
        b'\xc2\xa0A1 , P1,audit,2026-03-08T02:30,2026-03-09,2026-03-08,07:30,a; b;,Yes,12.5,UTC,"two\nlines",red,\n'
        b"\n"
        b"A2,P2,audit,2026-07-01T00:00:00+02:00,,,,,,,,,,\n"
    )
    read = feed(b"\xef\xbb\xbf" + content)
    assert read.quarantined == ()
    first, second = rows(read.parquet)
    assert first == {
        "assignment": "A1",
        "patient": "P1",
        "kind": "audit",
        "assigned_at": datetime(2026, 3, 8, 8, 30),
        "ended_at": datetime(2026, 3, 10, 5, 0),
        "due_on": date(2026, 3, 8),
        "starts": 450,
        "logins": ["a", "b"],
        "urgent": True,
        "pages": 12.5,
        "time_zone": "UTC",
        "reason": "two\nlines",
    }
    assert second["assigned_at"] == datetime(2026, 6, 30, 22, 0)
    assert read.guessed == 1
    assert read.count.notes == ("unknown columns ignored: colour, shape",)
    assert pq.read_schema(read.parquet).equals(feed_schema(ASSIGNMENTS))


def test_empty_values_behind_the_last_column_are_let_pass(feed: Callable[..., FeedRead]) -> None:
    read = feed(HEADER + FIRST[:-1] + b",,\n" + LAST)
    assert [found["assignment"] for found in rows(read.parquet)] == ["A1", "A9"]


def test_only_a_header_is_an_empty_feed(feed: Callable[..., FeedRead]) -> None:
    read = feed(HEADER)
    assert (read.count.rows, rows(read.parquet)) == (0, [])
    assert pq.read_schema(read.parquet).equals(feed_schema(ASSIGNMENTS))


def test_present_columns_are_named(feed: Callable[..., FeedRead]) -> None:
    read = feed(b"patient,assignment,kind,assigned_at\nP1,A1,audit,2026-03-08\n")
    assert read.present == ("assignment", "patient", "kind", "assigned_at")
    assert rows(read.parquet)[0]["reason"] is None


@pytest.mark.parametrize("name", ["assignments.csv.gz", "assignments.tsv.gz", "assignments.ndjson.gz"])
def test_gzip(name: str, feed: Callable[..., FeedRead]) -> None:
    content = HEADER + FIRST + LAST
    if "tsv" in name:
        content = content.replace(b",", b"\t")
    if "ndjson" in name:
        keys = ("assignment", "patient", "kind", "assigned_at")
        content = b"".join(
            json.dumps(dict(zip(keys, line.decode().split(","), strict=False))).encode() + b"\n"
            for line in (FIRST, LAST)
        )
    read = feed(gzip.compress(content), name)
    assert [found["assignment"] for found in rows(read.parquet)] == ["A1", "A9"]
    assert read.count.name == name


DEEP = 10_000
OBJECT = '{"assignment": "A2", "patient": "P2", "kind": "audit", "assigned_at": "2026-03-08", "reason": %s}'
JSON_FAULTS = {
    "nested deep": (OBJECT % ("[" * DEEP + "]" * DEEP), "expected one JSON object; found one nested too deep"),
    "no JSON": ("nonsense", "expected one JSON object; found other text"),
    "a list": ("[]", "expected one JSON object; found a list"),
    "an object within": (OBJECT % "{}", "reason: expected a text; found an object"),
    "NUL": (OBJECT % r'"\u0000"', "reason: expected text; found a NUL character"),
    "10 MB": (OBJECT % f'"{"x" * 10_000_000}"', "expected a row of at most 131,072 bytes; found a longer one"),
}  # fmt: skip


@pytest.mark.parametrize("what", JSON_FAULTS)
def test_a_bad_json_row_costs_no_other(what: str, feed: Callable[..., FeedRead]) -> None:
    bad, reason = JSON_FAULTS[what]
    good = [(OBJECT % "null").replace("A2", name) for name in ("A1", "A9")]
    read = feed("\n".join((good[0], bad, good[1])).encode(), "assignments.ndjson")
    assert [found["assignment"] for found in rows(read.parquet)] == ["A1", "A9"]
    assert [(found.line, found.reason) for found in read.quarantined] == [(2, reason)]


def test_json_values_are_read_as_text(feed: Callable[..., FeedRead]) -> None:
    read = feed(
        b'{"assignment": 7, "patient": "P1", "kind": "audit", "assigned_at": "2026-03-08", "urgent": true, '
        b'"pages": 2.50, "logins": ["a", "b"], "colour": "red"}\n'
    )
    (found,) = rows(read.parquet)
    assert (found["assignment"], found["urgent"], found["pages"], found["logins"]) == ("7", True, 2.5, ["a", "b"])
    assert read.count.notes == ("unknown columns ignored: colour",)


DUPLICATES = {
    "the same row": ((FIRST, FIRST), 1, []),
    "the same content written otherwise": ((FIRST, FIRST.replace(b"09:00", b"09:00:00")), 1, []),
    "another content": ((FIRST, FIRST.replace(b"P1", b"P2")), 0, [3]),
    "another content twice": ((FIRST, FIRST.replace(b"P1", b"P2"), FIRST, FIRST.replace(b"P1", b"P3")), 1, [3, 5]),
}


@pytest.mark.parametrize("what", DUPLICATES)
def test_duplicates(what: str, feed: Callable[..., FeedRead]) -> None:
    lines, duplicates, quarantined = DUPLICATES[what]
    read = feed(HEADER + b"".join(lines) + LAST)
    assert [(found["assignment"], found["patient"]) for found in rows(read.parquet)] == [("A1", "P1"), ("A9", "P9")]
    assert (read.count.rows, read.count.duplicates) == (len(lines) + 1, duplicates)
    assert [found.line for found in read.quarantined] == quarantined
    assert {found.reason for found in read.quarantined} <= {
        "one id with two contents: 'A1' stands in assignments.csv, line 2 with other values"
    }
    assert read.count.rows == read.count.read + read.count.quarantined + read.count.duplicates
