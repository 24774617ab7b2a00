"""What others may read of the logs room."""

from __future__ import annotations

from functools import cache

from chartwarden.kernel.plugins import discover
from chartwarden.logs.contracts import LogFormat


@cache
def formats() -> dict[str, LogFormat]:
    """Every log format plugged in, by id."""
    return discover("chartwarden.logs.formats", "FORMAT", LogFormat)
