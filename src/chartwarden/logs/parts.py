"""One input as it lies in Parquet, before and after duplicates are taken out."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from chartwarden.logs.contracts import QuarantinedRow

BATCH = 50_000
Lines = npt.NDArray[np.int64]


@dataclass
class Part:
    """One input's rows in Parquet.

    ``find_lines`` gives the line of each row of the Parquet, in its order; where the fast way read the file, that
    takes reading it again. ``rows`` counts the rows of the input, those in quarantine with them. With
    ``shares_lines`` several rows of the Parquet may come from one row of the input and share its line. A part may be a
    piece of an input: ``offset`` is how many lines come before it.
    """

    file: str
    parquet: Path
    find_lines: Callable[[], Lines]
    rows: int
    guessed: int = 0
    shares_lines: bool = False
    quarantined: list[QuarantinedRow] = field(default_factory=list)
    duplicates: int = 0
    offset: int = 0
    _lines: Lines | None = None

    def lines(self) -> Lines:
        """The line of each row of the Parquet as it was first written."""
        if self._lines is None:
            self._lines = self.find_lines() + self.offset
        return self._lines

    def forget(self, rows: Lines) -> None:
        """The rows (from 0) are about to leave the Parquet, which from then on counts as first written without them."""
        self._lines = np.delete(self.lines(), rows)

    def line(self, row: int) -> int:
        """The line of a row of the Parquet, counted from 0 as it was first written."""
        return int(self.lines()[row])


class PartWriter:
    """Writes rows to Parquet in batches; removes the file where an exception ends it."""

    def __init__(self, target: Path, schema: pa.Schema) -> None:
        self._target, self._schema = target, schema
        self._writer = pq.ParquetWriter(target, schema)
        self._rows: list[tuple[object, ...]] = []
        self._lines = array("q")

    def __enter__(self) -> PartWriter:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if kind is None:
            self._flush()
        self._writer.close()
        if kind is not None:
            self._target.unlink(missing_ok=True)

    def add(self, line: int, row: tuple[object, ...]) -> None:
        """One row, its values in the order of the schema."""
        self._rows.append(row)
        self._lines.append(line)
        if len(self._rows) >= BATCH:
            self._flush()

    def lines(self) -> Lines:
        """The lines of the rows added."""
        return np.frombuffer(self._lines, dtype=np.int64)

    def _flush(self) -> None:
        if self._rows:
            columns = zip(*self._rows, strict=True)
            arrays = [pa.array(values, column.type) for values, column in zip(columns, self._schema, strict=True)]
            self._writer.write_batch(pa.record_batch(arrays, schema=self._schema))
            self._rows = []


def nulls(parquet: Path, column: str) -> int:
    """How many values of a column are missing, by the file's statistics; without statistics, all of them."""
    metadata = pq.read_metadata(parquet)
    at = metadata.schema.names.index(column)
    groups = [metadata.row_group(group).column(at) for group in range(metadata.num_row_groups)]
    return sum(group.statistics.null_count if group.is_stats_set else group.num_values for group in groups)
