"""One feed file, whatever its layout: told by its bytes, then read with care or by a SELECT."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from chartwarden.kernel.errors import refuse
from chartwarden.logs.contracts import Feed
from chartwarden.logs.tables.columnar import ParquetTable
from chartwarden.logs.tables.delimited import DelimitedTable
from chartwarden.logs.tables.header import Header
from chartwarden.logs.tables.ndjson import NdjsonTable
from chartwarden.logs.tables.rows import T, Texts
from chartwarden.logs.tables.values import EncodingFault, RowFault

PARQUET = b"PAR1"
START = 4096


class Table(Protocol):
    """A feed file. ``header`` is complete once the rows were read."""

    def header(self) -> Header:
        """Its columns."""

    def rows(self, read: Callable[[int, Texts], T]) -> Iterator[tuple[int, T | RowFault]]:
        """Every row with its line (or position, from 1), as ``read`` makes it of line and texts, or its fault."""

    def select(self, zone: ZoneInfo) -> str | None:
        """A SELECT as ``typed.select`` says; None where the file needs the careful way."""

    def count(self) -> int | None:
        """How many rows the SELECT must give, counted without DuckDB; None where that is not known."""

    def header_lines(self) -> int | None:
        """How many lines must stand before each piece, where the file may be cut at line ends; else None."""


def open_table(feed: Feed, path: Path, file: str) -> Table:
    """The feed file at ``path`` (plain bytes), named ``file`` in faults.

    Raises InputRefused where its header can't be used.
    """
    with path.open("rb") as source:
        start = source.read(START)
    if start.startswith(PARQUET):
        return ParquetTable(feed, path, file)
    if start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
        return NdjsonTable(feed, path, file)
    return DelimitedTable(feed, path, file)


def read_rows(table: Table, file: str, read: Callable[[int, Texts], T]) -> Iterator[tuple[int, T | RowFault]]:
    """The table's rows. Raises InputRefused, at the end, where most of them are not UTF-8."""
    rows = strange = 0
    for line, found in table.rows(read):
        rows += 1
        strange += isinstance(found, EncodingFault)
        yield line, found
    if strange * 2 > rows:
        raise refuse(file, "text in UTF-8", f"{strange:,} of {rows:,} rows in another encoding")
