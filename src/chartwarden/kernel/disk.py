"""Whether a fault says that there is no room on the disk: the system, SQLite and DuckDB each say it in another way."""

from __future__ import annotations

import errno
import os

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
SQLITE = "database or disk is full"


def is_full(fault: BaseException | None) -> bool:
    """Whether the fault, or what it was raised from, is a full disk (or a quota, or a limit on the size of files)."""
    while fault is not None:
        if isinstance(fault, OSError) and fault.errno is not None:
            if fault.errno in NO_ROOM:
                return True
        elif any(words in str(fault) for words in (SQLITE, *map(os.strerror, NO_ROOM))):
            return True
        fault = fault.__cause__
    return False
