"""A feed as CSV or TSV: its header, its rows read with care, and the SELECT that reads them fast."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from chartwarden.kernel.errors import refuse
from chartwarden.logs.contracts import Feed
from chartwarden.logs.engine import name, text
from chartwarden.logs.tables.header import Header, match_header
from chartwarden.logs.tables.records import ROW_LIMIT, Records
from chartwarden.logs.tables.scan import Scan
from chartwarden.logs.tables.values import RowFault

Texts = Mapping[str, str | None]
BOM = "\ufeff"
T = TypeVar("T")


def read_header(feed: Feed, path: Path, file: str, delimiter: str) -> Header:
    """The header alone. Raises InputRefused as ``rows`` does."""
    with path.open("rb") as source:
        return _header(feed, iter(Records(source, delimiter)), file)


def rows(
    feed: Feed, path: Path, file: str, delimiter: str, read: Callable[[int, Texts], T]
) -> Iterator[tuple[int, T | RowFault]]:
    """Every row with its line, as ``read`` makes it from the line and the texts by the feed's column names.

    A row is a fault where it can't be split, or where ``read`` raises one. Of a faulty row of several lines only the
    first is the fault; the others are read again as rows of their own. Raises InputRefused where the header can't be
    used.
    """
    with path.open("rb") as source:
        records = Records(source, delimiter)
        each = iter(records)
        header = _header(feed, each, file)
        records.width = header.width
        places = tuple(header.places.items())
        for line, fields in each:
            found: T | RowFault
            try:
                found = (
                    fields if isinstance(fields, RowFault) else read(line, {name: fields[at] for name, at in places})
                )
            except RowFault as fault:
                records.reread()
                found = fault
            yield line, found


def _header(feed: Feed, each: Iterator[tuple[int, list[str] | RowFault]], file: str) -> Header:
    line, names = next(each, (1, []))
    where = f"{file}, line {line}"
    if isinstance(names, RowFault):
        raise refuse(where, "a header row in UTF-8", str(names).partition("found ")[2])
    if names:
        names[0] = names[0].removeprefix(BOM)
    if not any(found.strip() for found in names):
        raise refuse(file, "a header row", "an empty file")
    return match_header(feed, names, where)


def select(path: Path, header: Header, delimiter: str, seen: Scan) -> str:
    """A SELECT of the feed's columns as trimmed texts, null where empty. DuckDB raises where a row is malformed."""
    columns = ", ".join(f"'c{at}': 'VARCHAR'" for at in range(header.width))
    line_end = "\\r\\n" if seen.crlf else "\\n"
    table = (
        f"read_csv({text(path.as_posix())}, auto_detect=false, header=true, columns={{{columns}}}, "
        f"delim={text(delimiter)}, quote='\"', escape='\"', new_line='{line_end}', encoding='utf-8', comment='', "
        f"strict_mode=true, null_padding=false, ignore_errors=false, max_line_size={ROW_LIMIT})"
    )
    wanted = ", ".join(f"{_clean(f'c{at}', seen)} AS {name(column)}" for column, at in header.places.items())
    return f"SELECT {wanted} FROM {table}"


def _clean(column: str, seen: Scan) -> str:
    if seen.blanks:
        return f"nullif(trim({column}), '')"
    return f"nullif({column}, '')" if seen.quotes else column
