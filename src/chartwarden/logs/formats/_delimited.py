"""Rows of a CSV, TSV or pipe-delimited file, in which one bad row costs no other.

Quoting is RFC 4180's: a quoted field may hold delimiters, line breaks and doubled quotes. Where a quote stays open,
the lines after it are tried as its continuation; unless they close it well and give the right number of fields, the
first line alone is a fault and reading goes on with the next. A quoted field can therefore span lines, and an
unterminated quote can't swallow the rows behind it.

Faults of one row: bytes that are not UTF-8, a NUL byte, more than ROW_LIMIT bytes, a malformed or unterminated quote,
a number of fields other than the header's. Blank lines are no rows.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from chartwarden.kernel.errors import refuse
from chartwarden.logs.contracts import Quarantined, Row, Source
from chartwarden.logs.formats._row_values import RowFault, Values

ROW_LIMIT = 1 << 20
LINES_LIMIT = 1000
DELIMITERS = (",", "\t", "|")
# How databases write "no value" in their exports: MySQL and SQL Server NULL, MySQL and PostgreSQL \N.
NO_VALUE = ("", "NULL", "\\N")


@dataclass(frozen=True)
class Header:
    """The first line: its delimiter and column names, trimmed and unquoted."""

    delimiter: str
    names: tuple[str, ...]


def header(line: str) -> Header:
    """Split a header line by whichever delimiter gives most columns; on a tie the comma, then the tab."""
    delimiter = max(DELIMITERS, key=line.count)
    return Header(delimiter, tuple(name.strip().strip('"').strip() for name in line.split(delimiter)))


def read_rows(
    source: Source,
    required: tuple[str, ...],
    row: Callable[[int, Values], Row],
    rename: Callable[[str], str] = str,
) -> Iterator[Row]:
    """Each row of a file as ``row`` reads it, by column name; its RowFault quarantines the row.

    ``rename`` makes a header's names the ones that ``row`` and ``required`` use. Raises InputRefused where the file
    is empty or a required column is missing.
    """
    for line, values in read_table(source.path, source.name, required, rename):
        if isinstance(values, RowFault):
            yield Quarantined(line, str(values))
            continue
        try:
            found = row(line, values)
        except RowFault as fault:
            found = Quarantined(line, str(fault))
        yield found


def read_table(
    path: Path, name: str, required: tuple[str, ...], rename: Callable[[str], str] = str
) -> Iterator[tuple[int, Values | RowFault]]:
    """Each row's line and its values by column name (trimmed; None for no value), or its fault.

    Raises InputRefused where the file is empty or a required column is missing.
    """
    with path.open("rb") as file:
        lines = _Lines(file)
        first = lines.next()
        if first is None or not first[1]:
            raise refuse(f"{name}, line 1", "a header row", "an empty file" if first is None else "no readable line")
        head = header(first[1].decode("utf-8-sig", errors="replace").rstrip("\r\n"))
        names = tuple(rename(found) for found in head.names)
        missing = [column for column in required if column not in names]
        if missing:
            raise refuse(f"{name}, line 1", "the columns " + ", ".join(required), "no " + ", ".join(missing))
        split = _splitter(head.delimiter.encode())
        while (begun := lines.next()) is not None:
            number, raw = begun
            if raw is None or raw.strip(b"\r\n"):
                yield number, _values(_record(raw, lines, split, len(names)), names)


def _values(fields: list[bytes] | RowFault, names: tuple[str, ...]) -> Values | RowFault:
    if isinstance(fields, RowFault):
        return fields
    try:
        texts = [field.decode().strip() for field in fields]
    except UnicodeDecodeError as fault:
        return RowFault(f"expected UTF-8; found the byte 0x{fault.object[fault.start]:02X}")
    return {name: None if text in NO_VALUE else text for name, text in zip(names, texts, strict=True)}


def _record(first: bytes | None, lines: _Lines, split: _Splitter, width: int) -> list[bytes] | RowFault:
    if first is None:
        return RowFault(f"expected a row of at most {ROW_LIMIT:,} bytes; found a longer one")
    if b"\0" in first:
        return RowFault("expected text; found a NUL byte")
    text = first.rstrip(b"\r\n")
    fields = split(text)
    if fields is None and text.count(b'"') % 2:
        return _continued(first, lines, split, width)
    if fields is None:
        return RowFault("expected a quoted field to end at a delimiter; found text behind its closing quote")
    if len(fields) != width:
        return RowFault(f"expected {width} fields; found {len(fields)}")
    return fields


def _continued(first: bytes, lines: _Lines, split: _Splitter, width: int) -> list[bytes] | RowFault:
    """A row whose quote is open at the end of its first line: the row, or the fault of that line alone.

    Only a line with an odd number of quotes can close the quote, so the first such line decides.
    """
    taken: list[_Line] = []
    size = len(first)
    while (following := lines.next()) is not None:
        taken.append(following)
        raw = following[1]
        if raw is None or b"\0" in raw or len(taken) > LINES_LIMIT:
            break
        size += len(raw)
        if size > ROW_LIMIT:
            break
        if raw.count(b'"') % 2:
            fields = split((first + b"".join(part for _, part in taken if part)).rstrip(b"\r\n"))
            if fields is not None and len(fields) == width:
                return fields
            break
    lines.give_back(taken)
    return RowFault("expected a closing quote; found none that completes the row")


_Line = tuple[int, bytes | None]
_Splitter = Callable[[bytes], list[bytes] | None]


class _Lines:
    """The lines of a file with their numbers from 1; a line longer than ROW_LIMIT is None. Lines can be given back."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._number = 0
        self._back: deque[_Line] = deque()

    def next(self) -> _Line | None:
        if self._back:
            return self._back.popleft()
        raw = self._file.readline(ROW_LIMIT + 1)
        if not raw:
            return None
        self._number += 1
        if len(raw) <= ROW_LIMIT:
            return self._number, raw
        while raw and not raw.endswith(b"\n"):
            raw = self._file.readline(ROW_LIMIT + 1)
        return self._number, None

    def give_back(self, lines: list[_Line]) -> None:
        self._back.extendleft(reversed(lines))


def _splitter(delimiter: bytes) -> _Splitter:
    """Split one whole row into fields; None where its quoting is malformed or stays open."""
    mark = re.escape(delimiter)
    field = re.compile(
        rb'(?:"(?P<quoted>[^"]*+(?:""[^"]*+)*+)"|(?P<bare>(?!")[^' + mark + rb"]*))(?P<end>" + mark + rb"|\Z)"
    )

    def split(row: bytes) -> list[bytes] | None:
        if b'"' not in row:
            return row.split(delimiter)
        fields: list[bytes] = []
        at = 0
        while (found := field.match(row, at)) is not None:
            quoted = found["quoted"]
            fields.append(found["bare"] if quoted is None else quoted.replace(b'""', b'"'))
            if not found["end"]:
                return fields
            at = found.end()
        return None

    return split
