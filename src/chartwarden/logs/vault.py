"""Input files as received, kept by the SHA-256 of their bytes, so that a review can be done again and proved."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from chartwarden.kernel.errors import refuse

BLOCK = 1 << 20


def sha256(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def place(digest: str, vault: Path) -> Path:
    """Where the bytes of that digest lie: a folder by its first two digits."""
    return vault / digest[:2] / digest


def store(path: Path, vault: Path) -> str:
    """Copy a file's bytes into the vault and return their SHA-256.

    The copy appears whole or not at all, and is not written again where it is already there. Raises InputRefused where
    the file can't be read.
    """
    vault.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with tempfile.NamedTemporaryFile(dir=vault, prefix="incoming-", delete=False) as copy:
        unfinished = Path(copy.name)
        try:
            with path.open("rb") as file:
                while block := file.read(BLOCK):
                    digest.update(block)
                    copy.write(block)
            copy.flush()
            os.fsync(copy.fileno())
        except OSError as fault:
            copy.close()
            unfinished.unlink()
            raise refuse(path.name, "a file that can be read and kept", fault.strerror or str(fault)) from None
    target = place(digest.hexdigest(), vault)
    if target.exists():
        unfinished.unlink()
    else:
        target.parent.mkdir(exist_ok=True)
        unfinished.replace(target)
    return digest.hexdigest()


def verify(digest: str, vault: Path) -> bool:
    """Whether the vault holds exactly the bytes of that digest."""
    kept = place(digest, vault)
    return kept.is_file() and sha256(kept) == digest
