"""One feed file, whatever its layout: its rows read with care, or the SELECT that reads it fast."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from chartwarden.logs.contracts import Feed
from chartwarden.logs.tables import delimited, typed
from chartwarden.logs.tables.delimited import Texts
from chartwarden.logs.tables.scan import scan
from chartwarden.logs.tables.values import RowFault

T = TypeVar("T")


def read_rows(feed: Feed, path: Path, file: str, read: Callable[[int, Texts], T]) -> Iterator[tuple[int, T | RowFault]]:
    """Every row with its line (or position), as ``read`` makes it from line and texts, or its fault."""
    return delimited.rows(feed, path, file, _delimiter(path, file), read)


def fast_select(feed: Feed, path: Path, file: str, zone: ZoneInfo) -> str | None:
    """A SELECT as ``typed.select`` says; None where the file needs the careful way."""
    delimiter = _delimiter(path, file)
    header = delimited.read_header(feed, path, file, delimiter)
    seen = scan(path, delimiter)
    if not seen.regular:
        return None
    texts = typed.Texts(
        delimited.select(path, header, delimiter, seen),
        tuple(header.places),
        seen.quotes,
        (datetime(2020, 1, 1), datetime(2030, 1, 1)),
    )
    return typed.select(feed, texts, zone)


def _delimiter(path: Path, file: str) -> str:
    with path.open("rb") as source:
        header = source.readline(1 << 16)
    return "\t" if file.endswith(".tsv") or (b"\t" in header and b"," not in header) else ","
