"""Rows that speak of a person whom no workforce row knows go to quarantine: what they say holds for nobody."""

from __future__ import annotations

from collections.abc import Collection

import duckdb
import numpy as np
import pyarrow as pa

from chartwarden.logs.contracts import QuarantinedRow
from chartwarden.logs.deduplication import rewrite
from chartwarden.logs.engine import name, text
from chartwarden.logs.parts import Part


def take_out_strangers(
    database: duckdb.DuckDBPyConnection, part: Part, column: str, known: Collection[str], feed: str
) -> None:
    """Take the rows whose ``column`` is no id ``known`` to ``feed`` out of the part's Parquet as first written."""
    database.register("known", pa.table({"id": pa.array(sorted(known), pa.string())}))
    found = database.execute(
        f"SELECT file_row_number AS row, {name(column)} AS id "
        f"FROM read_parquet({text(part.parquet.as_posix())}, file_row_number = true) "
        f"WHERE {name(column)} NOT IN (SELECT id FROM known) ORDER BY row"
    ).fetchall()
    database.unregister("known")
    if not found:
        return
    for row, stranger in found:
        reason = f"{column}: expected a person of the {feed} feed; found {stranger!r}"
        part.quarantined.append(QuarantinedRow(part.file, part.line(row), reason))
    rows = np.array([row for row, _ in found], dtype=np.int64)
    part.forget(rows)
    rewrite(database, part, rows)
