"""From a feed's columns as texts to typed columns, in SQL: the fast way, whatever the file."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from chartwarden.logs.contracts import Column, Feed
from chartwarden.logs.engine import name
from chartwarden.logs.tables.expressions import Expression, expression, is_local, native_instant
from chartwarden.logs.tables.local_time import to_utc, unsure

SQL_TYPES = {
    "id": "VARCHAR", "text": "VARCHAR", "word": "VARCHAR", "zone": "VARCHAR", "network": "VARCHAR",
    "words": "VARCHAR[]", "number": "DOUBLE", "instant": "TIMESTAMP", "date": "DATE", "time": "INTEGER",
    "flag": "BOOLEAN",
}  # fmt: skip
SOUND, GUESSED = "row is sound", "row is guessed"


@dataclass(frozen=True)
class Texts:
    """A SELECT of texts: which of the feed's columns it has, and ``unchecked`` as for ``expressions.expression``.

    ``native`` are the columns that are timestamps already, of which those in ``local`` are local time and the others
    UTC.
    """

    select: str
    present: tuple[str, ...]
    unchecked: bool
    native: frozenset[str] = frozenset()
    local: frozenset[str] = frozenset()


def select(feed: Feed, texts: Texts, zone: ZoneInfo) -> str:
    """A SELECT of the feed's columns, typed, and of SOUND and GUESSED (true or false). Rows and their order stay.

    Where SOUND is false the values mean nothing: the row has a fault, or is written in a way that only the careful
    way knows.
    """
    inner = _parsed(feed, texts)
    values = ", ".join(_final(column, texts, zone) for column in feed.columns)
    instants = [column.name for column in feed.columns if column.kind == "instant" and column.name in texts.present]
    guessed = [f"coalesce({name(_local(c))} AND {unsure(name(c), zone)}, false)" for c in instants]
    any_guessed = f"({' OR '.join(guessed) or 'false'}) AS {name(GUESSED)}"
    outer = f"SELECT {values}, {name(SOUND)}, {any_guessed} FROM ({inner})"
    if not feed.ordered:
        return outer
    columns = ", ".join(name(column.name) for column in feed.columns)
    order = " AND ".join(_in_order(begin, end, feed, zone) for begin, end in feed.ordered)
    return f"SELECT {columns}, {name(SOUND)} AND {order} AS {name(SOUND)}, {name(GUESSED)} FROM ({outer})"


def _parsed(feed: Feed, texts: Texts) -> str:
    """Each value typed, an instant still as written, with whether it is local; and whether all are sound."""
    ends = {end for _, end in feed.ordered}
    read, sound = [], []
    for column in feed.columns:
        if column.name not in texts.present:
            continue
        found = _expression(column, texts, column.name in ends)
        read.append(f"{found.value} AS {name(column.name)}")
        if column.kind == "instant":
            read.append(f"{_is_local(column.name, texts)} AS {name(_local(column.name))}")
        sound += [found.sound] if found.sound != "true" else []
        sound += [f"{name(column.name)} IS NOT NULL"] if column.required else []
    return f"SELECT {', '.join(read)}, {' AND '.join(sound) or 'true'} AS {name(SOUND)} FROM ({texts.select})"


def _expression(column: Column, texts: Texts, is_end: bool) -> Expression:
    return native_instant(column.name) if column.name in texts.native else expression(column, texts.unchecked, is_end)


def _final(column: Column, texts: Texts, zone: ZoneInfo) -> str:
    found = name(column.name)
    if column.name not in texts.present:
        return f"CAST(NULL AS {SQL_TYPES[column.kind]}) AS {found}"
    if column.kind != "instant":
        return found
    return f"CASE WHEN {name(_local(column.name))} THEN {to_utc(found, zone)} ELSE {found} END AS {found}"


def _in_order(begin: str, end: str, feed: Feed, zone: ZoneInfo) -> str:
    """Whether an end is not before its begin. Where only one is an instant, the date counts from its first moment."""
    kinds = {column.name: column.kind for column in feed.columns}
    first, last = name(begin), name(end)
    if kinds[begin] != kinds[end]:
        first = to_utc(f"CAST({first} AS TIMESTAMP)", zone) if kinds[begin] == "date" else first
        last = to_utc(f"CAST({last} AS TIMESTAMP)", zone) if kinds[end] == "date" else last
    return f"coalesce({first} <= {last}, true)"


def _is_local(column: str, texts: Texts) -> str:
    if column in texts.native:
        return "true" if column in texts.local else "false"
    return is_local(column)


def _local(column: str) -> str:
    return f"{column} is local"
