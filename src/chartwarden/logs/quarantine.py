"""Rows that could not be read, as a file: where each one is and why."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

import msgspec

from chartwarden.logs.contracts import QuarantinedRow

COLUMNS = ("file", "line", "reason")
# A spreadsheet takes text that begins so for a formula; a quote before it keeps it text (OWASP, CSV injection).
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_ndjson(rows: Iterable[QuarantinedRow], target: Path) -> None:
    """One JSON object a row: file, line, reason."""
    with target.open("wb") as file:
        for row in rows:
            file.write(msgspec.json.encode(row) + b"\n")


def write_csv(rows: Iterable[QuarantinedRow], target: Path) -> None:
    """CSV (RFC 4180, UTF-8) with the columns file, line, reason, safe to open in a spreadsheet."""
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for row in rows:
            writer.writerow((_inert(row.file), row.line, _inert(row.reason)))


def _inert(value: str) -> str:
    return f"'{value}" if value.startswith(FORMULA) else value
