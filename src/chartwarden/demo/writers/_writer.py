"""What a writer is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from chartwarden.demo.world import Access


@dataclass(frozen=True)
class Writer:
    """The log's file name in that dress, and how it is written: all accesses, in order of time, ids given."""

    name: str
    write: Callable[[Path, Sequence[Access]], None]
