"""What others may read of the logs room."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from chartwarden.kernel.plugins import discover
from chartwarden.logs.contracts import LogFormat
from chartwarden.logs.mapping import draft
from chartwarden.logs.quarantine import quarantine_csv

__all__ = ["draft_mapping", "formats", "quarantine_csv"]


@cache
def formats() -> dict[str, LogFormat]:
    """Every log format plugged in, by id."""
    return discover("chartwarden.logs.formats", "FORMAT", LogFormat)


def draft_mapping(path: Path) -> str:
    """A draft of the TOML that tells what an unknown CSV's columns and words mean, from its header and first rows.

    Raises InputRefused where the file can't be read as text with a header.
    """
    return draft(path)
