"""The file of rows in quarantine, and how a file is told apart."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from chartwarden.logs.contracts import QuarantinedRow
from chartwarden.logs.digests import sha256
from chartwarden.logs.queries import quarantine_csv

ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-2, B.1
ROWS = (QuarantinedRow("log.csv", 7, 'expected "a";\nfound b'), QuarantinedRow("=cmd.csv", 8, "-1"))


def test_a_file_is_known_by_its_digest(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(b"abc")
    assert sha256(path) == ABC


def test_quarantine_as_csv_holds_no_formula() -> None:
    assert list(csv.reader(io.StringIO(quarantine_csv(ROWS).decode(), newline=""))) == [
        ["file", "line", "reason"],
        ["log.csv", "7", 'expected "a";\nfound b'],
        ["'=cmd.csv", "8", "'-1"],
    ]
