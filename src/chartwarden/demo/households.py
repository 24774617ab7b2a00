"""Who lives in town, with whom, and who is told when something happens to them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from chartwarden.demo.chance import Weighted
from chartwarden.demo.names import given_name, surname
from chartwarden.demo.town import Address, homes
from chartwarden.demo.world import Resident

_YEAR = 2026
_KINDS = Weighted(("alone", "couple", "family", "one_parent", "old_couple", "flatmates"), (31, 20, 22, 9, 10, 8))
_SHARE_WITH_RECORD = 0.82


def make_residents(rng: Random, patients: int) -> list[Resident]:
    """Households until so many people have a record at the clinic; in the order in which they live, by household."""
    numbers = rng.sample(range(100_000, 100_000 + 9 * patients), patients)
    residents: list[Resident] = []
    recorded = 0
    for home in homes(rng, patients + 40):
        for resident in _household(rng, home):
            residents.append(resident)
            if recorded < patients and rng.random() < _SHARE_WITH_RECORD:
                resident.patient = f"P{numbers[recorded]}"
                resident.visits = min(12.0, rng.paretovariate(1.6)) * (0.6 + (_YEAR - resident.born.year) / 60)
                recorded += 1
        if recorded == patients:
            break
    _flag_some(rng, residents)
    return residents


def new_phone(rng: Random) -> str:
    """A telephone number; area code 555 is nobody's."""
    return f"(555) {rng.randrange(200, 1000)}-{rng.randrange(10_000):04d}"


def grown(rng: Random, home: Address, born: int, phone: str, family: str = "", woman: bool | None = None) -> Resident:
    """A person born in about that year."""
    is_woman = rng.random() < 0.52 if woman is None else woman
    day = date(born, 1, 1) + timedelta(days=rng.randrange(365))
    return Resident(family or surname(rng), given_name(rng, born, is_woman), is_woman, day, home, phone)


def _household(rng: Random, home: Address) -> list[Resident]:
    kind = _KINDS.draw(rng)
    landline = new_phone(rng)

    def phone() -> str:
        return landline if rng.random() < 0.45 else new_phone(rng)

    ages = {"alone": (20, 90), "old_couple": (66, 92), "flatmates": (19, 34)}.get(kind, (24, 62))
    born = _YEAR - rng.randrange(*ages)
    first = grown(rng, home, born, phone(), woman=None if kind in ("alone", "flatmates") else kind == "one_parent")
    members = [first]
    if kind == "flatmates":
        members += [grown(rng, home, born + rng.randrange(-4, 5), phone()) for _ in range(rng.randrange(1, 4))]
        return members
    if kind in ("couple", "family", "old_couple"):
        own_name = "" if rng.random() < 0.22 else first.family
        members.append(grown(rng, home, born + rng.randrange(-7, 8), phone(), own_name, True))
    if kind in ("family", "one_parent"):
        children = rng.choice((1, 1, 2, 2, 2, 3, 4))
        for _ in range(children):
            members.append(grown(rng, home, min(_YEAR - 1, born + rng.randrange(20, 38)), landline, first.family))
    for member in members:
        others = [other for other in members if other is not member and _YEAR - other.born.year >= 18]
        if others and rng.random() < 0.8:
            member.contact = others[0]
    return members


def _flag_some(rng: Random, residents: list[Resident]) -> None:
    recorded = [resident for resident in residents if resident.patient]
    known = rng.sample(recorded, max(4, len(recorded) // 600))
    for resident in known:
        resident.flags = ("public_figure", "restricted") if rng.random() < 0.4 else ("public_figure",)
    for resident in rng.sample(recorded, max(2, len(recorded) // 500)):
        resident.flags = resident.flags or ("restricted",)


def households(residents: list[Resident]) -> Iterator[list[Resident]]:
    """Residents by home, in order."""
    home: list[Resident] = []
    for resident in residents:
        if home and home[0].home != resident.home:
            yield home
            home = []
        home.append(resident)
    if home:
        yield home
