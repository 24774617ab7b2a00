"""Bytes as received, and the file of rows in quarantine."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from chartwarden.kernel.errors import InputRefused
from chartwarden.logs.contracts import QuarantinedRow
from chartwarden.logs.queries import quarantine_csv
from chartwarden.logs.services import vault_store, vault_verify
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


def test_quarantine_as_csv_holds_no_formula() -> None:
    assert list(csv.reader(io.StringIO(quarantine_csv(ROWS).decode(), newline=""))) == [
        ["file", "line", "reason"],
        ["log.csv", "7", 'expected "a";\nfound b'],
        ["'=cmd.csv", "8", "'-1"],
    ]


def test_other_rooms_keep_raw_files_in_the_vault(tmp_path: Path) -> None:
    path, vault = tmp_path / "log.csv", tmp_path / "vault"
    path.write_bytes(b"abc")
    assert vault_store(path, vault) == ABC
    assert vault_verify(ABC, vault)
    assert not vault_verify("0" * 64, vault)
