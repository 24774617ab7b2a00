"""Names and telephone numbers in the form in which they are compared. Pure."""

from __future__ import annotations

import re
import unicodedata

GENERATIONS = frozenset({"jr", "sr", "ii", "iii", "iv"})
FEWEST_DIGITS = 7
NATIONAL_DIGITS = 10


def fold(text: str) -> str:
    """Lower case, without accents: ``Muñoz`` becomes ``munoz``."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in plain if not unicodedata.combining(sign))


def words(text: str) -> list[str]:
    """A text's words, folded. An apostrophe or a full stop within a word is no boundary: ``O'Brien`` is ``obrien``."""
    return re.findall(r"[^\W_]+", re.sub(r"['’.]", "", fold(text)))


def family(text: str | None) -> str | None:
    """A family name as one word, without Jr. and the like: ``De la Cruz, Jr.`` is ``delacruz``."""
    return "".join(_without_generation(words(text or ""))) or None


def given(text: str | None) -> str | None:
    """The first of the given names."""
    return next(iter(words(text or "")), None)


def full(given_name: str | None, family_name: str | None) -> str | None:
    """Given and family name in one; None unless both are known."""
    first, last = given(given_name), family(family_name)
    return f"{first} {last}" if first and last else None


def contact(text: str | None) -> str | None:
    """A contact's name as ``full`` would give it, from ``Given Family``, ``Given M. Family`` or ``Family, Given``.

    What stands in brackets (the relation, often) and initials in the middle are left out.
    """
    bare = re.sub(r"\([^)]*\)", " ", text or "")
    before, comma, after = bare.partition(",")
    if comma and not set(words(after)) <= GENERATIONS:
        bare = f"{after} {before}"
    parts = _without_generation(words(bare))
    if len(parts) < 2:
        return None
    return f"{parts[0]} {''.join([part for part in parts[1:-1] if len(part) > 1] + parts[-1:])}"


def telephone(text: str | None) -> str | None:
    """The digits of a number without country prefix and extension; None for fewer than seven, or all the same."""
    number = re.split(r"(?i)ext|x", text or "", maxsplit=1)[0]
    digits = re.sub(r"[^0-9]", "", number)
    if len(digits) < FEWEST_DIGITS or len(set(digits)) == 1:
        return None
    return digits[-NATIONAL_DIGITS:]


def _without_generation(parts: list[str]) -> list[str]:
    return [part for place, part in enumerate(parts) if place == 0 or part not in GENERATIONS]
