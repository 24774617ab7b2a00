"""What became of a feed's rows when a room took them over."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Taken:
    """Rows by what they did: new ones, changed ones, ones that ended something, and those that said nothing new."""

    added: int = 0
    changed: int = 0
    ended: int = 0
    unchanged: int = 0
