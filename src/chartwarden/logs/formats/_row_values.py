"""What the formats share when they read one row: the fault that quarantines it, instants, required values."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from chartwarden.kernel.zones import Instant, parse_instant

Values = Mapping[str, str | None]


class RowFault(Exception):
    """This row cannot be read; the text says what was expected and what was found."""


def expected(what: str, found: object) -> RowFault:
    """A fault in the words of every quarantine reason. What was found is cut to 80 characters."""
    shown = "nothing" if found is None else repr(found if len(str(found)) <= 80 else str(found)[:80] + "…")
    return RowFault(f"expected {what}; found {shown}")


def instant(text: str | None, column: str, local_zone: ZoneInfo) -> Instant:
    """The instant in that column. Raises RowFault where there is none, or none that a calendar holds."""
    if text is None:
        raise expected(f"a time in {column}", None)
    try:
        return parse_instant(text, local_zone)
    except ValueError as fault:
        raise RowFault(f"{column}: {fault}") from None
    except OverflowError:
        raise expected(f"a time between the years 1 and 9999 in {column}", text) from None


def need(values: Values, column: str, what: str) -> str:
    """The value of a column that must hold one. Raises RowFault where it is empty."""
    value = values.get(column)
    if value is None:
        raise expected(f"{what} in {column}", None)
    return value
