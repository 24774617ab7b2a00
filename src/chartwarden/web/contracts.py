"""What the command line may hold of the installation."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from chartwarden.web.entry_kinds import KINDS, EntryKind

__all__ = ["KINDS", "EntryKind", "Finding", "Level", "Ready"]


@dataclass(frozen=True)
class Ready:
    """An installation that can be started. ``accounts`` are a demo's: role, mail address and password of each.

    ``migrations`` counts the changes of tables that were made, ``backup`` is the copy of the database made before;
    ``external`` says that the database is a PostgreSQL of its own; ``first_use`` is true while there is no clinic, and
    ``code`` is then the one-time code that the first-run pages ask for. ``keys`` says where the master keys are.
    ``warnings`` are what must not stay as it is.
    """

    address: str
    data: Path
    keys: str
    migrations: int
    backup: Path | None
    external: bool
    first_use: bool
    code: str
    accounts: tuple[tuple[str, str, str], ...]
    warnings: tuple[str, ...] = ()


class Level(Enum):
    """How sound one thing is."""

    OK = "ok"
    WARN = "warn"
    WRONG = "wrong"


@dataclass(frozen=True)
class Finding:
    """One thing that ``doctor`` looked at: how it is, and what to do where it is not well."""

    level: Level
    what: str
    advice: str = ""
