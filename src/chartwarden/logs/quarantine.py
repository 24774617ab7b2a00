"""Rows that could not be read, as a file: where each one is and why."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from chartwarden.kernel.spreadsheets import inert
from chartwarden.logs.contracts import QuarantinedRow

COLUMNS = ("file", "line", "reason")


def quarantine_csv(rows: Iterable[QuarantinedRow]) -> bytes:
    """CSV (RFC 4180, UTF-8) with the columns file, line, reason, safe to open in a spreadsheet."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows((inert(row.file), row.line, inert(row.reason)) for row in rows)
    return text.getvalue().encode()
