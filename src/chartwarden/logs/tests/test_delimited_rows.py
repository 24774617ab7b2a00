"""The tolerant reader of delimited rows: one bad row costs no other."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartwarden.kernel.errors import InputRefused
from chartwarden.logs.formats._delimited import LINES_LIMIT, ROW_LIMIT, header, read_table
from chartwarden.logs.formats._row_values import RowFault


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("delimited")


def table(folder: Path, content: bytes, required=("a",)):
    path = folder / "t.csv"
    path.write_bytes(content)
    return list(read_table(path, "t.csv", required))


def faults(rows):
    return [line for line, values in rows if isinstance(values, RowFault)]


def firsts(rows):
    return [(line, values["a"]) for line, values in rows if not isinstance(values, RowFault)]


def test_reads_rfc_4180_quoting_over_lines(folder):
    rows = table(folder, b'\xef\xbb\xbfa,b\r\n"x, ""y""\r\nz",2\r\n\r\n3,NULL\r\n')
    assert rows == [(2, {"a": 'x, "y"\r\nz', "b": "2"}), (5, {"a": "3", "b": None})]


def test_finds_tab_and_pipe():
    assert header("a\tb\tc,d").names == ("a", "b", "c,d")
    assert header('"a"|b|c').names == ("a", "b", "c")


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (b'"open,2', "closing quote"),
        (b'"x"y,2', "closing quote"),
        (b"1", "expected 2 fields; found 1"),
        (b"1,2,3", "expected 2 fields; found 3"),
        (b"1,\0", "NUL"),
        (b"1,\xff", "0xFF"),
        (b"1," + b"x" * (10 << 20), "at most"),
    ],
)  # fmt: skip
def test_a_bad_row_is_one_fault_and_its_neighbours_are_read(folder, bad, says):
    rows = table(folder, b"a,b\ngood1,1\n" + bad + b'\n"good2",2\ngood3,3\n')
    assert faults(rows) == [3]
    assert says in str(rows[1][1])
    assert firsts(rows) == [(2, "good1"), (4, "good2"), (5, "good3")]


def test_an_open_quote_ends_at_the_limits(folder):
    rows = table(folder, b'a,b\n"open,2\n' + b"1,2\n" * (LINES_LIMIT + 5) + b'x",2\n')
    assert faults(rows) == [2]
    assert len(firsts(rows)) == LINES_LIMIT + 6
    assert faults(table(folder, b'a,b\n"open\n' + b"1,2\n" + b"x" * ROW_LIMIT + b'",2\n1,2\n')) == [2, 4]


def test_refuses_what_is_no_table(folder):
    with pytest.raises(InputRefused, match=r"line 1: expected a header row; found an empty file"):
        table(folder, b"")
    with pytest.raises(InputRefused, match="expected the columns a, z; found no z"):
        table(folder, b"a,b\n1,2\n", ("a", "z"))


@given(garbage=st.binary(max_size=60).map(lambda raw: raw.replace(b"\n", b"")), at=st.integers(0, 6))
def test_any_one_line_of_garbage_costs_no_good_row(folder, garbage, at):
    good = [b'%d,"x ""%d"""' % (n, n) for n in range(6)]
    lines = [*good[:at], garbage, *good[at:]]
    rows = table(folder, b"a,b\n" + b"\n".join(lines) + b"\n")
    read = {values["a"] for _, values in rows if not isinstance(values, RowFault)}
    assert {str(n) for n in range(6)} <= read
    assert [line for line, _ in rows] == [n for n, raw in enumerate(lines, start=2) if raw.strip(b"\r\n")]
