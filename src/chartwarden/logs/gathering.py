"""Logs that were read and kept one by one, put together again as if they had been read at once."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow.parquet as pq

from chartwarden.logs.access_logs import ACCESS_IDENTITY
from chartwarden.logs.contracts import AccessesRead, InputCount, QuarantinedRow, Span, StoredLog
from chartwarden.logs.counting import guessed_in
from chartwarden.logs.coverage import cover
from chartwarden.logs.cutting import MARGIN
from chartwarden.logs.deduplication import take_out_duplicates
from chartwarden.logs.engine import connect
from chartwarden.logs.lines import kept_lines
from chartwarden.logs.parts import Lines, Part


def gather(parts: Sequence[StoredLog], zone: ZoneInfo, scratch: Path, span: Span) -> AccessesRead:
    """Put kept logs together, in their order. ``scratch`` takes what changes; the logs' own files stay as they are.

    What stands in several logs counts once, in the first of them; each log's counts tell of the rest as duplicates.
    An event whose contents differ between two logs is quarantined in the later. Files that lie more than two days
    outside ``span`` are left out; their counts stay. Give only logs that touch it. Raises nothing of its own.
    """
    found = [
        (at, _part(path, scratch / f"gathered-{at:03}-{number:05}.parquet"))
        for at, log in enumerate(parts)
        for number, path in enumerate(log.parquet)
        if _touches(path, span)
    ]
    pieces = [part for _, part in found]
    with connect(scratch) as database:
        take_out_duplicates(database, pieces, ACCESS_IDENTITY)
        guessed = sum(guessed_in(database, part) for part in pieces)
    quarantined: list[QuarantinedRow] = []
    counts: list[InputCount] = []
    for at, log in enumerate(parts):
        own = [part for owner, part in found if owner == at]
        counts += [_corrected(count, own) for count in log.counts]
        quarantined += (*log.quarantined, *(row for part in own for row in part.quarantined))
    others: Counter[str] = Counter()
    for log in parts:
        others.update(log.not_accesses)
    return AccessesRead(
        tuple(part.parquet for part in pieces),
        tuple(counts),
        tuple(quarantined),
        guessed,
        dict(others),
        cover([(part.file, part.parquet) for part in pieces], zone, scratch),
    )


def _part(path: Path, target: Path) -> Part:
    """A kept file under a name of our own, so that taking rows out of it leaves the file itself alone."""
    try:
        os.link(path, target)
    except OSError:
        shutil.copyfile(path, target)
    lines = kept_lines(target)
    rows = pq.read_metadata(target).num_rows
    return Part(_file(target), target, lambda: _lines(lines, rows), rows, shares_lines=lines is not None)


def _lines(lines: Lines | None, rows: int) -> Lines:
    return lines if lines is not None else np.zeros(rows, dtype=np.int64)


def _file(parquet: Path) -> str:
    with pq.ParquetFile(parquet) as file:
        first = next(file.iter_batches(1, columns=["file"]), None)
    return str(first["file"][0].as_py()) if first is not None and first.num_rows else ""


def _touches(path: Path, span: Span) -> bool:
    """Whether a file holds any row near the span, by its statistics. A file without rows holds none."""
    metadata = pq.read_metadata(path)
    at = metadata.schema.names.index("occurred_at")
    groups = [metadata.row_group(group).column(at).statistics for group in range(metadata.num_row_groups)]
    known = [group for group in groups if group is not None and group.has_min_max]
    if len(known) < len(groups):
        return True
    return any(_near(group.min, group.max, span) for group in known)


def _near(first: datetime, last: datetime, span: Span) -> bool:
    return (span.begins is None or last >= span.begins - MARGIN) and (span.ends is None or first < span.ends + MARGIN)


def _corrected(count: InputCount, parts: Sequence[Part]) -> InputCount:
    own = [part for part in parts if part.file == count.name]
    duplicates = sum(part.duplicates for part in own)
    quarantined = sum(len(part.quarantined) for part in own)
    return replace(
        count,
        read=count.read - duplicates - quarantined,
        duplicates=count.duplicates + duplicates,
        quarantined=count.quarantined + quarantined,
    )
