"""What a review asks of an engine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa

ACCESS_STRIDE = 1_000_000_000_000
"""An access's number is its file's number times this, plus its row's number in that file."""


class Engine(Protocol):
    """Holds named tables and runs portable SQL over them. Names are the review's own, never a user's."""

    name: str

    def events(self, files: Sequence[Path], schema: pa.Schema) -> None:
        """Make the view ``events`` over canonical Parquet: its columns and ``access``, a number unique to each row.

        Numbers grow by file and by row, so that they are the same on every engine. A file may hold other columns too,
        and its columns in another order.
        """

    def parquet(self, name: str, file: Path) -> None:
        """Make a view over one Parquet file."""

    def arrow(self, name: str, table: pa.Table) -> None:
        """Make a table from memory."""

    def view(self, name: str, sql: str) -> None:
        """Name a SELECT; it runs whenever it is asked for."""

    def table(self, name: str, sql: str) -> None:
        """Run a SELECT once and keep its rows."""

    def rows(self, sql: str) -> list[dict[str, Any]]:
        """Run a SELECT whose result is small, and return its rows by column name. Times are naive UTC."""

    def write(self, sql: str, file: Path) -> None:
        """Run a SELECT and keep its rows, in their order, as one Parquet file."""

    def close(self) -> None:
        """Let go of memory, files and processes."""
