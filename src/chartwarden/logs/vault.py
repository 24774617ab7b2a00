"""Where an import's sealed files lie in the data folder, and what they are bound to.

Raw bytes lie in ``vault/CLINIC/XX/IMPORT``, canonical Parquet and quarantine in ``events/CLINIC/``; names are random
ids. Each is sealed under the clinic's key for logs and bound to its import, so that files can't be exchanged.
"""

from __future__ import annotations

import errno
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from django.conf import settings

from chartwarden.kernel.errors import InputRefused, refuse

PURPOSE = "logs"
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def raw(clinic: UUID, identity: UUID) -> Path:
    """The sealed bytes of an import as they were received."""
    return _folder("vault", clinic) / identity.hex[:2] / identity.hex


def part(clinic: UUID, identity: UUID, number: int) -> Path:
    """One of an import's canonical Parquet files, sealed."""
    return _folder("events", clinic) / f"{identity}{f'.{number}' if number else ''}.parquet.sealed"


def quarantine(clinic: UUID, identity: UUID) -> Path:
    """An import's rows in quarantine, sealed."""
    return _folder("events", clinic) / f"{identity}.quarantine.sealed"


def context(identity: UUID, what: str) -> bytes:
    """What a sealed file is bound to."""
    return f"logs {what} {identity}".encode()


def prepared(path: Path) -> Path:
    """The same path, its folder made."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def destroy(clinic: UUID, identity: UUID) -> None:
    """Delete all sealed files of an import. Nothing there is fine."""
    raw(clinic, identity).unlink(missing_ok=True)
    for path in _folder("events", clinic).glob(f"{identity}.*"):
        path.unlink(missing_ok=True)


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder for plain working copies, gone afterwards; the worker empties their parent when it starts."""
    parent = Path(settings.DATA) / "scratch"
    parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(dir=parent, prefix="import-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def told_plainly(fault: OSError) -> InputRefused | OSError:
    """A full disk as a refusal in plain words; any other fault as it is."""
    if fault.errno in NO_ROOM:
        return refuse("the data folder", "room on the disk for this file", "a full disk; nothing of the file was kept")
    return fault


def _folder(what: str, clinic: UUID) -> Path:
    return Path(settings.DATA) / what / str(clinic)
