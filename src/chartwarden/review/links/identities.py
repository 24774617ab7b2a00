"""Staff and patients in the columns that the model compares. Pure.

A home is one household's: a house, or a unit of a building of several. Where a building is known to hold several
households and no unit is given, the home is not known, only the building.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from chartwarden.review.links import names
from chartwarden.review.links.addresses import Address, parse_address
from chartwarden.review.links.model import LARGEST_HOUSEHOLD, NEAR_HOUSES

COLUMNS = pa.schema(
    [
        *((name, pa.string()) for name in ("id", "surname", "given", "phone", "contact_phone", "contact")),
        ("birth_date", pa.date32()),
        *((name, pa.string()) for name in ("home", "building", "unit", "street", "postal_code", "city")),
        ("house", pa.int64()),
    ]
)


def staff_table(rows: Iterable[Mapping[str, Any]], crowded: frozenset[str]) -> pa.Table:
    """The staff's side. Their own name and number stand where a patient's contact stands."""
    found = []
    for row in rows:
        own = _person(row, crowded)
        full = names.full(row["given_name"], row["family_name"])
        found.append({**own, "contact_phone": own["phone"], "contact": full})
    return pa.Table.from_pylist(found, schema=COLUMNS)


def patient_table(rows: Iterable[Mapping[str, Any]], crowded: frozenset[str]) -> pa.Table:
    """The patients' side, with their contacts."""
    found = []
    for row in rows:
        phone = names.telephone(row["contact_phone"])
        found.append({**_person(row, crowded), "contact_phone": phone, "contact": names.contact(row["contact_name"])})
    return pa.Table.from_pylist(found, schema=COLUMNS)


def close_buildings(
    pairs: Iterable[tuple[str, str]], staff: Iterable[Mapping[str, Any]], patients: Iterable[Mapping[str, Any]]
) -> dict[tuple[str, str], str]:
    """Buildings of those of ``pairs`` who live near each other, by area and the beginning of the address as written.

    The beginning is the house number and the next word, in lower case.
    """
    homes = {row["id"]: _lives(row) for row in staff}
    others = {row["id"]: _lives(row) for row in patients}
    found: dict[tuple[str, str], str] = {}
    for person, patient in pairs:
        one, two = homes[person], others[patient]
        if one and two and one.near(two):
            found |= {(home.area, home.start): home.building for home in (one, two)}
    return found


def crowded_buildings(
    buildings: Mapping[tuple[str, str], str], residents: Iterable[Mapping[str, Any]]
) -> frozenset[str]:
    """Those of ``buildings`` with several households: more people than a household holds, or an address with a unit.

    ``residents`` are rows of area, start, held (how many) and lines (their addresses, where few).
    """
    crowded = set()
    for row in residents:
        homes = [parse_address(line) for line in row["lines"] or ()]
        if row["held"] > LARGEST_HOUSEHOLD or any(home is not None and home.unit for home in homes):
            crowded.add(buildings[row["area"], row["start"]])
    return frozenset(crowded)


def postal_code(text: str | None) -> str | None:
    """The first five signs of a postal code."""
    return (text or "")[:5].lower() or None


def city(text: str | None) -> str | None:
    """A city's name as it is compared."""
    return " ".join(names.words(text or "")) or None


def _person(row: Mapping[str, Any], crowded: frozenset[str]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "surname": names.family(row["family_name"]),
        "given": names.given(row["given_name"]),
        "birth_date": row["birth_date"],
        "phone": names.telephone(row["phone"]),
        **_place(row, crowded),
    }


def _place(row: Mapping[str, Any], crowded: frozenset[str]) -> dict[str, Any]:
    found: dict[str, Any] = {"postal_code": postal_code(row["postal_code"]), "city": city(row["city"])}
    home = _lives(row)
    if home is None:
        return found
    unit = home.address.unit
    several = home.building in crowded or bool(unit)
    found |= {"building": home.building, "unit": unit or None}
    if unit or not several:
        found["home"] = f"{home.building}|{unit}"
    if not several:
        found |= {"street": f"{home.address.street}|{home.area}", "house": home.address.house}
    return found


@dataclass(frozen=True)
class _Home:
    """An address within its area (the postal code or, without one, the city), and how it begins as written."""

    address: Address
    area: str
    start: str

    @property
    def building(self) -> str:
        return f"{self.address.house or ''}|{self.address.street}|{self.area}"

    def near(self, other: _Home) -> bool:
        if (self.area, self.address.street) != (other.area, other.address.street):
            return False
        house, next_house = self.address.house, other.address.house
        return house is not None and next_house is not None and abs(house - next_house) <= NEAR_HOUSES


def _lives(row: Mapping[str, Any]) -> _Home | None:
    address = parse_address(row["address_line"])
    area = postal_code(row["postal_code"]) or (row["city"] or "").lower()
    if address is None or not area:
        return None
    return _Home(address, area, " ".join(row["address_line"].lower().split()[:2]))
