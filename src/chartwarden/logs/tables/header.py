"""Which of a file's columns are the feed's: by name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from chartwarden.kernel.errors import InputRefused, refuse
from chartwarden.logs.contracts import Feed
from chartwarden.logs.tables.values import BLANKS, shown

# Also several that another delimiter holds apart.
COLUMN_NAME = re.compile("[a-z_]{2,40}([;|][a-z_]{2,40})*", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True)
class Header:
    """A file's columns: their number, the feed's by name with their position from 0, and the names not known."""

    width: int
    places: dict[str, int]
    unknown: tuple[str, ...]

    @property
    def present(self) -> tuple[str, ...]:
        """The feed's columns that the file has."""
        return tuple(self.places)

    @property
    def notes(self) -> tuple[str, ...]:
        """The unknown columns, named once."""
        return (f"unknown columns ignored: {', '.join(self.unknown)}",) if self.unknown else ()


def match_header(feed: Feed, names: Sequence[str], where: str) -> Header:
    """Find the feed's columns. Raises InputRefused where a required one is missing or one is there twice."""
    known = {column.name for column in feed.columns}
    found = [name.strip(BLANKS) for name in names]
    places: dict[str, int] = {}
    unknown: dict[str, None] = {}
    for at, name in enumerate(found):
        if name in places:
            raise refuse(where, "each column once", f"{name} twice")
        if name in known:
            places[name] = at
        elif name:
            unknown[name] = None
    if any(column.required and column.name not in places for column in feed.columns):
        raise missing_columns(feed, found, where)
    return Header(len(found), places, tuple(unknown))


def missing_columns(feed: Feed, met: Iterable[str], where: str) -> InputRefused:
    """The refusal of a file without some of the feed's required columns; names them all."""
    names = list(met)
    missing = [column.name for column in feed.columns if column.required and column.name not in names]
    word = "column" if len(missing) == 1 else "columns"
    # A file without a header begins with a row, which may tell of a person: that is not shown.
    is_header = all(COLUMN_NAME.fullmatch(name) for name in names)
    found = f"only {shown(', '.join(names))}" if is_header else "no header row"
    return refuse(where, f"the {word} {', '.join(missing)}", found)
