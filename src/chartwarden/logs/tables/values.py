"""One value of a feed: from its text to what ``Column.kind`` says, or the reason why not. The careful way's half.

``tables.expressions`` says the same in SQL, and recognises a part of what is allowed here; what it doesn't
recognise is left to this module, so the two can't disagree.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from ipaddress import ip_network
from zoneinfo import ZoneInfo, available_timezones

from chartwarden.kernel.zones import Instant, from_local, parse_instant
from chartwarden.logs.contracts import Column

# The space separators of Unicode (category Zs), which DuckDB's trim takes off too, and the tab.
BLANKS = " \t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
VALUE_LIMIT = 131_072
FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
# Reasons are filed with the report: what these columns hold about a person never stands in one.
IDENTIFYING = frozenset(
    {
        "family_name", "given_name", "birth_date", "address_line", "city", "postal_code", "phone", "contact_name",
        "contact_phone", "patient_hint",
    }
)  # fmt: skip
DATE_LENGTH = len("2026-03-08")
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d{1,15}(\.\d{1,15})?", re.ASCII)

Parse = Callable[[str], object]


class RowFault(ValueError):
    """A row that can't be read. Its text says what was expected and what was found."""


class EncodingFault(RowFault):
    """A row that is not UTF-8."""


def trimmed(raw: str | None) -> str | None:
    """The text without blanks around it; None where nothing is left."""
    return (raw.strip(BLANKS) or None) if raw is not None else None


@lru_cache(maxsize=1)
def zone_names() -> tuple[str, ...]:
    """Every IANA zone known here."""
    return tuple(sorted(available_timezones()))


def parser(column: Column, zone: ZoneInfo, is_end: bool = False) -> Parse:
    """How a trimmed text of that column is read. The function raises RowFault; an instant comes as ``Instant``.

    Where an instant ``is_end`` of a pair, a date alone means the next midnight.
    """
    if column.kind == "instant":
        return lambda found: _instant(column, found, zone, is_end)
    if column.kind == "word" and column.words:
        allowed = dict.fromkeys(column.words)
        return lambda found: found if found in allowed else _refused(column, one_of(column.words), found)
    return {
        "id": lambda found: _line(column, found),
        "word": lambda found: _line(column, found),
        "text": lambda found: _text(column, found),
        "zone": lambda found: _zone(column, found),
        "network": lambda found: _network(column, found),
        "words": lambda found: _words(column, found),
        "date": lambda found: _date(column, found),
        "time": lambda found: _time(column, found),
        "flag": lambda found: _flag(column, found),
        "number": lambda found: _number(column, found),
    }[column.kind]


def one_of(words: tuple[str, ...]) -> str:
    """``one of a, b, c``."""
    return "one of " + ", ".join(words)


def shown(found: str) -> str:
    """What was found, quoted, cut to 80 characters."""
    return repr(found) if len(found) <= 80 else repr(found[:80]) + "…"


def count_of(found: str) -> str:
    """What stands in a reason for a value that may identify a person: ``28 characters``."""
    return "1 character" if len(found) == 1 else f"{len(found):,} characters"


def _refused(column: Column, expected: str, found: str) -> object:
    told = count_of(found) if column.name in IDENTIFYING else shown(found)
    raise RowFault(f"{column.name}: expected {expected}; found {told}")


def _text(column: Column, found: str) -> str:
    if "\0" in found:
        raise RowFault(f"{column.name}: expected text; found a NUL character")
    if len(found) > VALUE_LIMIT:
        raise RowFault(f"{column.name}: expected at most {VALUE_LIMIT:,} characters; found {len(found):,}")
    return found


def _line(column: Column, found: str) -> str:
    if "\n" in found or "\r" in found:
        _refused(column, "a value on one line", found)
    return _text(column, found)


def _instant(column: Column, found: str, zone: ZoneInfo, is_end: bool) -> Instant:
    try:
        if is_end and (day := _day(found)):
            return from_local(datetime.combine(day + timedelta(days=1), time()), zone)
        return parse_instant(found, zone)
    except ValueError as fault:
        raise RowFault(f"{column.name}: {fault}") from None
    except OverflowError:
        raise RowFault(f"{column.name}: expected a time in the years 1 to 9999; found {shown(found)}") from None


def _day(found: str) -> date | None:
    """The date, where the text is a date alone in ISO 8601."""
    if len(found) > DATE_LENGTH:
        return None
    try:
        return date.fromisoformat(found)
    except ValueError:
        return None


def _zone(column: Column, found: str) -> object:
    return found if found in zone_names() else _refused(column, "an IANA time zone such as America/Chicago", found)


def _network(column: Column, found: str) -> object:
    try:
        ip_network(found, strict=False)
    except ValueError:
        return _refused(column, "a range of addresses such as 10.20.0.0/16", found)
    return found


def _date(column: Column, found: str) -> object:
    try:
        if _DATE.fullmatch(found):
            return date.fromisoformat(found)
    except ValueError:
        pass
    return _refused(column, "a date such as 2026-03-08", found)


def _time(column: Column, found: str) -> object:
    match = _TIME.fullmatch(found)
    return int(match[1]) * 60 + int(match[2]) if match else _refused(column, "a time such as 07:30", found)


def _words(column: Column, found: str) -> list[str]:
    words = [word for part in _line(column, found).split(";") if (word := part.strip(BLANKS))]
    for word in words:
        if column.words and word not in column.words:
            _refused(column, one_of(column.words), word)
    return words


def _flag(column: Column, found: str) -> object:
    flag = FLAGS.get(found.lower())
    return _refused(column, "true or false", found) if flag is None else flag


def _number(column: Column, found: str) -> object:
    return float(found) if _NUMBER.fullmatch(found) else _refused(column, "a number such as 12.5", found)
