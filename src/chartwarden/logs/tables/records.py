"""The rows of a CSV or TSV file, in which one bad row costs no other. The careful way's reader.

Quoting is RFC 4180's: a value may stand in double quotes, and may then hold delimiters, line breaks and doubled
quotes; a quote anywhere else is a fault. Lines end with LF, CR LF or CR. Blank lines are no rows. Empty values too
many at the end of a row, as some exports write them, are let pass.

A quote may have been left open by mistake, and then swallows the rows behind it until another quote comes. So
whatever is wrong with a row of several lines, only its first line is the fault, and reading goes on with the second.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from typing import BinaryIO

from chartwarden.logs.tables.values import EncodingFault, RowFault

ROW_LIMIT = 1 << 17
BLOCK = 1 << 16
TOO_LONG = f"expected a row of at most {ROW_LIMIT:,} bytes; found a longer one"
OPEN_QUOTE = "expected a closing quote; found none before the next row"
STRAY_QUOTE = "expected quotes around a whole value, doubled within it; found a quote elsewhere"


class Records:
    """Iterates over ``(line, fields)`` or ``(line, fault)``, where ``line`` counts from 1 and is where the row begins.

    ``width`` is the number of columns that rows must have, once it is known. After a row whose values turn out to be
    wrong, call ``reread`` before asking for the next.
    """

    def __init__(self, file: BinaryIO, delimiter: str) -> None:
        self._lines = Lines(file)
        self._delimiter = delimiter
        mark = re.escape(delimiter)
        self._field = re.compile(f'(?:"([^"]*(?:""[^"]*)*)"|([^"{mark}]*))({mark}|\\Z)')
        self.width: int | None = None
        self._continuation: list[tuple[int, bytes]] = []

    def __iter__(self) -> Iterator[tuple[int, list[str] | RowFault]]:
        while (begun := self._lines.next()) is not None:
            self._continuation = []
            line, raw = begun
            if raw.strip(b"\r\n"):
                yield line, self._record(raw)

    def reread(self) -> None:
        """Let the rest of the last row, if it had several lines, be read as rows of their own."""
        self._lines.give_back(self._continuation)
        self._continuation = []

    def _record(self, raw: bytes) -> list[str] | RowFault:
        if len(raw) > ROW_LIMIT:
            return RowFault(TOO_LONG)
        fields = self._fields(raw)
        if fields is None:
            fields = self._continued(raw)
        if isinstance(fields, RowFault) or self.width in (None, len(fields)):
            return fields
        if not any(fields[self.width :]) and self.width and len(fields) > self.width:
            return fields[: self.width]
        if self._continuation:
            self.reread()
            return RowFault(OPEN_QUOTE)
        return RowFault(f"expected {self.width} columns; found {len(fields)}")

    def _continued(self, raw: bytes) -> list[str] | RowFault:
        """A row whose quote is open at the end of its first line.

        Whole quoted values hold an even number of quotes, so the row is open until its quotes come out even.
        """
        row = bytearray(raw)
        is_open = True
        while is_open and len(row) <= ROW_LIMIT and (following := self._lines.next()) is not None:
            self._continuation.append(following)
            row += following[1]
            is_open = following[1].count(b'"') % 2 == 0
        fields = None if is_open or len(row) > ROW_LIMIT else self._fields(bytes(row))
        if isinstance(fields, list):
            return fields
        self.reread()
        return RowFault(OPEN_QUOTE)

    def _fields(self, raw: bytes) -> list[str] | RowFault | None:
        """The row's values; a fault; or None where a quote is still open."""
        if b"\0" in raw:
            return RowFault("expected text; found a NUL byte")
        try:
            row = raw.decode()
        except UnicodeDecodeError as fault:
            return EncodingFault(f"expected UTF-8; found the byte 0x{raw[fault.start]:02X}")
        row = row[:-2] if row.endswith("\r\n") else row[:-1] if row.endswith(("\n", "\r")) else row
        return row.split(self._delimiter) if '"' not in row else self._quoted(row)

    def _quoted(self, row: str) -> list[str] | RowFault | None:
        fields: list[str] = []
        at = 0
        while (found := self._field.match(row, at)) is not None:
            quoted = found[1]
            fields.append(found[2] if quoted is None else quoted.replace('""', '"'))
            at = found.end()
            if not found[3]:
                return fields
        is_open = row[at : at + 1] == '"' and '"' not in row[at + 1 :].replace('""', "")
        return None if is_open else RowFault(STRAY_QUOTE)


class Lines:
    """The lines of a file, with their ends and numbers. Of a line longer than ROW_LIMIT only a part is kept.

    ``next`` gives the next line and its number from 1, or None at the end.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._each = enumerate(_lines(file), 1)
        self._ahead: deque[tuple[int, bytes]] = deque()

    def next(self) -> tuple[int, bytes] | None:
        """The next line; those given back come first."""
        return self._ahead.popleft() if self._ahead else next(self._each, None)

    def give_back(self, lines: list[tuple[int, bytes]]) -> None:
        """Let these lines, the last that were taken, come again."""
        self._ahead.extendleft(reversed(lines))


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Lines that end with LF, CR LF or CR; one longer than ROW_LIMIT is cut, but stays longer than that."""
    unfinished = b""
    while block := file.read(BLOCK):
        lines = (unfinished + block).splitlines(keepends=True)
        unfinished = b"" if lines[-1].endswith(b"\n") else lines.pop()
        if len(unfinished) > ROW_LIMIT:
            # Its last byte may be the CR that ends it.
            unfinished = unfinished[:ROW_LIMIT] + unfinished[-1:]
        yield from lines
    yield from unfinished.splitlines(keepends=True)
