"""One value of a feed as SQL: its typed value, and whether it is sound. The fast way's half of ``tables.values``.

Each expression recognises the common ways to write a value and calls the rest unsound, which sends the file down the
careful way. So it may be narrower than ``tables.values``, but must never read a text otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass

from chartwarden.logs.contracts import Column
from chartwarden.logs.engine import name, text
from chartwarden.logs.tables.local_time import BEGINS, ENDS, literal
from chartwarden.logs.tables.values import FLAGS, VALUE_LIMIT, zone_names

# Lengths of ISO 8601 without an offset: date, minutes, seconds, milliseconds, microseconds.
LOCAL_LENGTHS = (10, 16, 19, 23, 26)
_SECONDS = "['%Y-%m-%dT%H:%M:%S', '%Y-%m-%d %H:%M:%S']"
_SECONDS_UTC = "['%Y-%m-%dT%H:%M:%SZ', '%Y-%m-%d %H:%M:%SZ']"
_LOCAL = r"\d{4}-\d\d-\d\d[T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{3}|\.\d{6})?)?"
_OFFSET = r"\d{4}-\d\d-\d\d[T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{3}|\.\d{6})?)?(Z|[+-](0\d|1[0-4]):[0-5]\d)"


@dataclass(frozen=True)
class Expression:
    """A column's typed value, and the condition under which it is sound (true or false, never null)."""

    value: str
    sound: str


def native_instant(column: str) -> Expression:
    """An instant that the file holds as a timestamp."""
    found = name(column)
    within = f"{found} >= {literal(BEGINS)} AND {found} < {literal(ENDS)}"
    return Expression(found, f"({found} IS NULL OR ({within}))")


def expression(column: Column, unchecked: bool, is_end: bool = False) -> Expression:
    """The value of a column whose trimmed text (null where empty) goes by the column's own name.

    An instant comes as written, local or UTC: ``is_local`` tells which. Where it ``is_end``, a date alone means the
    next midnight. ``unchecked`` says that values may hold line
    breaks, tabs or NULs, or be longer than a row of CSV, as quoted ones and those of Parquet may.
    """
    found = name(column.name)
    tame = _tame(found, column.kind) if unchecked else "true"
    if column.kind == "word" and column.words:
        return Expression(found, f"({found} IS NULL OR {found} IN ({_list(column.words)}))")
    if column.kind in ("id", "word", "text"):
        return Expression(found, tame)
    if column.kind == "network":
        # SQL has no check for it, and lists of networks are short: any value is left to the careful way.
        return Expression(found, f"({found} IS NULL)")
    value = {
        "instant": _instant(found, is_end),
        "date": f"CASE WHEN regexp_full_match({found}, '\\d{{4}}-\\d\\d-\\d\\d') AND {found} >= '0001' "
        f"THEN TRY_CAST({found} AS DATE) END",
        "time": f"CASE WHEN regexp_full_match({found}, '([01]\\d|2[0-3]):[0-5]\\d') "
        f"THEN CAST({found}[1:2] AS INTEGER) * 60 + CAST({found}[4:5] AS INTEGER) END",
        "zone": f"CASE WHEN {found} IN ({_list(zone_names())}) THEN {found} END",
        "words": _words(column, found),
        "flag": f"CASE lower({found}) {' '.join(f'WHEN {text(k)} THEN {v}' for k, v in FLAGS.items())} END",
        "number": f"CASE WHEN regexp_full_match({found}, '[+-]?\\d{{1,15}}(\\.\\d{{1,15}})?') "
        f"THEN TRY_CAST({found} AS DOUBLE) END",
    }[column.kind]
    sound = f"({found} IS NULL OR {value} IS NOT NULL)"
    return Expression(value, f"{sound} AND {tame}" if unchecked else sound)


def _tame(found: str, kind: str) -> str:
    wild = r"[\x00\t]" if kind == "text" else r"[\x00-\x1f]"
    return f"({found} IS NULL OR (strlen({found}) <= {VALUE_LIMIT} AND NOT regexp_matches({found}, '{wild}')))"


def is_local(column: str) -> str:
    """Whether an instant's text bears no offset, told by its length (the lengths with one are others)."""
    return f"strlen({name(column)}) IN {LOCAL_LENGTHS}"


def _instant(found: str, is_end: bool) -> str:
    day = f"TRY_CAST({found} AS TIMESTAMP) + INTERVAL {int(is_end)} DAY"
    return (
        f"CASE WHEN strlen({found}) = 19 AND {_in_range(found)} THEN try_strptime({found}, {_SECONDS}) "
        f"WHEN strlen({found}) = 20 AND {_in_range(found)} THEN try_strptime({found}, {_SECONDS_UTC}) "
        f"WHEN NOT {_in_range(found)} THEN NULL "
        f"WHEN regexp_full_match({found}, '\\d{{4}}-\\d\\d-\\d\\d') THEN {day} "
        f"WHEN regexp_full_match({found}, {text(_LOCAL)}) THEN TRY_CAST({found} AS TIMESTAMP) "
        f"WHEN regexp_full_match({found}, {text(_OFFSET)}) "
        f"THEN make_timestamp(epoch_us(TRY_CAST({found} AS TIMESTAMPTZ))) END"
    )


def _in_range(found: str) -> str:
    """Compared as text: years that ``local_time`` covers, and a digit first."""
    return f"({found} >= '{BEGINS.year}-' AND {found} < '{ENDS.year}-')"


def _words(column: Column, found: str) -> str:
    parts = f"list_filter(list_transform(string_split({found}, ';'), lambda w: trim(w)), lambda w: w <> '')"
    allowed = f"len(list_filter({parts}, lambda w: w NOT IN ({_list(column.words)}))) = 0" if column.words else "true"
    return f"CASE WHEN {allowed} THEN {parts} END"


def _list(words: tuple[str, ...]) -> str:
    return ", ".join(text(word) for word in words)
