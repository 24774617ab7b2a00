"""A town: streets with numbered houses, and towers whose flats share one address but for the unit."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

CITY, STATE = "Harlow Falls", "WI"
_POSTAL_CODES = ("53971", "53972", "53973", "53975", "53976", "53978", "53979")
_NAME_LIST = """
Maple Oak Cedar Pine Elm Walnut Birch Cherry Willow Chestnut Spruce Aspen Hickory Juniper Laurel Magnolia Poplar
Sycamore Alder Hazel Lincoln Jefferson Madison Monroe Adams Grant Jackson Franklin Harrison Taylor Lake River
Park Hill Ridge Meadow Valley Spring Mill Bridge Church School Station Market Orchard Garden Prairie Canal Harbor
Quarry Foundry Summit Highland Fairview Lakeview Sunset Hillcrest Woodland Brookside Riverside Northfield Eastgate
"""
_NAMES = _NAME_LIST.split()
_SUFFIXES = ("Street", "Avenue", "Drive", "Lane", "Court", "Road", "Boulevard", "Way")
_SHORT = {
    "Street": "St", "Avenue": "Ave", "Drive": "Dr", "Lane": "Ln", "Court": "Ct", "Road": "Rd", "Boulevard": "Blvd",
    "Way": "Way",
}  # fmt: skip
_ELSEWHERE = {
    "America/New_York": (("Utica", "NY", "13501"), ("Dayton", "OH", "45402"), ("Macon", "GA", "31201")),
    "America/Denver": (("Pueblo", "CO", "81003"), ("Provo", "UT", "84601")),
    "America/Los_Angeles": (("Fresno", "CA", "93701"), ("Salem", "OR", "97301")),
    "America/Phoenix": (("Tempe", "AZ", "85281"), ("Yuma", "AZ", "85364")),
    "Asia/Manila": (("Quezon City", "", "1100"), ("Makati", "", "1200")),
    "America/Chicago": (("Peoria", "IL", "61602"), ("Duluth", "MN", "55802"), ("Ames", "IA", "50010")),
}
_HOUSES_IN_A_STREET = 55
_FLOORS, _DOORS = 14, "ABCDEF"


@dataclass(frozen=True)
class Address:
    """Where a household lives. ``unit`` is empty for a house, floor and door for a flat (``7C``)."""

    number: int
    name: str
    suffix: str
    unit: str
    city: str
    state: str
    postal_code: str

    def line(self, rng: Random) -> str:
        """The address as a clerk happened to write it."""
        style = rng.random()
        suffix = self.suffix if style < 0.5 else _SHORT[self.suffix]
        unit = f" {rng.choice(('Apt ', 'Apt ', '#', 'Unit '))}{self.unit}" if self.unit else ""
        text = f"{self.number} {self.name} {suffix}{unit}"
        return text.upper() if style > 0.92 else text

    @property
    def building(self) -> tuple[int, str, str]:
        """The house or tower, without the unit."""
        return self.number, self.name, self.suffix


def next_door(one: Address, other: Address) -> bool:
    """Two doors that see each other: a house or two apart in a street, or the same floor of a tower."""
    if (one.name, one.suffix, one.city) != (other.name, other.suffix, other.city) or one == other:
        return False
    if one.unit or other.unit:
        return one.building == other.building and one.unit[:-1] == other.unit[:-1]
    return abs(one.number - other.number) <= 8


def homes(rng: Random, count: int) -> list[Address]:
    """So many different homes in town, about a fifth of them flats in towers, in no order."""
    roads = [(name, suffix) for name in _NAMES for suffix in _SUFFIXES]
    rng.shuffle(roads)
    flats = count // 5
    towers = -(-flats * 10 // (9 * _FLOORS * len(_DOORS)))
    streets = -(-(count - flats) * 100 // (58 * _HOUSES_IN_A_STREET))
    found: list[Address] = []
    for name, suffix in roads[:towers]:
        number, code = rng.randrange(100, 3000, 10), rng.choice(_POSTAL_CODES)
        units = [f"{floor}{door}" for floor in range(1, _FLOORS + 1) for door in _DOORS]
        found += [Address(number, name, suffix, unit, CITY, STATE, code) for unit in units]
    found = rng.sample(found, flats)
    houses: list[Address] = []
    for place in range(streets):
        name, suffix = roads[(towers + place) % len(roads)]
        start = 100 * rng.randrange(1, 40) + 10_000 * ((towers + place) // len(roads))
        code = rng.choice(_POSTAL_CODES)
        numbers = range(start + 1, start + 1 + 4 * _HOUSES_IN_A_STREET, 4)
        houses += [Address(number, name, suffix, "", CITY, STATE, code) for number in numbers]
    found += rng.sample(houses, count - flats)
    rng.shuffle(found)
    return found


def home_elsewhere(rng: Random, zone: str) -> Address:
    """A home in another place, in the given time zone."""
    city, state, code = rng.choice(_ELSEWHERE[zone])
    number = rng.randrange(101, 9900)
    return Address(number, rng.choice(_NAMES), rng.choice(_SUFFIXES), "", city, state, code)
