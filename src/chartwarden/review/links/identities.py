"""Staff and patients in the columns that the model compares. Pure.

A home is one household's: a house, or a unit of a building of several. Where a building is known to hold several
households and no unit is given, the home is not known, only the building.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from chartwarden.review.links import names
from chartwarden.review.links.addresses import Address, parse_address

LARGEST_HOUSEHOLD = 8
SHARED_NUMBER = 8

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


def crowded_buildings(residents: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """Buildings of several households: a unit is given, or more people live there than a household holds.

    ``residents`` are rows of address_line, area and held (how many).
    """
    people: dict[str, int] = {}
    crowded = set()
    for row in residents:
        address = parse_address(row["address_line"])
        if address is None or not row["area"]:
            continue
        building = _building(address, row["area"])
        people[building] = people.get(building, 0) + int(row["held"])
        if address.unit or people[building] > LARGEST_HOUSEHOLD:
            crowded.add(building)
    return frozenset(crowded)


def postal_code(text: str | None) -> str | None:
    """The first five signs of a postal code."""
    return (text or "").strip()[:5].casefold() or None


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
    area = postal_code(row["postal_code"]) or (row["city"] or "").strip().casefold()
    found: dict[str, Any] = {"postal_code": postal_code(row["postal_code"]), "city": city(row["city"])}
    address = parse_address(row["address_line"])
    if address is None or not area:
        return found
    building = _building(address, area)
    several = building in crowded or bool(address.unit)
    found |= {"building": building, "unit": address.unit or None}
    if address.unit or not several:
        found["home"] = f"{building}|{address.unit}"
    if not several:
        found |= {"street": f"{address.street}|{area}", "house": address.house}
    return found


def _building(address: Address, area: str) -> str:
    return f"{address.house or ''}|{address.street}|{area}"
