"""The plain access log of feeds.md, as CSV."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from chartwarden.demo.feeds import ACCESS_COLUMNS, access_rows, write_csv
from chartwarden.demo.world import Access
from chartwarden.demo.writers._writer import Writer


def write(path: Path, accesses: Sequence[Access]) -> None:
    """One row an event."""
    write_csv(path, ACCESS_COLUMNS, access_rows(accesses))


WRITER = Writer("accesses.csv", write)
