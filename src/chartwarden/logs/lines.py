"""Which row of its source an event stands in, kept beside it: only so is a row counted once whose events are several.

Only parts of which several events may share a row need it. The column ``line`` is no part of ACCESS_SCHEMA; readers
that name its columns pass it over.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from chartwarden.logs.parts import BATCH, Lines, Part

COLUMN = "line"


def keep_lines(part: Part) -> None:
    """Write a part's Parquet again with the lines of its rows, where several rows may share one."""
    if not part.shares_lines:
        return
    lines = part.lines()
    target = part.parquet.with_suffix(".lines")
    with pq.ParquetFile(part.parquet) as source:
        schema = source.schema_arrow.append(pa.field(COLUMN, pa.int64()))
        with pq.ParquetWriter(target, schema) as writer:
            at = 0
            for batch in source.iter_batches(BATCH):
                own = pa.array(lines[at : at + batch.num_rows])
                writer.write_batch(pa.record_batch([*batch.columns, own], schema=schema))
                at += batch.num_rows
    target.replace(part.parquet)


def kept_lines(parquet: Path) -> Lines | None:
    """The lines kept in a Parquet file; None where no row of the source holds several events."""
    if COLUMN not in pq.read_schema(parquet).names:
        return None
    return np.asarray(pq.read_table(parquet, columns=[COLUMN])[COLUMN].to_numpy(), dtype=np.int64)
