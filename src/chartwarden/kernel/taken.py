"""What became of a feed's rows when a room took them over."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Taken:
    """Rows by what they did: new ones, changed ones, ones that ended something, and those that said nothing new.

    Nothing is dropped: ``absent`` counts what is kept though the file no longer names it, ``held`` rows that the house
    does not follow (a person's own end, an end that somebody decided), ``unknown`` rows about nobody known here.
    """

    added: int = 0
    changed: int = 0
    ended: int = 0
    unchanged: int = 0
    absent: int = 0
    held: int = 0
    unknown: int = 0
