"""A file that one process at a time holds. The operating system lets go of it when its holder dies, however it dies."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FAR = 1 << 40
"""On Windows a lock is on bytes: on one behind all that the file will ever hold."""

if sys.platform == "win32":
    import msvcrt

    def take(file: int) -> None:
        """Lock an open file, until it is closed. Raises BlockingIOError where somebody else holds it."""
        os.lseek(file, FAR, os.SEEK_SET)
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError as fault:
            raise BlockingIOError(fault.errno, fault.strerror) from None
        finally:
            os.lseek(file, 0, os.SEEK_SET)

else:
    import fcntl

    def take(file: int) -> None:
        """Lock an open file, until it is closed. Raises BlockingIOError where somebody else holds it."""
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def holding(path: Path) -> Iterator[bool]:
    """Hold the lock of a file until the block ends; False where another process holds it, and nothing is waited for.

    What counts is the lock, not the file: it may be there before, and it stays. Where it was removed in the very
    moment in which it was opened, it is not held. Child processes do not inherit it.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield _taken(file) and _is_still(path, file)
    finally:
        os.close(file)


def is_held(path: Path) -> bool:
    """Whether some process holds the lock of a file; never that of one that is not there."""
    try:
        file = os.open(path, os.O_RDWR)
    except OSError:
        return False
    try:
        return not _taken(file)
    finally:
        os.close(file)


def _taken(file: int) -> bool:
    try:
        take(file)
    except OSError:
        return False
    return True


def _is_still(path: Path, file: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(file))
    except OSError:
        return False
