"""Street addresses in the form in which they are compared. Pure.

Abbreviations are those of the United States Postal Service's Publication 28 (appendices B and C), the frequent ones.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from chartwarden.review.links.names import fold

ABBREVIATIONS = {
    "alley": "aly", "avenue": "ave", "av": "ave", "boulevard": "blvd", "circle": "cir", "court": "ct", "cove": "cv",
    "crescent": "cres", "drive": "dr", "expressway": "expy", "highway": "hwy", "lane": "ln", "parkway": "pkwy",
    "place": "pl", "plaza": "plz", "point": "pt", "ridge": "rdg", "road": "rd", "route": "rte", "saint": "st",
    "square": "sq", "street": "st", "str": "st", "terrace": "ter", "trail": "trl", "turnpike": "tpke",
    "north": "n", "south": "s", "east": "e", "west": "w", "northeast": "ne", "northwest": "nw", "southeast": "se",
    "southwest": "sw", "first": "1st", "second": "2nd", "third": "3rd", "fourth": "4th", "fifth": "5th",
    "sixth": "6th", "seventh": "7th", "eighth": "8th", "ninth": "9th", "tenth": "10th",
}  # fmt: skip
SUFFIXES = frozenset(
    {
        "aly", "ave", "blvd", "cir", "ct", "cv", "cres", "dr", "expy", "hwy", "ln", "loop", "pkwy", "pl", "plz", "pt",
        "rdg", "rd", "row", "run", "sq", "st", "ter", "tpke", "trl", "way",
    }
)  # fmt: skip
UNIT_WORDS = frozenset(
    {
        "apartment", "apt", "unit", "suite", "ste", "flat", "room", "rm", "floor", "fl", "building", "bldg", "lot",
        "trailer", "trlr", "space", "spc", "#",
    }
)  # fmt: skip
DIRECTIONS = frozenset({"n", "s", "e", "w", "ne", "nw", "se", "sw"})
LONGEST_NUMBER = 9


@dataclass(frozen=True)
class Address:
    """A street address: house number (None where there is none), street, and unit (empty where none is given)."""

    house: int | None
    street: str
    unit: str


def parse_address(line: str | None) -> Address | None:
    """``12 N. Main Street, Apt. 4-B`` and ``12 north main st #4b`` are (12, ``n main st``, ``4b``). None for nothing.

    A letter after the house number (``12A``) and a part after a slash (``12/3``) count as the unit.
    """
    tokens = re.findall(r"#|[^\W_]+", re.sub(r"(?<=\w)['’.](?=\w)|(?<=\d)-(?=\w)|(?<=\w)-(?=\d)", "", fold(line or "")))
    rest, unit = _take_units(tokens)
    house, letter, rest = _take_house(rest)
    rest = [ABBREVIATIONS.get(token, token) for token in rest]
    rest, after = _take_trailing_unit(rest)
    if not rest:
        return None
    return Address(house, " ".join(rest), " ".join(part for part in (letter, *unit, *after) if part))


def _take_units(tokens: list[str]) -> tuple[list[str], list[str]]:
    """Take out each unit word with the token after it. A word at the very end names nothing and stays."""
    rest: list[str] = []
    units: list[str] = []
    place = 0
    while place < len(tokens):
        following = tokens[place + 1] if place + 1 < len(tokens) else None
        if tokens[place] not in UNIT_WORDS or following is None:
            rest.append(tokens[place])
        elif following not in UNIT_WORDS:
            units.append(following)
            place += 1
        place += 1
    return [part for part in rest if part != "#"], units


def _take_house(tokens: list[str]) -> tuple[int | None, str, list[str]]:
    if not tokens:
        return None, "", []
    found = re.fullmatch(rf"([0-9]{{1,{LONGEST_NUMBER}}})([a-z]?)", tokens[0])
    if not found or len(tokens) == 1:
        return None, "", tokens
    rest = tokens[1:]
    if len(rest) > 1 and re.fullmatch(r"[0-9]{1,4}", rest[0]) and re.fullmatch(r"[^\W\d_]+", rest[1]):
        return int(found[1]), rest[0], rest[1:]
    return int(found[1]), found[2], rest


def _take_trailing_unit(tokens: list[str]) -> tuple[list[str], list[str]]:
    """``main st 4b``: what follows the street's suffix and holds a digit, or is one letter, is the unit."""
    if len(tokens) < 3:
        return tokens, []
    last, before = tokens[-1], tokens[-2]
    after_suffix = before in SUFFIXES or (before in DIRECTIONS and tokens[-3] in SUFFIXES)
    if after_suffix and last not in DIRECTIONS and re.fullmatch(r"[a-z]?[0-9]+[a-z]?|[a-z]", last):
        return tokens[:-1], [last]
    return tokens, []
