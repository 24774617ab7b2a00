"""One row of a feed, read with care: every value, and what must hold between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar
from zoneinfo import ZoneInfo

from chartwarden.kernel.zones import Instant
from chartwarden.logs.contracts import Feed
from chartwarden.logs.tables.values import RowFault, parser, trimmed

T = TypeVar("T")
Texts = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Values:
    """A row as read: its values by the feed's columns, in their order, and whether a local time had to be guessed."""

    values: tuple[object, ...]
    guessed: bool


class RowReader:
    """Reads the rows of one feed."""

    def __init__(self, feed: Feed, zone: ZoneInfo) -> None:
        self._parsers = [(column.name, column.required, parser(column, zone)) for column in feed.columns]
        place = {column.name: at for at, column in enumerate(feed.columns)}
        self._ordered = [(begin, end, place[begin], place[end]) for begin, end in feed.ordered]

    def read(self, texts: Texts) -> Values:
        """The row's values. Raises RowFault with the first thing wrong, in the order of the feed's columns."""
        values: list[object] = []
        guessed = False
        for name, required, parse in self._parsers:
            found = trimmed(texts.get(name))
            if found is None:
                if required:
                    raise RowFault(f"expected a value in {name}; found none")
                values.append(None)
                continue
            value = parse(found)
            if isinstance(value, Instant):
                guessed = guessed or value.guessed
                value = value.utc
            values.append(value)
        for begin, end, first, last in self._ordered:
            check_order(begin, end, values[first], values[last])
        return Values(tuple(values), guessed)


def check_order(begin: str, end: str, first: object, last: object) -> None:
    """Raise RowFault where an end comes before its begin. Both are instants or both are dates."""
    if first is not None and last is not None and last < first:  # type: ignore[operator]
        raise RowFault(f"expected {end} not before {begin}; found {last} before {first}")
