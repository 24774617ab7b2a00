"""The one place where the logs room opens DuckDB, and quotes names and values for its SQL."""

from __future__ import annotations

from pathlib import Path

import duckdb

MEMORY_LIMIT = "1.5GB"


def connect(scratch: Path) -> duckdb.DuckDBPyConnection:
    """A database in memory that spills to ``scratch``, keeps the order of rows, and fetches nothing from a network."""
    database = duckdb.connect(
        config={
            "memory_limit": MEMORY_LIMIT,
            "temp_directory": str(scratch / "spill"),
            "preserve_insertion_order": True,
            "autoinstall_known_extensions": False,
            "TimeZone": "UTC",
            # These two take most of a second to plan what is read in a hundredth: long lists and long CASEs.
            "disabled_optimizers": "in_clause,partial_aggregate_pushdown",
        }
    )
    database.execute("SET enable_progress_bar = false")
    return database


def name(identifier: str) -> str:
    """A column or table name, quoted."""
    return '"' + identifier.replace('"', '""') + '"'


def text(value: str) -> str:
    """A string literal, quoted."""
    return "'" + value.replace("'", "''") + "'"


def write(select: str, target: Path) -> str:
    """A statement that writes a SELECT to a Parquet file, its rows in their order.

    These are working files, so they are quick to write rather than small: not compressed, no Bloom filters, and no
    dictionary for a column that has hardly a value twice.
    """
    options = "FORMAT parquet, COMPRESSION uncompressed, DICTIONARY_SIZE_LIMIT 10000, WRITE_BLOOM_FILTER false"
    return f"COPY ({select}) TO {text(target.as_posix())} ({options})"


def parquet(path: Path) -> str:
    """A Parquet file as a table expression."""
    return f"read_parquet({text(path.as_posix())})"
