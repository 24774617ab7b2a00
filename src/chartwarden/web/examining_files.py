"""What ``doctor`` can see without a database: programs, the data folder, the disk, the key file."""

from __future__ import annotations

import os
import platform
import re
import shutil
import sqlite3
import stat
import sys
from collections.abc import Iterator, Sequence
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from uuid import UUID

from chartwarden.kernel.errors import InputRefused
from chartwarden.kernel.keyring import VARIABLE, load_keyring
from chartwarden.web.contracts import Finding, Level
from chartwarden.web.preparing import DATABASE, KEYS

INCOMING = "incoming"
LEAST_PYTHON, LEAST_SQLITE = (3, 11), (3, 37, 0)
WRONG_BELOW, WARN_BELOW = 500 << 20, 5 << 30
"""Bytes free in the data folder."""


def of_programs() -> Iterator[Finding]:
    """Python, SQLite and the packages that Chartwarden asks for."""
    said = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    new_enough = sys.version_info >= LEAST_PYTHON and sqlite3.sqlite_version_info >= LEAST_SQLITE
    yield Finding(
        Level.OK if new_enough else Level.WRONG,
        f"programs: {said}",
        "" if new_enough else "Python 3.11 or newer with SQLite 3.37 or newer is needed.",
    )
    missing = sorted(_missing())
    if missing:
        yield Finding(Level.WRONG, f"packages: {', '.join(missing)} missing", "Install chartwarden again.")
    else:
        yield Finding(
            Level.OK, f"packages: Chartwarden {version('chartwarden')}, Django {version('django')}, all there"
        )


def _missing() -> Iterator[str]:
    for line in requires("chartwarden") or ():
        name = re.match(r"[A-Za-z0-9._-]+", line)
        if name is not None and "extra ==" not in line:
            try:
                version(name.group())
            except PackageNotFoundError:
                yield name.group()


def of_folder(data: Path) -> Iterator[Finding]:
    """The data folder: there, private, and to be written."""
    if not data.is_dir():
        yield Finding(
            Level.WRONG, f"data folder: {data} is not there", "`chartwarden serve` makes it; or name it by --data."
        )
        return
    if os.name == "posix" and (mode := stat.S_IMODE(data.stat().st_mode)) & (stat.S_IRWXG | stat.S_IRWXO):
        yield Finding(
            Level.WRONG, f"data folder: others on this machine may enter (mode {mode:04o})", f"chmod 700 {data}"
        )
    elif not os.access(data, os.W_OK | os.X_OK):
        yield Finding(Level.WRONG, "data folder: can't be written", "Run as the account that owns it.")
    else:
        yield Finding(Level.OK, f"data folder: {data.absolute()}")


def of_incoming(data: Path, clinics: Sequence[UUID]) -> Iterator[Finding]:
    """The watched folders: who may put files in, whether they can be read and taken, and which nobody looks at."""
    incoming = data / INCOMING
    owner = data.stat().st_uid
    for clinic in clinics:
        folder = incoming / str(clinic)
        wrong = next((fault for one in (incoming, folder) if (fault := _folder_fault(one, owner))), "")
        if wrong:
            yield Finding(Level.WRONG, f"incoming folder of clinic {clinic}: {wrong}", f"chmod 700 and chown {folder}")
        elif not folder.exists():
            yield Finding(Level.OK, f"incoming folder of clinic {clinic}: none. Make {folder} to use it.")
        elif shut := sum(path.is_file() and not os.access(path, os.R_OK) for path in folder.iterdir()):
            said = f"incoming folder of clinic {clinic}: {shut} files can't be read"
            yield Finding(Level.WARN, said, "Give them to the account that runs Chartwarden.")
        else:
            yield Finding(Level.OK, f"incoming folder of clinic {clinic}: watched")
    known = {str(clinic) for clinic in clinics}
    strange = [path.name for path in _entries(incoming) if path.name not in known and not path.name.startswith(".")]
    if strange:
        said = f"incoming folder: {len(strange)} things in it are no clinic's folder, so nobody looks at them"
        yield Finding(Level.WARN, said, f"Put files into {incoming / 'CLINIC'}, by the clinic's id.")


def _entries(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() and os.access(folder, os.R_OK) else []


def _folder_fault(folder: Path, owner: int) -> str:
    """What is wrong with a folder that is there: no folder, not to be used, or open to others."""
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        return f"{folder} is no folder of its own"
    if not folder.exists():
        return ""
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        return f"{folder} can't be read and written"
    there = folder.stat()
    return others_may(there.st_mode, there.st_uid, owner) if os.name == "posix" else ""


def others_may(mode: int, uid: int, owner: int) -> str:
    """Who else may put files into a folder of that mode and owner, which ``owner`` should have."""
    if uid not in (owner, 0):
        return "it belongs to another account than the data folder"
    if mode & stat.S_IWOTH:
        return f"anybody on this machine may put files in (mode {stat.S_IMODE(mode):04o})"
    return ""


def of_disk(data: Path) -> Iterator[Finding]:
    """How much is free."""
    yield disk(shutil.disk_usage(data).free)


def disk(free: int) -> Finding:
    """By bytes that are free."""
    said = f"disk: {free / (1 << 30):,.1f} GB free"
    if free < WRONG_BELOW:
        return Finding(
            Level.WRONG, said, "Make room now: when it is full, nothing can be written, and so nothing done."
        )
    if free < WARN_BELOW:
        return Finding(Level.WARN, said, "Make room soon.")
    return Finding(Level.OK, said)


def of_keys(data: Path) -> Iterator[Finding]:
    """The master keys: there, private, and of the right form."""
    path = data / KEYS
    from_environment = bool(os.environ.get(VARIABLE, "").strip())
    if not from_environment and not path.exists() and not (data / DATABASE).exists():
        yield Finding(Level.WRONG, "keys: none yet", "`chartwarden serve` makes them.")
        return
    try:
        ring = load_keyring(path, os.environ)
    except InputRefused as refused:
        fault = refused.faults[0]
        advice = (
            f"chmod 600 {path}"
            if "mode" in fault.found
            else "Put the right key file back from where you keep its copy."
        )
        yield Finding(Level.WRONG, f"keys: expected {fault.expected}; found {fault.found}", advice)
        return
    where = VARIABLE if from_environment else path.name
    yield Finding(Level.OK, f"keys: {len(ring.ids)} in {where}. Keep a copy apart from the data.")
