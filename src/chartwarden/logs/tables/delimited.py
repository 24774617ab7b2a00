"""A feed as CSV or TSV: its header, its rows read with care, and the SELECT that reads them fast."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

from chartwarden.kernel.errors import refuse
from chartwarden.logs.contracts import Feed
from chartwarden.logs.engine import name, text
from chartwarden.logs.tables import typed
from chartwarden.logs.tables.header import Header, match_header
from chartwarden.logs.tables.records import ROW_LIMIT, Records
from chartwarden.logs.tables.rows import T, Texts
from chartwarden.logs.tables.scan import Scan, scan
from chartwarden.logs.tables.values import RowFault

BOM = "\ufeff"
START = 65_536


class DelimitedTable:
    """A CSV or TSV file, or one with another delimiter, its ``mark``.

    Raises InputRefused, when made, where the header can't be used.
    """

    def __init__(self, feed: Feed, path: Path, file: str, mark: str | None = None) -> None:
        self._feed, self._path, self._file = feed, path, file
        self._delimiter = mark or delimiter(path, file)
        with path.open("rb") as source:
            self._found = self._header(iter(Records(source, self._delimiter)))

    def header(self) -> Header:
        """Its columns."""
        return self._found

    def rows(self, read: Callable[[int, Texts], T]) -> Iterator[tuple[int, T | RowFault]]:
        """Every row with its line, as ``read`` makes it from the line and the texts by the feed's column names.

        A row is a fault where it can't be split, or where ``read`` raises one. Of a faulty row of several lines only
        the first is the fault; the others are read again as rows of their own.
        """
        places = tuple(self._found.places.items())
        with self._path.open("rb") as source:
            records = Records(source, self._delimiter)
            each = iter(records)
            next(each)
            records.width = self._found.width
            for line, fields in each:
                found: T | RowFault
                try:
                    found = fields if isinstance(fields, RowFault) else read(line, {c: fields[at] for c, at in places})
                except RowFault as fault:
                    records.reread()
                    found = fault
                yield line, found

    def select(self, zone: ZoneInfo) -> str | None:
        """A SELECT as ``typed.select`` says; None where the file needs the careful way.

        DuckDB raises where a row can't be split.
        """
        texts = self.texts()
        return typed.select(self._feed, texts, zone) if texts else None

    def texts(self) -> typed.Texts | None:
        """A SELECT of the feed's columns as texts; None where the file needs the careful way."""
        seen = scan(self._path, self._delimiter)
        return typed.Texts(self._texts(seen), self._found.present, seen.quotes) if seen.regular else None

    def count(self) -> int | None:
        """How many rows it has, where ``select`` gives a SELECT."""
        return scan(self._path, self._delimiter).rows

    def header_lines(self) -> int | None:
        """The lines up to and with the header, where the file may be cut at line ends; else None."""
        return self._line if scan(self._path, self._delimiter).whole_lines else None

    def _header(self, each: Iterator[tuple[int, list[str] | RowFault]]) -> Header:
        line, names = next(each, (1, []))
        self._line = line
        where = f"{self._file}, line {line}"
        if isinstance(names, RowFault):
            raise refuse(where, "a header row in UTF-8", str(names).partition("found ")[2])
        names = [found.removeprefix(BOM) for found in names]
        if not any(found.strip() for found in names):
            raise refuse(self._file, "a header row", "an empty file")
        return match_header(self._feed, names, where)

    def _texts(self, seen: Scan) -> str:
        """A SELECT of the feed's columns as trimmed texts, null where empty."""
        columns = ", ".join(f"'c{at}': 'VARCHAR'" for at in range(self._found.width))
        table = (
            f"read_csv({text(self._path.as_posix())}, auto_detect=false, header=true, columns={{{columns}}}, "
            f"delim={text(self._delimiter)}, quote='\"', escape='\"', encoding='utf-8', "
            f"comment='', strict_mode=true, null_padding=false, ignore_errors=false, max_line_size={ROW_LIMIT})"
        )
        places = self._found.places.items()
        return f"SELECT {', '.join(f'{_clean(at, seen)} AS {name(column)}' for column, at in places)} FROM {table}"


def delimiter(path: Path, file: str) -> str:
    """The tab, by the file's name or where its header has tabs and no comma; else the comma."""
    with path.open("rb") as source:
        header = source.readline(START)
    return "\t" if file.endswith((".tsv", ".tsv.gz")) or (b"\t" in header and b"," not in header) else ","


def _clean(at: int, seen: Scan) -> str:
    if seen.blanks:
        return f"nullif(trim(c{at}), '')"
    return f"nullif(c{at}, '')" if seen.quotes else f"c{at}"
