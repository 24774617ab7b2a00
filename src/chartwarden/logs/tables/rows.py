"""One row of a feed, read with care: every value, and what must hold between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TypeVar
from zoneinfo import ZoneInfo

from chartwarden.kernel.zones import Instant, from_local
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
        ends = {end for _, end in feed.ordered}
        self._zone = zone
        self._parsers = [
            (column.name, column.required, parser(column, zone, column.name in ends)) for column in feed.columns
        ]
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
            self._check_order(begin, end, values[first], values[last])
        return Values(tuple(values), guessed)

    def _check_order(self, begin: str, end: str, first: object, last: object) -> None:
        if first is None or last is None:
            return
        earliest, latest = (first, last) if type(first) is type(last) else map(self._instant, (first, last))
        if latest < earliest:  # type: ignore[operator]
            raise RowFault(f"expected {end} not before {begin}; found {last} before {first}")

    def _instant(self, value: object) -> object:
        """A date as its first moment."""
        if isinstance(value, datetime) or not isinstance(value, date):
            return value
        return from_local(datetime.combine(value, time()), self._zone).utc
