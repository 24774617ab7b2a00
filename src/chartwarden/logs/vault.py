"""Where an import's sealed files lie in the data folder, and what they are bound to.

Raw bytes lie in ``vault/CLINIC/XX/IMPORT``, canonical Parquet and quarantine in ``events/CLINIC/``; names are random
ids. Each is sealed under the clinic's key for logs and bound to its import, so that files can't be exchanged.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, suppress
from pathlib import Path
from uuid import UUID

from django.conf import settings

from chartwarden.kernel import scratch
from chartwarden.kernel.disk import is_full
from chartwarden.kernel.errors import InputRefused, refuse
from chartwarden.logs import rules

PURPOSE = "logs"


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


def kept(clinic: UUID) -> list[tuple[UUID, Path]]:
    """Every file kept of a clinic's imports, with the import it belongs to; files of other names are not ours."""
    places = [path for what in ("vault", "events") for path in _folder(what, clinic).rglob("*") if path.is_file()]
    found = []
    for path in places:
        with suppress(ValueError):
            found.append((UUID(path.name.partition(".")[0]), path))
    return found


def is_left_over(path: Path, state: str, is_taken_over: bool) -> bool:
    """Whether a file is none that an import in that state needs: pure, by its name."""
    if state == rules.DISCARDED:
        return True
    if path.name.endswith(".sealing"):
        return state != rules.READING
    return state == rules.COUNTED and is_taken_over and path.name.endswith(".parquet.sealed")


def scratch_folder() -> AbstractContextManager[Path]:
    """A folder for plain working copies, gone afterwards."""
    return scratch.scratch_folder(Path(settings.DATA))


def told_plainly(fault: OSError) -> InputRefused | OSError:
    """A full disk, or a file that somebody else is sending, as a refusal in plain words; any other fault as it is."""
    if is_full(fault):
        return refuse("the data folder", "room on the disk for this file", "a full disk; nothing of the file was kept")
    if isinstance(fault, BlockingIOError):
        return refuse("the file", "one sender at a time", "another that still sends it: try again in a minute")
    return fault


def _folder(what: str, clinic: UUID) -> Path:
    return Path(settings.DATA) / what / str(clinic)
