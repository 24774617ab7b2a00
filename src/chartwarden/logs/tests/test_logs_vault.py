"""Bytes as received, and the file of rows in quarantine."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from chartwarden.kernel.errors import InputRefused
from chartwarden.logs.contracts import QuarantinedRow
from chartwarden.logs.quarantine import write_csv, write_ndjson
from chartwarden.logs.services import vault_store, vault_verify, write_quarantine
from chartwarden.logs.vault import place, sha256, store, verify

ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # FIPS 180-2, B.1


def test_bytes_are_kept_by_their_digest(tmp_path: Path) -> None:
    path, vault = tmp_path / "log.csv", tmp_path / "vault"
    path.write_bytes(b"abc")
    assert store(path, vault) == ABC == sha256(path)
    assert place(ABC, vault).read_bytes() == b"abc"
    assert verify(ABC, vault)


def test_storing_again_changes_nothing(tmp_path: Path) -> None:
    path, vault = tmp_path / "log.csv", tmp_path / "vault"
    path.write_bytes(b"abc")
    store(path, vault)
    before = place(ABC, vault).stat().st_mtime_ns
    store(path, vault)
    assert place(ABC, vault).stat().st_mtime_ns == before
    assert [found.name for found in vault.rglob("*") if found.is_file()] == [ABC]


def test_changed_or_missing_bytes_are_found(tmp_path: Path) -> None:
    path, vault = tmp_path / "log.csv", tmp_path / "vault"
    path.write_bytes(b"abc")
    assert not verify(ABC, vault)
    store(path, vault)
    place(ABC, vault).write_bytes(b"abd")
    assert not verify(ABC, vault)


def test_a_file_that_can_not_be_read_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(InputRefused, match=r"^none\.csv: expected a file that can be read and kept"):
        store(tmp_path / "none.csv", tmp_path / "vault")
    assert list((tmp_path / "vault").iterdir()) == []


ROWS = (QuarantinedRow("log.csv", 7, 'expected "a";\nfound b'), QuarantinedRow("=cmd.csv", 8, "-1"))


def test_quarantine_as_json(tmp_path: Path) -> None:
    write_ndjson(ROWS, tmp_path / "rows.ndjson")
    found = [json.loads(line) for line in (tmp_path / "rows.ndjson").read_text(encoding="utf-8").splitlines()]
    assert found == [{"file": row.file, "line": row.line, "reason": row.reason} for row in ROWS]


def test_quarantine_as_csv_holds_no_formula(tmp_path: Path) -> None:
    write_csv(ROWS, tmp_path / "rows.csv")
    with (tmp_path / "rows.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [
            ["file", "line", "reason"],
            ["log.csv", "7", 'expected "a";\nfound b'],
            ["'=cmd.csv", "8", "'-1"],
        ]


def test_other_rooms_write_the_quarantine_safe_for_spreadsheets(tmp_path: Path) -> None:
    write_quarantine([QuarantinedRow("=cmd.csv", 2, "@reason")], tmp_path / "rows.csv")
    assert (tmp_path / "rows.csv").read_text("utf-8").splitlines() == ["file,line,reason", "'=cmd.csv,2,'@reason"]


def test_other_rooms_keep_raw_files_in_the_vault(tmp_path: Path) -> None:
    path, vault = tmp_path / "log.csv", tmp_path / "vault"
    path.write_bytes(b"abc")
    assert vault_store(path, vault) == ABC
    assert vault_verify(ABC, vault)
    assert not vault_verify("0" * 64, vault)
