"""Rows that could not be read, as a file: where each one is and why."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from chartwarden.logs.contracts import QuarantinedRow

COLUMNS = ("file", "line", "reason")
# A spreadsheet takes text that begins so for a formula; a quote before it keeps it text (OWASP, CSV injection).
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def quarantine_csv(rows: Iterable[QuarantinedRow]) -> bytes:
    """CSV (RFC 4180, UTF-8) with the columns file, line, reason, safe to open in a spreadsheet."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows((_inert(row.file), row.line, _inert(row.reason)) for row in rows)
    return text.getvalue().encode()


def _inert(value: str) -> str:
    return f"'{value}" if value.startswith(FORMULA) else value
