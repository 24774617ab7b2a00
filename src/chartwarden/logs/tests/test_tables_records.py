"""Lines and rows of CSV, where quotes and line ends go wrong."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartwarden.logs.tables.records import BLOCK, ROW_LIMIT, Lines, Records
from chartwarden.logs.tables.values import RowFault


def read(content: bytes, width: int | None = 2) -> list[tuple[int, list[str] | None]]:
    records = Records(io.BytesIO(content), ",")
    records.width = width
    return [(line, None if isinstance(fields, RowFault) else fields) for line, fields in records]


def lines(content: bytes) -> list[bytes]:
    source = Lines(io.BytesIO(content))
    found = []
    while (line := source.next()) is not None:
        found.append(line[1])
    return found


CASES = {
    "quoted": (b'"a,""b""",c\n', [(1, ['a,"b"', "c"])]),
    "line break within quotes": (b'a,"b\nc"\nd,e\n', [(1, ["a", "b\nc"]), (3, ["d", "e"])]),
    "empty quotes": (b'"",""\n', [(1, ["", ""])]),
    "blank lines": (b"a,b\n\n\r\nc,d", [(1, ["a", "b"]), (4, ["c", "d"])]),
    "CR alone": (b"a,b\rc,d\r", [(1, ["a", "b"]), (2, ["c", "d"])]),
    "never closed": (b'a,b\nc,"d\ne,f\ng,h\n', [(1, ["a", "b"]), (2, None), (3, ["e", "f"]), (4, ["g", "h"])]),
    "closed by a later row's quote": (
        b'"a,b\nc,d\ne,"f"\n',
        [(1, None), (2, ["c", "d"]), (3, ["e", "f"])],
    ),
    "closed by a stray quote": (b'"a,b\nc,d\ne",f,g\n', [(1, None), (2, ["c", "d"]), (3, None)]),
    "two in a row": (b'"a,b\n"c,d\ne,f\n', [(1, None), (2, None), (3, ["e", "f"])]),
    "wrong width over lines": (b'a,"b\nc",d\ne,f\n', [(1, None), (2, None), (3, ["e", "f"])]),
}


@pytest.mark.parametrize("what", CASES)
def test_rows(what: str) -> None:
    content, expected = CASES[what]
    assert read(content) == expected


def test_a_row_whose_values_are_wrong_gives_its_other_lines_back() -> None:
    records = Records(io.BytesIO(b'"a\nb,c\nd",e\nf,g\n'), ",")
    records.width = 2
    each = iter(records)
    assert next(each) == (1, ["a\nb,c\nd", "e"])
    records.reread()
    assert next(each) == (2, ["b", "c"])
    line, fault = next(each)
    assert (line, isinstance(fault, RowFault)) == (3, True)
    assert next(each) == (4, ["f", "g"])


@given(st.lists(st.sampled_from([b"a", b"\r", b"\n", b"\r\n", b"bc" * 9]), max_size=40), st.integers(0, 4))
def test_lines_are_split_alike_wherever_blocks_end(pieces: list[bytes], before: int) -> None:
    content = b"x" * (BLOCK - before) + b"".join(pieces)
    assert lines(content) == content.splitlines(keepends=True)


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
def test_a_long_line_is_cut_and_ends_where_it_ends(end: bytes) -> None:
    long = b"x" * (BLOCK * 160 - 1)
    found = lines(b"a" + end + long + end + b"b" + end)
    assert (found[0], found[2]) == (b"a" + end, b"b" + end)
    assert ROW_LIMIT < len(found[1]) < ROW_LIMIT + BLOCK * 2
