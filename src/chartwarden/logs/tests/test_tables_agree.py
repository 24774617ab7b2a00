"""The fast and the careful way read the same file to the same rows."""

from __future__ import annotations

import csv
import io
import tempfile
from datetime import date, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from chartwarden.kernel.errors import InputRefused
from chartwarden.logs.engine import connect
from chartwarden.logs.tables.files import open_table
from chartwarden.logs.tables.reading import read_careful, read_fast
from chartwarden.logs.tests.support import ASSIGNMENTS, CHICAGO, HEADER, rows

# A failing file is small enough to be read as it is; shrinking it takes minutes.
PHASES = [phase for phase in Phase if phase is not Phase.shrink]
COLUMNS = [column.name for column in ASSIGNMENTS.columns]
INSTANTS = st.one_of(
    st.datetimes().map(lambda moment: moment.isoformat()),
    st.datetimes().map(lambda moment: moment.isoformat(sep=" ", timespec="minutes")),
    st.datetimes(timezones=st.timezones()).map(lambda moment: moment.isoformat(timespec="milliseconds")),
    st.datetimes().map(lambda moment: f"{moment.isoformat(timespec='seconds')}Z"),
    st.dates().map(str),
    st.from_regex(
        r"20[0-4]\d-(03|11)-(0\d|1[0-4])[T ](0[0-4]|2[34]):[0-6]\d(:[0-6]\d)?(Z|[+-]\d\d(:?\d\d)?)?", fullmatch=True
    ),
    st.sampled_from(["2026-03-08T02:30:00", "2026-11-01T01:30:00", "2026-03-08T14:05:0 ", " 2026-03-08"]),
    st.sampled_from(["20260308T0105", "2026-W10-7"]),
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=8), st.text('ab,;" \t\r\n\u00a0\x00é', max_size=6))
VALUES = {
    "id": st.one_of(st.sampled_from(["A1", " A1", "A2 ", "é"]), TEXTS),
    "text": TEXTS,
    "word": st.sampled_from(["initial", "audit", " audit", "Audit", "audit\u00a0", ""]),
    "zone": st.sampled_from(["UTC", "America/Chicago", "Mars/Olympus", "utc", ""]),
    "instant": INSTANTS,
    "date": st.one_of(
        st.dates().map(str), st.sampled_from(["2026-02-30", "20260308", "0000-01-01", " 2026-03-08", ""])
    ),
    "time": st.sampled_from(["07:30", "7:30", "24:00", "23:59", "07:60", "07:30:00", ""]),
    "words": st.sampled_from(["a;b", " a ; b ", ";", "a;;b", "a", "\ta", ""]),
    "flag": st.sampled_from(["true", "False", "YES", "no", "1", "0", "maybe", ""]),
    "number": st.sampled_from(["1", "-1.5", "+2", "1e3", "nan", "1.", ".5", "0001", ""]),
}
GOOD_VALUES = {
    "id": st.sampled_from(["A1", " A2", "é "]),
    "text": st.sampled_from(["", "a,b", 'say "x"', "two\nlines", " spaced "]),
    "word": st.sampled_from(["initial", "audit", " audit"]),
    "zone": st.sampled_from(["UTC", "America/Chicago", ""]),
    "instant": st.datetimes(datetime(2000, 1, 2), datetime(2039, 12, 30)).map(
        lambda moment: moment.isoformat(timespec=("minutes", "seconds", "microseconds")[moment.second % 3])
    ),
    "date": st.dates(date(1900, 1, 1), date(2000, 1, 1)).map(str),
    "time": st.times().map(lambda moment: moment.isoformat(timespec="minutes")),
    "words": st.sampled_from(["a;b", " a ; b ", ";", "", "a"]),
    "flag": st.sampled_from(["true", "No", "1", ""]),
    "number": st.sampled_from(["1", "-1.5", "+2", "0001", ""]),
}


@st.composite
def some_rows(draw: st.DrawFn) -> list[tuple[str, ...]]:
    """A few rows, mostly good: any value may stand in at most one place of each."""
    kinds = [column.kind for column in ASSIGNMENTS.columns]
    table = []
    for at in range(draw(st.integers(1, 3))):
        row = [draw(GOOD_VALUES[kind]) for kind in kinds]
        row[0] += str(at)
        row[4] = draw(st.sampled_from(["", "2039-12-31", "2039-12-31T10:00Z", row[4]]))
        odd = draw(st.integers(-len(kinds), len(kinds) - 1))
        if odd >= 0:
            row[odd] = draw(VALUES[kinds[odd]])
        table.append(tuple(row))
    return table


ROWS = some_rows()


@pytest.fixture(scope="module")
def database() -> duckdb.DuckDBPyConnection:
    return connect(Path(tempfile.gettempdir()))


def both(database: duckdb.DuckDBPyConnection, content: bytes, name: str) -> bool:
    """Read a file by both ways, compare, and tell whether the fast way read it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_bytes(content)
        try:
            table = open_table(ASSIGNMENTS, path, name)
        except InputRefused:
            return False
        fast = read_fast(database, ASSIGNMENTS, table, name, CHICAGO, Path(folder, "fast.parquet"))
        if fast is None:
            return False
        careful = read_careful(ASSIGNMENTS, table, name, CHICAGO, Path(folder, "careful.parquet"))
        assert careful.quarantined == []
        assert rows(fast.parquet) == rows(careful.parquet)
        assert pq.read_schema(fast.parquet).types == pq.read_schema(careful.parquet).types
        assert (fast.rows, fast.guessed) == (careful.rows, careful.guessed)
        assert fast.lines().tolist() == careful.lines().tolist()
        return True


@settings(max_examples=60, deadline=None, phases=PHASES)
@given(ROWS, st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_written_rows(
    database: duckdb.DuckDBPyConnection, table: list[tuple[str, ...]], quoting: int, end: str, bom: bool
) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=quoting, lineterminator=end)
    writer.writerows([COLUMNS, *table])
    both(database, ("\ufeff" if bom else "").encode() + text.getvalue().encode(), "assignments.csv")


@settings(max_examples=100, deadline=None, phases=PHASES)
@given(st.lists(st.text('ab,"\r\n \t\x00é', max_size=12), max_size=4))
def test_any_text_at_all(database: duckdb.DuckDBPyConnection, pieces: list[str]) -> None:
    good = b"A%d,P1,initial,2026-03-08 09:00,,,,a;b,,,,%s\n"
    lines = [good % (at, piece.encode()) + piece.encode() for at, piece in enumerate(pieces)]
    both(database, HEADER + b"".join(lines), "assignments.csv")


@settings(max_examples=60, deadline=None, phases=PHASES)
@given(ROWS)
def test_parquet(database: duckdb.DuckDBPyConnection, table: list[tuple[str, ...]]) -> None:
    columns = dict(zip(COLUMNS, map(list, zip(*table, strict=True)), strict=True))
    buffer = io.BytesIO()
    pq.write_table(pa.table(columns), buffer)
    both(database, buffer.getvalue(), "assignments.parquet")


GOOD = (
    b"A1,P1,initial,2026-03-08T02:30:00,2026-03-09,2026-03-08,07:30,a;b,yes,12.5,UTC,why\n"
    b"A2,P1,audit,2026-11-01 01:30,2026-11-01T07:30:00Z,,,,,,,\n"
    b"A3,P1,audit,2026-11-01T01:30:00.123456-05:00,,,,,,,,\n"
)


@pytest.mark.parametrize(
    "content", [GOOD, GOOD.replace(b"\n", b"\r\n"), GOOD.replace(b"why", b'"w\n""hy"""'), GOOD[:-1]]
)
def test_good_files_go_the_fast_way(database: duckdb.DuckDBPyConnection, content: bytes) -> None:
    header = HEADER.replace(b"\n", b"\r\n") if b"\r\n" in content else HEADER
    assert both(database, header + content, "assignments.csv")


def test_good_tsv_goes_the_fast_way(database: duckdb.DuckDBPyConnection) -> None:
    assert both(database, (HEADER + GOOD).replace(b",", b"\t"), "assignments.tsv")


def test_native_parquet_goes_the_fast_way(database: duckdb.DuckDBPyConnection) -> None:
    table = pa.table(
        {
            "assignment": pa.array([1, 2]),
            "patient": ["P1 ", "P2"],
            "kind": ["audit", "audit"],
            "assigned_at": pa.array([1_000_000_000_000_000, 1_772_958_600_000_000], pa.timestamp("us")),
            "ended_at": pa.array([None, 1_772_999_999_000_000], pa.timestamp("us", "UTC")),
            "due_on": pa.array([None, 20_000], pa.date32()),
        }
    )
    buffer = io.BytesIO()
    pq.write_table(table, buffer)
    assert both(database, buffer.getvalue(), "assignments.parquet")
