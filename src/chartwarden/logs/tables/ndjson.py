"""A feed as newline-delimited JSON: one object a line. Read with care; there is no other way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from chartwarden.logs.contracts import Feed
from chartwarden.logs.tables.header import Header, missing_columns
from chartwarden.logs.tables.records import ROW_LIMIT, TOO_LONG, Lines
from chartwarden.logs.tables.rows import T, Texts
from chartwarden.logs.tables.values import EncodingFault, RowFault

BOM = b"\xef\xbb\xbf"
OBJECT = "one JSON object"
_decode = msgspec.json.Decoder(float_hook=str).decode


class NdjsonTable:
    """A file of JSON objects. Its columns are the keys met, so they are known once its rows have been read."""

    def __init__(self, feed: Feed, path: Path, file: str) -> None:
        self._feed, self._path, self._file = feed, path, file
        self._columns = {column.name: column.kind == "words" for column in feed.columns}
        self._met: dict[str, None] = {}

    def header(self) -> Header:
        """The keys met."""
        places = {key: at for at, key in enumerate(self._met) if key in self._columns}
        return Header(len(self._met), places, tuple(key for key in self._met if key not in self._columns))

    def rows(self, read: Callable[[int, Texts], T]) -> Iterator[tuple[int, T | RowFault]]:
        """Every row with its line, as ``read`` makes it from the line and the texts by column, or its fault.

        Raises InputRefused, at the end, where there are objects and none has a required column.
        """
        with self._path.open("rb") as source:
            lines = Lines(source)
            while (begun := lines.next()) is not None:
                line, raw = begun
                raw = raw.removeprefix(BOM) if line == 1 else raw
                if raw.strip():
                    yield line, self._row(line, raw, read)
        if self._met and any(column.required and column.name not in self._met for column in self._feed.columns):
            raise missing_columns(self._feed, self._met, self._file)

    def select(self, zone: ZoneInfo) -> str | None:  # noqa: ARG002
        """None: DuckDB and this module would not read every JSON text alike."""
        return None

    def count(self) -> int | None:
        """None: not counted but by reading."""
        return None

    def header_lines(self) -> int | None:
        """None: without a fast way there is no use in pieces."""
        return None

    def _row(self, line: int, raw: bytes, read: Callable[[int, Texts], T]) -> T | RowFault:
        try:
            row = _object(raw)
            self._met.update(dict.fromkeys(row))
            return read(
                line, {key: _text(key, row[key], is_list) for key, is_list in self._columns.items() if key in row}
            )
        except RowFault as fault:
            return fault


def _object(raw: bytes) -> dict[str, object]:
    if len(raw) > ROW_LIMIT:
        raise RowFault(TOO_LONG)
    try:
        row = _decode(raw)
    except RecursionError:
        raise RowFault(f"expected {OBJECT}; found one nested too deep") from None
    except UnicodeDecodeError as fault:
        raise EncodingFault(f"expected UTF-8; found the byte 0x{fault.object[fault.start]:02X}") from None
    except msgspec.DecodeError:
        raise RowFault(f"expected {OBJECT}; found other text") from None
    if not isinstance(row, dict):
        raise RowFault(f"expected {OBJECT}; found {_kind(row)}")
    return row


def _text(key: str, value: object, is_list: bool) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if is_list and isinstance(value, list) and all(isinstance(word, str) for word in value):
        return ";".join(value)
    raise RowFault(f"{key}: expected a text; found {_kind(value)}")


def _kind(value: object) -> str:
    kinds = {dict: "an object", list: "a list", str: "a text", bool: "true or false", type(None): "null"}
    return kinds.get(type(value), "a number")
