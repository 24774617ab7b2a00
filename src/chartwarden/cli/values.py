"""Option values: read here, so that a wrong one is refused in the same words as a wrong input."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date

from chartwarden.kernel.errors import refuse

FIRST_YEAR, LAST_YEAR = 1970, 2099


def day(option: str) -> Callable[[str], date]:
    """A reader of days: ``2026-05-04``. Raises InputRefused, naming the option."""

    def read(text: str) -> date:
        try:
            found = date.fromisoformat(text.strip())
        except ValueError:
            raise refuse(option, "a day such as 2026-05-04", repr(text)) from None
        if not FIRST_YEAR <= found.year <= LAST_YEAR:
            raise refuse(option, f"a day of the years {FIRST_YEAR} to {LAST_YEAR}", str(found))
        return found

    return read


def whole(option: str, least: int, most: int) -> Callable[[str], int]:
    """A reader of whole numbers between two, both included. Raises InputRefused, naming the option."""

    def read(given: str | int) -> int:
        text = str(given).strip()  # the option's default comes by here too, as a number
        if text.isascii() and text.isdigit() and least <= int(text) <= most:
            return int(text)
        raise refuse(option, f"a whole number from {least:,} to {most:,}", repr(given))

    return read


def word(option: str, words: Collection[str]) -> Callable[[str], str]:
    """A reader of one of some words. Raises InputRefused, naming the option."""

    def read(text: str) -> str:
        if text in words:
            return text
        raise refuse(option, "one of " + ", ".join(words), repr(text))

    return read
