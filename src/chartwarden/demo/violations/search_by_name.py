"""Is he a patient here? Type the name and see."""

from __future__ import annotations

from random import Random

from chartwarden.demo.planting import Violation
from chartwarden.demo.violations._occasions import Moment, a_coder, free_moment, in_turn, look, strangers
from chartwarden.demo.world import Access, Clinic, Deed, Resident


def plant(clinic: Clinic, rng: Random, turn: int) -> Deed | None:
    """Names tried one after the other; one person sought in several spellings; or found, and opened."""
    coder = a_coder(clinic, rng)
    variant = in_turn(clinic, turn, ("several names", "found and opened", "one name, several spellings"))
    moment = free_moment(clinic, rng, coder)
    sought = strangers(clinic, rng, coder, rng.randrange(4, 9) if variant == "several names" else 1)
    queries = [_full(person) for person in sought]
    if variant != "several names":
        one = sought[0]
        queries = [one.family, _full(one), f"{one.given} {one.family}", f"{one.family}, {one.given[0]}"]
        queries = queries[: 2 if variant == "found and opened" else 4]
    log: list[Access] = []
    for query in queries:
        log.append(_search(moment, query))
        moment = moment.later(rng.randrange(8, 50))
    patient = ""
    if variant == "found and opened":
        log += look(rng, moment, sought[0], rng.randrange(1, 4))
        patient = sought[0].patient
    clinic.accesses += log
    return Deed("", variant, coder.person, patient, log)


def _full(person: Resident) -> str:
    return f"{person.family}, {person.given}"


def _search(moment: Moment, query: str) -> Access:
    place = moment.place
    return Access(moment.at, moment.login, "search", device=place.device, address=place.address, query=query)


VIOLATION = Violation("Searches for people by name without a task", 3, plant)
