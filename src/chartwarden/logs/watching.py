"""The watched folder: what is put into ``incoming/CLINIC`` is imported by itself.

A file is taken once its size has stayed the same between two looks, and deleted when all of it was read and counts.
One that is refused stays, with a text beside it that says why; it is tried again when it is changed. One that a person
must look at before it counts (another clinic's log, as it seems) stays too, until they have it count or discard it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings

from chartwarden.clinics.queries import clinics
from chartwarden.clinics.services import acting_in
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.errors import InputRefused
from chartwarden.logs import models, previews, rules
from chartwarden.logs.receiving import Incoming

REFUSAL, HELD = ".refused.txt", ".held.txt"
UNFINISHED = (".part", ".tmp", ".crdownload", ".filepart", REFUSAL, HELD)
FOLDER = Actor.of_system("incoming")
BLOCK = 1 << 20


@dataclass
class _Seen:
    """A file as it was at the last look, and the import it became."""

    size: int
    changed: int
    taken: UUID | None = None


_seen: dict[Path, _Seen] = {}


def look(at: datetime) -> int:
    """Look through every clinic's folder once. Returns how many files were taken or done with."""
    done = 0
    for clinic in clinics():
        folder = Path(settings.DATA) / "incoming" / str(clinic.id)
        if folder.is_dir():
            with acting_in(clinic.id):
                done += sum(_look_at(path, clinic.id, at) for path in _files(folder))
    return done


def _files(folder: Path) -> list[Path]:
    """What may be taken, in the order in which it should be: people and patients before what speaks of them."""
    found = [
        path
        for path in sorted(folder.iterdir())
        if path.is_file() and not path.is_symlink() and not path.name.startswith(".")
        if not path.name.lower().endswith(UNFINISHED)
    ]
    return sorted(found, key=lambda path: not path.name.startswith(rules.FIRST))


def _look_at(path: Path, clinic: UUID, at: datetime) -> int:
    there = path.stat()
    seen = _seen.get(path)
    if seen is None or (seen.size, seen.changed) != (there.st_size, there.st_mtime_ns):
        _seen[path] = _Seen(there.st_size, there.st_mtime_ns)
        return 0
    if seen.taken is None:
        if _is_refused_already(path, there.st_mtime_ns):
            return 0
        return _take(path, seen, clinic, at)
    return _follow(path, seen, clinic)


def _take(path: Path, seen: _Seen, clinic: UUID, at: datetime) -> int:
    try:
        with (
            path.open("rb") as source,
            Incoming(
                clinic=clinic,
                name=path.name,
                source="folder",
                actor=FOLDER,
                at=at,
                counts_when_read=True,
                size=seen.size,
            ) as incoming,
        ):
            while block := source.read(BLOCK):
                incoming.write(block)
            seen.taken = incoming.finish().id
    except InputRefused as told:
        _say(path, [fault.expected for fault in told.faults])
        return 0
    except OSError:
        # Another program has it open, or it went away: the next look sees.
        _seen.pop(path, None)
        return 0
    return 1


def _follow(path: Path, seen: _Seen, clinic: UUID) -> int:
    row = models.LogImport.objects.filter(clinic_id=clinic, id=seen.taken).first()
    if row is None:
        _seen.pop(path, None)
        return 0
    if row.state in (rules.COUNTED, rules.DISCARDED):
        path.unlink(missing_ok=True)
        for told in (REFUSAL, HELD):
            path.with_name(path.name + told).unlink(missing_ok=True)
        _seen.pop(path, None)
        return 1
    if row.state == rules.REFUSED and not _is_refused_already(path, seen.changed):
        _say(path, [expected for _, expected, _ in previews.preview_of(row).faults])
        seen.taken = None
        return 1
    if row.state == rules.READ and row.held:
        _say_held(path, row.held)
    return 0


def _say_held(path: Path, why: str) -> None:
    told = path.with_name(path.name + HELD)
    if not told.exists():
        told.write_text(
            f"This file does not count yet.\n\n- {why}\n\nSomebody has it count, or discards it, in Imports.\n",
            encoding="utf-8",
        )


def _is_refused_already(path: Path, changed: int) -> bool:
    told = path.with_name(path.name + REFUSAL)
    return told.exists() and told.stat().st_mtime_ns >= changed


def _say(path: Path, expected: list[str]) -> None:
    """What was expected, but not what was found: that may be a patient's."""
    lines = "".join(f"- expected {text}\n" for text in expected)
    path.with_name(path.name + REFUSAL).write_text(
        f"This file was not imported.\n\n{lines}\n"
        "Imports in Chartwarden says what was found instead. Put a mended file in its place and it is tried again.\n",
        encoding="utf-8",
    )
