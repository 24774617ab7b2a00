"""A feed as Parquet: its rows read with care, and the SELECT that reads them fast."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from chartwarden.kernel.errors import refuse
from chartwarden.logs.contracts import Feed
from chartwarden.logs.engine import name, parquet
from chartwarden.logs.tables import typed
from chartwarden.logs.tables.header import Header, match_header
from chartwarden.logs.tables.rows import T, Texts
from chartwarden.logs.tables.values import EncodingFault, RowFault

BATCH = 20_000


class ParquetTable:
    """A Parquet file. Raises InputRefused, when made, where it is damaged or its columns can't be used."""

    def __init__(self, feed: Feed, path: Path, file: str) -> None:
        self._feed, self._path = feed, path
        try:
            self._schema = pq.read_schema(path)
        except (pa.ArrowException, OSError):
            raise refuse(file, "a whole Parquet file", "a damaged one") from None
        self._file = file
        self._found = match_header(feed, self._schema.names, file)

    def header(self) -> Header:
        """Its columns."""
        return self._found

    def rows(self, read: Callable[[int, Texts], T]) -> Iterator[tuple[int, T | RowFault]]:
        """Every row with its position from 1, as ``read`` makes it from the position and the texts, or its fault.

        Raises InputRefused where the file turns out damaged, or a column holds what can't be written as text.
        """
        line = 0
        for batch in self._batches():
            names = batch.schema.names
            for values in zip(*(_texts(batch.column(at)) for at in range(len(names))), strict=True):
                line += 1
                found: T | RowFault
                try:
                    found = read(line, {key: _decoded(value) for key, value in zip(names, values, strict=True)})
                except RowFault as fault:
                    found = fault
                yield line, found

    def select(self, zone: ZoneInfo) -> str | None:
        """A SELECT as ``typed.select`` says; None where a column's type is one that only the careful way reads."""
        columns = {column.name: column.kind for column in self._feed.columns}
        cleaned: list[str] = []
        native: set[str] = set()
        for column in self._found.present:
            kind = self._schema.field(column).type
            if pa.types.is_timestamp(kind) and columns[column] == "instant":
                native.add(column)
                cleaned.append(_instant(column, kind))
            elif pa.types.is_string(kind) or pa.types.is_large_string(kind):
                cleaned.append(f"nullif(trim({name(column)}), '') AS {name(column)}")
            elif pa.types.is_integer(kind) or pa.types.is_date(kind):
                cleaned.append(f"CAST({name(column)} AS VARCHAR) AS {name(column)}")
            else:
                return None
        local = frozenset(column for column in native if self._schema.field(column).type.tz is None)
        source = f"SELECT {', '.join(cleaned)} FROM {parquet(self._path)}"
        texts = typed.Texts(source, self._found.present, True, frozenset(native), local)
        return typed.select(self._feed, texts, zone)

    def count(self) -> int | None:
        """How many rows it has."""
        return int(pq.read_metadata(self._path).num_rows)

    def header_lines(self) -> int | None:
        """None: it has no lines."""
        return None

    def _batches(self) -> Iterator[pa.RecordBatch]:
        wanted = list(self._found.present)
        try:
            with pq.ParquetFile(self._path) as source:
                for batch in source.iter_batches(BATCH, columns=wanted):
                    yield batch.select(wanted)
        except (pa.ArrowException, OSError):
            raise refuse(self._file, "a whole Parquet file", "a damaged one") from None


def _instant(column: str, kind: pa.DataType) -> str:
    if kind.tz is not None:
        return f"make_timestamp(epoch_us({name(column)})) AS {name(column)}"
    return f"CAST({name(column)} AS TIMESTAMP) AS {name(column)}"


def _texts(column: pa.Array) -> list[str | bytes | None]:
    """The values as texts. Strings come as bytes, since a file may claim to hold UTF-8 where it doesn't."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.dictionary_decode()
        kind = column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return list(column.cast(pa.large_binary()).to_pylist())
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return list(column.to_pylist())
    if pa.types.is_timestamp(kind):
        column = column.cast(pa.timestamp("us", "UTC" if kind.tz else None), safe=False)
    if pa.types.is_floating(kind):
        return [None if v is None or v != v else f"{v:.0f}" if v.is_integer() else repr(v) for v in column.to_pylist()]
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return [None if words is None else ";".join(map(str, words)) for words in column.to_pylist()]
    texts: list[str | None] = pc.cast(column, pa.string()).to_pylist()
    if pa.types.is_time(kind):
        return [found and found.removesuffix(".000000").removesuffix(":00") for found in texts]
    return list(texts)


def _decoded(value: str | bytes | None) -> str | None:
    if not isinstance(value, bytes):
        return value
    try:
        return value.decode()
    except UnicodeDecodeError as fault:
        raise EncodingFault(f"expected UTF-8; found the byte 0x{value[fault.start]:02X}") from None
