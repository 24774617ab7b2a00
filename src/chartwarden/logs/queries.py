"""What others may read of the logs room.

The command line reads folders where no Django is set up, so what lies in tables is loaded when it is first asked for.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chartwarden.kernel.plugins import discover
from chartwarden.logs.catalogue import FEEDS
from chartwarden.logs.contracts import Feed, LogFormat
from chartwarden.logs.mapping import draft
from chartwarden.logs.quarantine import quarantine_csv

if TYPE_CHECKING:
    from chartwarden.logs.listing import (
        due,
        facts,
        import_of,
        imports,
        logins_seen,
        preview,
        spans,
    )

__all__ = [
    "draft_mapping",
    "due",
    "facts",
    "feeds",
    "formats",
    "import_of",
    "imports",
    "logins_seen",
    "preview",
    "quarantine_csv",
    "spans",
]
_IN_TABLES = ("due", "facts", "import_of", "imports", "logins_seen", "preview", "spans")


@cache
def formats() -> dict[str, LogFormat]:
    """Every log format plugged in, by id."""
    return discover("chartwarden.logs.formats", "FORMAT", LogFormat)


def feeds() -> tuple[Feed, ...]:
    """The feeds beside the access log: the contract of feeds.md."""
    return FEEDS


def draft_mapping(path: Path) -> str:
    """A draft of the TOML that tells what an unknown CSV's columns and words mean, from its header and first rows.

    Raises InputRefused where the file can't be read as text with a header.
    """
    return draft(path)


def __getattr__(name: str) -> Any:
    if name in _IN_TABLES:
        return getattr(import_module("chartwarden.logs.listing"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
