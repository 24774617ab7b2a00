"""DuckDB: one machine, spilling to disk where memory ends."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from chartwarden.review.engines.contracts import ACCESS_STRIDE

MEMORY_LIMIT = "1500MB"


class DuckDBEngine:
    """An engine in this process. ``scratch`` takes what does not fit into memory."""

    name = "duckdb"

    def __init__(self, scratch: Path) -> None:
        self._connection = duckdb.connect()
        self._connection.execute(f"SET memory_limit = '{MEMORY_LIMIT}'")
        self._connection.execute("SET temp_directory = ?", [str(scratch / "duckdb")])
        self._connection.execute("SET preserve_insertion_order = false")
        self._connection.execute("SET TimeZone = 'UTC'")

    def events(self, files: Sequence[Path], schema: pa.Schema) -> None:
        """See Engine.events: file number times a stride, plus the row's number in the file."""
        columns = ", ".join(schema.names)
        parts = [
            f"SELECT {number} * {ACCESS_STRIDE} + file_row_number AS access, {columns}"
            f" FROM read_parquet({_text(file)}, file_row_number = true)"
            for number, file in enumerate(files)
        ]
        self._connection.execute(f"CREATE VIEW events AS {' UNION ALL '.join(parts)}")

    def parquet(self, name: str, file: Path) -> None:
        """See Engine.parquet."""
        self._connection.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet({_text(file)})")

    def arrow(self, name: str, table: pa.Table) -> None:
        """See Engine.arrow."""
        self._connection.register("incoming", table)
        self._connection.execute(f"CREATE TABLE {name} AS SELECT * FROM incoming")
        self._connection.unregister("incoming")

    def view(self, name: str, sql: str) -> None:
        """See Engine.view."""
        self._connection.execute(f"CREATE VIEW {name} AS {sql}")

    def table(self, name: str, sql: str) -> None:
        """See Engine.table."""
        self._connection.execute(f"CREATE TABLE {name} AS {sql}")

    def rows(self, sql: str) -> list[dict[str, Any]]:
        """See Engine.rows."""
        cursor = self._connection.execute(sql)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def write(self, sql: str, file: Path) -> None:
        """See Engine.write."""
        self._connection.execute(f"COPY ({sql}) TO {_text(file)} (FORMAT parquet)")

    def close(self) -> None:
        """See Engine.close."""
        self._connection.close()


def _text(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
