"""From a feed's columns as texts to typed columns, in SQL: the fast way, whatever the file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from chartwarden.logs.contracts import Feed
from chartwarden.logs.engine import name
from chartwarden.logs.tables.expressions import expression, is_local, native_instant
from chartwarden.logs.tables.local_time import to_utc, unsure
from chartwarden.logs.tables.schema import SQL_TYPES

SOUND, GUESSED = "row is sound", "row is guessed"


@dataclass(frozen=True)
class Texts:
    """A SELECT of texts: which of the feed's columns it has, and ``unchecked`` as for ``expressions.expression``.

    ``near`` is where most instants are expected (local, naive); it only makes the common case quick. ``native`` are
    the columns that are timestamps already, of which those in ``local`` are local time and the others UTC.
    """

    select: str
    present: tuple[str, ...]
    unchecked: bool
    near: tuple[datetime, datetime]
    native: frozenset[str] = frozenset()
    local: frozenset[str] = frozenset()


def select(feed: Feed, texts: Texts, zone: ZoneInfo) -> str:
    """A SELECT of the feed's columns, typed, and of SOUND and GUESSED (true or false). Rows and their order stay.

    Where SOUND is false the values mean nothing: the row has a fault, or is written in a way that only the careful
    way knows.
    """
    present = [column for column in feed.columns if column.name in texts.present]
    instants = [column for column in present if column.kind == "instant"]
    parsed = {
        column.name: native_instant(column.name) if column.name in texts.native else expression(column, texts.unchecked)
        for column in present
    }
    read = [f"{parsed[column.name].value} AS {name(column.name)}" for column in present]
    read += [f"{_is_local(column.name, texts)} AS {name(_local(column.name))}" for column in instants]
    sound = [parsed[column.name].sound for column in present if parsed[column.name].sound != "true"]
    sound += [f"{name(column.name)} IS NOT NULL" for column in feed.columns if column.required]
    inner = f"SELECT {', '.join(read)}, {' AND '.join(sound) or 'true'} AS {name(SOUND)} FROM ({texts.select})"

    values = [_final(column.name, column.kind, texts, zone) for column in feed.columns]
    order = [f"coalesce({name(begin)} <= {name(end)}, true)" for begin, end in feed.ordered]
    guessed = [
        f"coalesce({name(_local(c.name))} AND {unsure(name(c.name), zone, texts.near)}, false)" for c in instants
    ]
    any_guessed = f"{' OR '.join(guessed) or 'false'} AS {name(GUESSED)}"
    outer = f"SELECT {', '.join(values)}, {name(SOUND)}, {any_guessed} FROM ({inner})"
    if not order:
        return outer
    columns = ", ".join(name(column.name) for column in feed.columns)
    return f"SELECT {columns}, {name(SOUND)} AND {' AND '.join(order)} AS {name(SOUND)}, {name(GUESSED)} FROM ({outer})"


def _final(column: str, kind: str, texts: Texts, zone: ZoneInfo) -> str:
    if column not in texts.present:
        return f"CAST(NULL AS {SQL_TYPES[kind]}) AS {name(column)}"
    if kind != "instant":
        return name(column)
    return (
        f"CASE WHEN {name(_local(column))} THEN {to_utc(name(column), zone, texts.near)} "
        f"ELSE {name(column)} END AS {name(column)}"
    )


def _local(column: str) -> str:
    return f"{column} is local"


def _is_local(column: str, texts: Texts) -> str:
    if column in texts.native:
        return "true" if column in texts.local else "false"
    return is_local(column)
