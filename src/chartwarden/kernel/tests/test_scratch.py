"""Locks and scratch folders: one holder, let go of at its death, and what it left is swept away."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from chartwarden.kernel.disk import is_full
from chartwarden.kernel.locks import holding
from chartwarden.kernel.scratch import scratch_folder, sweep

HOLD = """
import sys
from pathlib import Path
from chartwarden.kernel.scratch import scratch_folder
with scratch_folder(Path(sys.argv[1])) as folder:
    (folder / "rows.parquet").write_bytes(b"unsealed")
    print(folder, flush=True)
    sys.stdin.read()
"""


def test_a_lock_is_held_by_one_and_let_go_of(tmp_path: Path) -> None:
    with holding(tmp_path / "lock") as first, holding(tmp_path / "lock") as second:
        assert (first, second) == (True, False)
    with holding(tmp_path / "lock") as again:
        assert again


def test_a_folder_is_private_and_gone_afterwards(tmp_path: Path) -> None:
    with scratch_folder(tmp_path) as one, scratch_folder(tmp_path) as other:
        (one / "rows.parquet").write_bytes(b"unsealed")
        assert one != other
        assert (tmp_path / "scratch").stat().st_mode & 0o777 == one.stat().st_mode & 0o777 == 0o700
        assert sweep(tmp_path) == 0
        assert (one / "rows.parquet").exists()
    assert list((tmp_path / "scratch").iterdir()) == []


def test_what_is_left_without_an_owner_is_swept_away(tmp_path: Path) -> None:
    left = tmp_path / "scratch"
    (left / "import-old").mkdir(parents=True)
    (left / "import-old" / "rows.parquet").write_bytes(b"unsealed")
    (left / "old.parquet").write_bytes(b"unsealed")
    (left / "0011.lock").touch()
    assert sweep(tmp_path) == 2
    assert list(left.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is a signal of POSIX")
def test_a_killed_process_leaves_nothing_for_long(tmp_path: Path) -> None:
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout is not None
        folder = Path(process.stdout.readline().strip())
        assert sweep(tmp_path) == 0
        assert folder.is_dir()
        os.kill(process.pid, signal.SIGKILL)
    assert folder.is_dir()
    assert sweep(tmp_path) == 1
    assert list((tmp_path / "scratch").iterdir()) == []


@pytest.mark.parametrize(
    ("fault", "full"),
    [
        (OSError(28, "No space left on device"), True),
        (OSError(27, "File too large"), True),
        (OSError(2, "No such file"), False),
        (RuntimeError("database or disk is full"), True),
        (RuntimeError('Could not write file "x": No space left on device'), True),
        (RuntimeError("locked"), False),
        (None, False),
    ],
)
def test_a_full_disk_is_known_by_what_is_said_of_it(fault: BaseException | None, full: bool) -> None:
    assert is_full(fault) is full
