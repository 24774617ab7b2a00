"""Where does she live now, and what is the number? The EHR knows."""

from __future__ import annotations

from random import Random

from chartwarden.demo.planting import Violation
from chartwarden.demo.violations._occasions import a_coder, free_moment, in_turn, look, strangers
from chartwarden.demo.world import Access, Clinic, Deed


def plant(clinic: Clinic, rng: Random, turn: int) -> Deed | None:
    """The demographics page and nothing else: of one patient, or of a handful."""
    coder = a_coder(clinic, rng)
    variant, count = in_turn(clinic, turn, (("a handful", rng.randrange(3, 7)), ("one", 1)))
    moment = free_moment(clinic, rng, coder)
    log: list[Access] = []
    chosen = strangers(clinic, rng, coder, count)
    for patient in chosen:
        seen = look(rng, moment, patient, rng.choice((1, 1, 2)), ("demographics",))
        log += seen
        moment = moment.later(seen[-1].at - moment.at + rng.randrange(5, 50))
    clinic.accesses += log
    return Deed("", variant, coder.person, chosen[0].patient if count == 1 else "", log)


VIOLATION = Violation("Looks up where somebody lives or how to reach them", 2, plant)
