"""Which of a file's columns are the feed's: by name."""

from __future__ import annotations

from dataclasses import dataclass

from chartwarden.kernel.errors import refuse
from chartwarden.logs.contracts import Feed
from chartwarden.logs.tables.values import BLANKS, shown


@dataclass(frozen=True)
class Header:
    """A file's columns: their number, the feed's by name with their position from 0, and the names not known."""

    width: int
    places: dict[str, int]
    unknown: tuple[str, ...]

    @property
    def notes(self) -> tuple[str, ...]:
        """The unknown columns, named once."""
        return (f"unknown columns ignored: {', '.join(self.unknown)}",) if self.unknown else ()


def match_header(feed: Feed, names: list[str], where: str) -> Header:
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
    missing = [column.name for column in feed.columns if column.required and column.name not in places]
    if missing:
        word = "column" if len(missing) == 1 else "columns"
        raise refuse(where, f"the {word} {', '.join(missing)}", f"only {shown(', '.join(found))}")
    return Header(len(found), places, tuple(unknown))
