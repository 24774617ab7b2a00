"""Signed heads kept outside the database, so that whoever rules the database can't rewrite history unseen.

A folder a clinic, a file a month, a line a checkpoint: JSON with ``at``, ``size`` and the C2SP ``note``. Files are only
added to, and each line is on disk before the next is begun. A line that a power cut tore is passed over.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path

from chartwarden.kernel.durably import sync_folder
from chartwarden.ledger.contracts import SignedHead

FOLDER = "checkpoints"
"""Beneath the data folder."""
ENDING = ".jsonl"
TAIL = 1 << 16
"""Bytes at the end of a file among which its newest checkpoint is."""


def add(folder: Path, heads: Iterable[SignedHead]) -> None:
    """Add checkpoints, durably. Raises OSError where they can't be written."""
    by_file: dict[str, list[SignedHead]] = {}
    for head in heads:
        by_file.setdefault(f"{head.at:%Y-%m}{ENDING}", []).append(head)
    for name, ours in by_file.items():
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            sync_folder(folder.parent)
        path = folder / name
        made = not path.exists()
        lines = "".join(
            json.dumps({"at": one.at.isoformat(), "size": one.size, "note": one.note}) + "\n" for one in ours
        )
        with path.open("ab", buffering=0) as file:
            torn = _torn(path)
            file.write((b"\n" if torn else b"") + lines.encode())
            os.fsync(file.fileno())
        if made:
            sync_folder(folder)


def _torn(path: Path) -> bool:
    """Whether the last line was cut off in the midst."""
    with path.open("rb") as file:
        end = file.seek(0, os.SEEK_END)
        file.seek(max(0, end - 1))
        return file.read() not in (b"", b"\n")


def notes(folder: Path) -> list[str]:
    """The notes of every checkpoint kept in a folder, the oldest file first."""
    return [note for _, note in sized(folder)]


def sized(folder: Path) -> list[tuple[int, str]]:
    """Size and note of every checkpoint kept in a folder, the oldest file first."""
    return [line for path in _files(folder) for line in _lines(path.read_bytes())]


def newest(folder: Path) -> tuple[int, str] | None:
    """Size and note of the checkpoint of the largest tree that was kept last, or None."""
    for path in reversed(_files(folder)):
        with path.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - TAIL))
            found = _lines(file.read())
        if found:
            return max(found)
    return None


def read(path: Path) -> list[str]:
    """Notes from what somebody kept: a folder or file of these, or a file with one note. Raises OSError, ValueError."""
    if path.is_dir():
        return notes(path)
    data = path.read_bytes()
    return [note for _, note in _lines(data)] if data.startswith(b"{") else [data.decode()]


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"*{ENDING}"))


def _lines(data: bytes) -> list[tuple[int, str]]:
    found = []
    for line in data.split(b"\n"):
        try:
            kept = json.loads(line)
            found.append((int(kept["size"]), str(kept["note"])))
        except (ValueError, KeyError, TypeError):
            continue
    return found
