"""The same row twice counts once; one id with two contents leaves the second in quarantine.

Cheap where there is nothing to find: a 64-bit hash of each row's identity, sorted. Only rows whose hash comes more
than once are compared exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from chartwarden.logs.contracts import QuarantinedRow
from chartwarden.logs.engine import name, parquet, text, write
from chartwarden.logs.parts import Lines, Part, nulls

Hashes = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class Identity:
    """What makes two rows the same: the ``key`` columns where they are filled, else all of ``content``."""

    key: tuple[str, ...]
    content: tuple[str, ...]


@dataclass(frozen=True)
class Conflict:
    """A row (position from 0 in its part's Parquet) whose id came before with another content."""

    part: int
    row: int
    first_part: int
    first_row: int
    id: str


def take_out_duplicates(database: duckdb.DuckDBPyConnection, parts: Sequence[Part], identity: Identity) -> None:
    """Take rows out of the parts' Parquet that came before, in the order of parts and rows, and count them.

    A row alike in all of ``content`` is a duplicate. A row of the same key with another content goes to quarantine,
    unless it stems from the same row of the same input: one event may be about two patients.
    """
    repeated = _repeated([_hashes(database, part, identity) for part in parts])
    if not len(repeated):
        return
    _compare(database, parts, repeated, identity)
    fetched = database.execute("SELECT part, row, first_part, first_row, id FROM repeats WHERE NOT same").fetchall()
    conflicts = [conflict for row in fetched if not _one_input(conflict := Conflict(*row), parts)]
    reasons = {(found.part, found.row): _reason(found, parts) for found in conflicts}
    for at, part in enumerate(parts):
        duplicates = database.execute("SELECT row FROM repeats WHERE same AND part = ?", [at]).fetchnumpy()["row"]
        mine = {row: reason for (other, row), reason in reasons.items() if other == at}
        if len(duplicates) or mine:
            _count(part, duplicates, mine)
            rewrite(database, part, np.union1d(duplicates, np.array(list(mine), dtype=np.int64)))
    database.execute("DROP TABLE repeats")


def _hashes(database: duckdb.DuckDBPyConnection, part: Part, identity: Identity) -> Hashes:
    select = f"SELECT {_hash(identity, _how_filled(part, identity))} AS hash FROM {parquet(part.parquet)}"
    return np.asarray(database.execute(select).fetchnumpy()["hash"], dtype=np.uint64)


def _repeated(hashes: list[Hashes]) -> Hashes:
    """The hashes that come more than once."""
    every = np.concatenate(hashes) if hashes else np.empty(0, dtype=np.uint64)
    every.sort()
    return np.unique(every[1:][every[1:] == every[:-1]])


def _how_filled(part: Part, identity: Identity) -> str:
    """Whether the key is filled in all rows, some or none, by the Parquet's statistics. Spares reading columns."""
    if not identity.key:
        return "none"
    missing = [nulls(part.parquet, column) for column in identity.key]
    if max(missing) == pq.read_metadata(part.parquet).num_rows:
        return "none"
    return "some" if any(missing) else "all"


def _hash(identity: Identity, how_filled: str) -> str:
    key = f"hash({', '.join(name(column) for column in identity.key)})"
    content = f"hash({', '.join(name(column) for column in identity.content)})"
    some = f"CASE WHEN {_is_filled(identity)} THEN {key} ELSE {content} END"
    return {"none": content, "all": key, "some": some}[how_filled]


def _is_filled(identity: Identity) -> str:
    return " AND ".join(f"{name(column)} IS NOT NULL" for column in identity.key)


def _compare(database: duckdb.DuckDBPyConnection, parts: Sequence[Part], repeated: Hashes, identity: Identity) -> None:
    """Make the table ``repeats``: each row whose id came before, the first with it, and whether all else did too."""
    columns = ", ".join(name(column) for column in dict.fromkeys((*identity.key, *identity.content)))
    candidates = " UNION ALL ".join(
        f"SELECT {at} AS part, file_row_number AS row, {columns} "
        f"FROM read_parquet({text(part.parquet.as_posix())}, file_row_number=true) "
        f"WHERE {_hash(identity, 'some' if identity.key else 'none')} IN (SELECT hash FROM repeated)"
        for at, part in enumerate(parts)
    )
    content = f"row({', '.join(name(column) for column in identity.content)})"
    groups = [name(column) for column in identity.key]
    groups.append(f"CASE WHEN {_is_filled(identity)} THEN NULL ELSE {content} END" if identity.key else content)
    id_ = f"concat_ws(', ', {', '.join(groups[:-1])})" if identity.key else "''"
    database.register("repeated", pa.table({"hash": repeated}))
    database.execute(
        "CREATE TEMP TABLE repeats AS SELECT part, row, first_part, first_row, nth_alike > 1 AS same, id FROM ("
        f"SELECT part, row, {id_} AS id, row_number() OVER one_id AS nth, "
        "first_value(part) OVER one_id AS first_part, first_value(row) OVER one_id AS first_row, "
        f"row_number() OVER (PARTITION BY {', '.join(groups)}, {content} ORDER BY part, row) AS nth_alike "
        f"FROM ({candidates}) WINDOW one_id AS (PARTITION BY {', '.join(groups)} ORDER BY part, row)"
        ") WHERE nth > 1 ORDER BY part, row"
    )
    database.unregister("repeated")


def _one_input(conflict: Conflict, parts: Sequence[Part]) -> bool:
    part = parts[conflict.part]
    if conflict.part != conflict.first_part or not part.shares_lines:
        return False
    return part.line(conflict.row) == part.line(conflict.first_row)


def _reason(conflict: Conflict, parts: Sequence[Part]) -> str:
    first = parts[conflict.first_part]
    where = f"{first.file}, line {first.line(conflict.first_row)}"
    return f"one id with two contents: {conflict.id!r} stands in {where} with other values"


def _count(part: Part, duplicates: Lines, conflicts: dict[int, str]) -> None:
    """Count the rows of the input of which nothing is left."""
    if not part.shares_lines:
        part.duplicates += len(duplicates)
        part.quarantined += [QuarantinedRow(part.file, part.line(row), why) for row, why in conflicts.items()]
        return
    lines = part.lines()
    reasons = {int(lines[row]): why for row, why in conflicts.items()}
    dropped, times = np.unique(
        lines[np.concatenate([duplicates, np.array(list(conflicts), dtype=np.int64)])], return_counts=True
    )
    for line, count in zip(dropped.tolist(), times.tolist(), strict=True):
        if np.count_nonzero(lines == line) > count:
            continue
        if line in reasons:
            part.quarantined.append(QuarantinedRow(part.file, line, reasons[line]))
        else:
            part.duplicates += 1


def rewrite(database: duckdb.DuckDBPyConnection, part: Part, without: Lines) -> None:
    """Write the part's Parquet again without some of its rows, counted from 0."""
    database.register("without", pa.table({"row": without}))
    target = part.parquet.with_suffix(".rest")
    kept = (
        f"SELECT * EXCLUDE (file_row_number) FROM read_parquet({text(part.parquet.as_posix())}, file_row_number=true) "
        "WHERE file_row_number NOT IN (SELECT row FROM without)"
    )
    database.execute(write(kept, target))
    database.unregister("without")
    target.replace(part.parquet)
    part.quarantined.sort(key=lambda row: row.line)
