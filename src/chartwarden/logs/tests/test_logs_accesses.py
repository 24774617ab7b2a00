"""Several access logs together: which format each is in, and what counts once."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from chartwarden.kernel.errors import InputRefused
from chartwarden.logs.access_logs import ACCESS_IDENTITY
from chartwarden.logs.canonical import read_careful, read_fast, write_accesses
from chartwarden.logs.contracts import (
    ACCESS_SCHEMA,
    AccessesRead,
    AccessEvent,
    LogFormat,
    NotAccess,
    Quarantined,
    Row,
    Source,
)
from chartwarden.logs.deduplication import take_out_duplicates
from chartwarden.logs.engine import connect
from chartwarden.logs.formats import plain
from chartwarden.logs.tests.support import CHICAGO, rows

Accesses = Callable[..., AccessesRead]
HEADER = b"occurred_at,actor,action,patient,event\n"
OPENEMR = b"id,date,event,category,user,groupname,comments,user_notes,patient_id,success,checksum,crt_user\n"


def row(at: int, event: str = "", patient: str = "P1") -> bytes:
    return f"2026-03-02T09:{at:02}:00Z,mlopez,open,{patient},{event}\n".encode()


def test_files_keep_their_order_and_their_rows(accesses: Accesses) -> None:
    read = accesses({"b.csv": HEADER + row(3) + row(1), "a.csv.gz": gzip.compress(HEADER + row(2))})
    assert [found["occurred_at"].minute for path in read.parquet for found in rows(path)] == [3, 1, 2]
    assert [count.name for count in read.counts] == ["b.csv", "a.csv.gz"]
    assert all(pq.read_schema(path).names == ACCESS_SCHEMA.names for path in read.parquet)
    assert all(pq.read_schema(path).types == ACCESS_SCHEMA.types for path in read.parquet)
    assert {found["file"] for found in rows(read.parquet[1])} == {"a.csv.gz"}


def test_one_event_counts_once_across_files(accesses: Accesses) -> None:
    read = accesses(
        {
            "a.csv": HEADER + row(1, "e1") + row(2) + row(3, "e3"),
            "b.csv": HEADER + row(1, "e1") + row(2) + row(2, "e2") + row(4, "e3"),
        }
    )
    assert [found["event"] for path in read.parquet for found in rows(path)] == ["e1", None, "e3", "e2"]
    assert [(c.rows, c.read, c.quarantined, c.duplicates) for c in read.counts] == [(3, 3, 0, 0), (4, 1, 1, 2)]
    (conflict,) = read.quarantined
    assert (conflict.file, conflict.line) == ("b.csv", 5)
    assert conflict.reason == "one id with two contents: 'e3' stands in a.csv, line 4 with other values"


def test_a_search_needs_no_patient(accesses: Accesses) -> None:
    read = accesses({"a.csv": HEADER + b"2026-03-02T09:00:00Z,mlopez,search,,\n2026-03-02T09:00:00Z,mlopez,open,,\n"})
    assert [found["action"] for found in rows(read.parquet[0])] == ["search"]
    assert read.quarantined[0].reason == "expected a value in patient, as the action is open; found none"


def test_unknown_columns_are_named_once(accesses: Accesses) -> None:
    read = accesses({"a.csv": HEADER[:-1] + b",colour\n" + row(1)[:-1] + b",red\n"})
    assert read.counts[0].notes[0] == "unknown columns ignored: colour"


def test_an_unknown_format_names_the_known_ones(accesses: Accesses) -> None:
    with pytest.raises(InputRefused) as refused:
        accesses({"log.csv": b"a,b,c\n1,2,3\n"})
    text = str(refused.value)
    assert text.startswith("log.csv: expected an access log in a known format; found an unknown format; known are ")
    assert "plain" in text
    assert text.endswith("draft a mapping with `chartwarden map log.csv`")


def test_two_candidates_are_both_named_and_one_can_be_chosen(accesses: Accesses) -> None:
    contents = {"log.csv": HEADER + row(1), "beside:log.toml": b""}
    with pytest.raises(InputRefused) as refused:
        accesses(contents)
    assert str(refused.value) == "log.csv: expected one format; choose one with --format; found mapped and plain"
    assert accesses(contents, "plain").counts[0].read == 1


def test_an_unknown_format_id_is_refused(accesses: Accesses) -> None:
    with pytest.raises(InputRefused, match=r"^a\.csv: expected a known format: .*plain.*; found 'plane'$"):
        accesses({"a.csv": HEADER + row(1)}, "plane")


def test_every_refused_file_is_told(accesses: Accesses) -> None:
    with pytest.raises(InputRefused) as refused:
        accesses({"a.csv": b"", "b.csv": b"PK\x03\x04", "c.csv": HEADER + row(1)})
    assert [fault.where for fault in refused.value.faults] == ["a.csv", "b.csv"]


MOMENT = datetime(2026, 3, 2)


def about_two(line: int) -> list[Row]:
    """The events of one input row about two patients."""
    return [AccessEvent(line, MOMENT, "mlopez", "open", patient, event="e1") for patient in ("P1", "P2")]


TWO = LogFormat(
    title="A log whose rows may be about several patients",
    source="This test.",
    recognises=lambda head: False,
    read=lambda source: iter([*about_two(1), Quarantined(2, "bad"), NotAccess(3, "clock sync"), *about_two(4)]),
    examples=(),
)


def test_rows_are_counted_where_one_row_is_several_events(scratch: Path) -> None:
    path = scratch / "log.txt"
    path.write_bytes(b"")
    found = read_careful(TWO, Source("log.txt", path, CHICAGO), scratch / "log.parquet")
    with connect(scratch) as database:
        take_out_duplicates(database, found.parts, ACCESS_IDENTITY)
    assert [row["patient"] for row in rows(found.parts[0].parquet)] == ["P1", "P2"]
    assert (found.parts[0].rows, len(found.parts[0].quarantined), found.parts[0].duplicates) == (4, 1, 1)
    assert found.not_accesses == {"clock sync": 1}


def test_a_large_file_goes_the_fast_way_and_loses_nothing(scratch: Path) -> None:
    path = scratch / "log.csv"
    path.write_bytes(HEADER + b"".join(row(at % 60, f"e{at % 900}", "P1") for at in range(1000)))
    source = Source("log.csv", path, CHICAGO)
    with connect(scratch) as database:
        found = read_fast(database, plain.FORMAT, source, scratch / "log.parquet")
        assert found is not None
        take_out_duplicates(database, found.parts, ACCESS_IDENTITY)
    assert pq.read_metadata(found.parts[0].parquet).num_rows == 900
    assert (found.parts[0].rows, found.parts[0].duplicates) == (1000, 100)


@pytest.mark.parametrize("bad", [b"yesterday,mlopez,open,P1,e1\n", b"a,b\n", b'2026-03-02,"m,open,P1,e1\n'])
def test_a_large_file_with_a_fault_is_read_with_care(bad: bytes, scratch: Path) -> None:
    path = scratch / "log.csv"
    path.write_bytes(HEADER + row(1) + bad + row(2))
    source = Source("log.csv", path, CHICAGO)
    with connect(scratch) as database:
        assert read_fast(database, plain.FORMAT, source, scratch / "log.parquet") is None
        found = write_accesses(database, plain.FORMAT, source, scratch / "log.parquet", small=0)
    assert [fault.line for fault in found.parts[0].quarantined] == [3]
    assert pq.read_metadata(found.parts[0].parquet).num_rows == 2


def test_the_line_of_a_conflict_is_found_after_the_fast_way(scratch: Path) -> None:
    path = scratch / "log.csv"
    path.write_bytes(HEADER + row(1, "e1") + b"\n" + row(2, "e2") + row(3, "e1"))
    source = Source("log.csv", path, CHICAGO)
    with connect(scratch) as database:
        found = write_accesses(database, plain.FORMAT, source, scratch / "log.parquet", small=0)
        take_out_duplicates(database, found.parts, ACCESS_IDENTITY)
    assert [fault.line for fault in found.parts[0].quarantined] == [5]
    assert [row["event"] for row in rows(found.parts[0].parquet)] == ["e1", "e2"]


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_a_large_file_with_a_few_faults_is_read_by_pieces(end: bytes, scratch: Path) -> None:
    lines = [row(at % 60, f"e{at}") for at in range(1000)]
    lines[300], lines[301], lines[700], lines[999] = b"bad\n", b"\n", b"yesterday,mlopez,open,P1,e700\n", row(1, "e2")
    path = scratch / "log.csv"
    path.write_bytes((b"\n" + HEADER + b"".join(lines)).replace(b"\n", end))
    source = Source("log.csv", path, CHICAGO)
    with connect(scratch) as database:
        found = write_accesses(database, plain.FORMAT, source, scratch / "log.parquet", small=0, piece=5000)
        take_out_duplicates(database, found.parts, ACCESS_IDENTITY)
    assert len(found.parts) > 5
    assert [fault.line for part in found.parts for fault in part.quarantined] == [303, 703, 1002]
    assert sum(part.rows for part in found.parts) == 999
    read = [read["event"] for part in found.parts for read in rows(part.parquet)]
    assert read == [f"e{at}" for at in range(1000) if at not in (300, 301, 700, 999)]


def test_a_file_with_quotes_is_not_cut(scratch: Path) -> None:
    path = scratch / "log.csv"
    path.write_bytes(HEADER + b'2026-03-02,"m\nlopez",open,P1,e0\n' + row(1, "e1") * 3 + row(2, '"e2"'))
    source = Source("log.csv", path, CHICAGO)
    with connect(scratch) as database:
        found = write_accesses(database, plain.FORMAT, source, scratch / "log.parquet", small=0, piece=50)
    assert len(found.parts) == 1
    assert [fault.line for fault in found.parts[0].quarantined] == [2, 3]
