"""An access log of which not one row can be read is no access log: it is refused, and not counted as empty."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow.parquet as pq

from chartwarden.kernel.errors import Fault, InputRefused
from chartwarden.logs.canonical import AccessPart
from chartwarden.logs.contracts import QuarantinedRow
from chartwarden.logs.recognition import Recognised


def refuse_unreadable(logs: Sequence[Recognised], read: Sequence[AccessPart]) -> None:
    """Raise InputRefused with one fault for each log that has rows, all of them in quarantine.

    So is a log in which a format that does not know it, but was asked for, finds no row at all. Ask before duplicates
    are taken out. A log of which rows were left unread is not judged.
    """
    faults = [fault for log, access in zip(logs, read, strict=True) if (fault := _unreadable(log, access))]
    if faults:
        raise InputRefused(*faults)


def _unreadable(log: Recognised, access: AccessPart) -> Fault | None:
    if access.notes or access.not_accesses or any(pq.read_metadata(part.parquet).num_rows for part in access.parts):
        return None
    quarantined = [row for part in access.parts for row in part.quarantined]
    if quarantined:
        return _first(quarantined)
    return None if log.is_known else Fault(log.source.name, f"an access log in the format {log.id}", "not one row")


def _first(rows: Sequence[QuarantinedRow]) -> Fault:
    """The first row's fault, and how many more rows there are. A reason reads ``COLUMN: expected …; found …``."""
    first, others = rows[0], len(rows) - 1
    more = f" (and {others:,} more row{'s' if others > 1 else ''})" if others else ""
    wanted, is_split, found = first.reason.partition("; found ")
    column, _, expected = wanted.rpartition("expected ")
    if not is_split or not expected:
        column, expected, found = "", "a row that can be read", first.reason
    place = f" in {column.removesuffix(': ')}" if column else ""
    return Fault(f"{first.file}, line {first.line}{more}", f"{expected}{place}", found)
