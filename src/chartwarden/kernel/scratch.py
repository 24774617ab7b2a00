"""Folders for plain working copies: in ``scratch`` below the data folder, readable by its owner alone, gone afterwards.

Each is held by a lock that the operating system lets go of when its process dies. So what a killed process has left,
which may be unsealed, is told from what another is working with, and swept away.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from chartwarden.kernel.locks import holding

FOLDER, LOCK = "scratch", ".lock"


@contextmanager
def scratch_folder(data: Path) -> Iterator[Path]:
    """A new folder below ``data/scratch``, until the block ends."""
    place = _place(data)
    while True:
        folder = place / secrets.token_hex(8)
        lock = place / f"{folder.name}{LOCK}"
        with holding(lock) as ours:
            if ours:
                try:
                    folder.mkdir(mode=0o700)
                    yield folder
                finally:
                    shutil.rmtree(folder, ignore_errors=True)
        with suppress(OSError):
            lock.unlink(missing_ok=True)
        if ours:
            return


def sweep(data: Path) -> int:
    """Remove what nobody works with any more. Returns how much: folders, and files of older kinds."""
    place, swept = _place(data), 0
    for name in sorted({path.name.removesuffix(LOCK) for path in place.iterdir()}):
        left, lock = place / name, place / f"{name}{LOCK}"
        with holding(lock) as ours:
            if ours:
                swept += left.exists()
                _remove(left)
        if ours:
            with suppress(OSError):
                lock.unlink(missing_ok=True)
    return swept


def _place(data: Path) -> Path:
    place = data / FOLDER
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    if os.name == "posix":
        place.chmod(0o700)
    return place


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink(missing_ok=True)
