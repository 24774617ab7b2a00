"""Access logs of one file name in several folders: none is lost, and each can be told from the others."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from chartwarden.kernel.errors import InputRefused
from chartwarden.logs.contracts import AccessesRead
from chartwarden.logs.recognition import names_of
from chartwarden.logs.tests.support import rows

Accesses = Callable[..., AccessesRead]
HEADER = b"occurred_at,actor,action,patient\n"


def log(patient: str) -> bytes:
    return HEADER + f"2026-03-02T09:00:00Z,mlopez,open,{patient}\n".encode()


def test_packed_logs_of_one_name_are_all_read(accesses: Accesses) -> None:
    read = accesses({f"accesses/{at}/log.csv.gz": gzip.compress(log(at)) for at in ("a", "b")})
    assert [row["patient"] for path in read.parquet for row in rows(path)] == ["a", "b"]


def test_packed_companions_of_one_name_stay_with_their_log(accesses: Accesses) -> None:
    mapping = '[columns]\noccurred_at="T"\nactor="U"\npatient="P"\n[constants]\naction="open"\ndevice="{at}"\n'
    contents = {f"accesses/{at}/log.csv": f"T,U,P\n2026-03-02T09:00:00Z,mlopez,{at}\n".encode() for at in ("a", "b")}
    for at in ("a", "b"):
        contents[f"beside:accesses/{at}/log.toml.gz"] = gzip.compress(mapping.format(at=at).encode())
    read = accesses(contents, "mapped")
    assert [row["device"] for path in read.parquet for row in rows(path)] == ["a", "b"]


def test_logs_of_one_name_are_named_by_their_path(accesses: Accesses) -> None:
    bad = b"yesterday,mlopez,open,P1\n"
    read = accesses(
        {"accesses/a/log.csv": log("a") + bad, "accesses/b/log.csv": log("b"), "accesses/b/other.csv": log("c")}
    )
    names = ["accesses/a/log.csv", "accesses/b/log.csv", "other.csv"]
    assert [count.name for count in read.counts] == names
    assert [row["file"] for path in read.parquet for row in rows(path)] == names
    assert [(row.file, row.line) for row in read.quarantined] == [("accesses/a/log.csv", 3)]


def test_a_refused_log_is_named_by_its_path(accesses: Accesses) -> None:
    with pytest.raises(InputRefused) as refused:
        accesses({"accesses/a/log.csv": log("a"), "accesses/b/log.csv": b"x,y\n1,2\n"})
    assert [fault.where for fault in refused.value.faults] == ["accesses/b/log.csv"]


def test_names_of_nothing_and_of_paths_without_a_common_folder() -> None:
    assert names_of([]) == {}
    near, far = Path("log.csv"), Path("far/log.csv").absolute()
    assert names_of([near, far]) == {near: "log.csv", far: far.as_posix()}
