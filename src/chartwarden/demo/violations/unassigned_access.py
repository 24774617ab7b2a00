"""Curiosity: charts that are in nobody's order, read for their own sake."""

from __future__ import annotations

from random import Random

from chartwarden.demo.planting import Violation
from chartwarden.demo.violations._occasions import a_coder, free_moment, in_turn, look, spree, stranger, strangers
from chartwarden.demo.world import Clinic, Deed


def plant(clinic: Clinic, rng: Random, turn: int) -> Deed | None:
    """One chart read at length; one chart come back to on other days; or a handful in one rest."""
    coder = a_coder(clinic, rng)
    variant = in_turn(clinic, turn, ("one chart read at length", "a handful in one rest", "come back to"))
    if variant == "a handful in one rest":
        log = spree(rng, free_moment(clinic, rng, coder), strangers(clinic, rng, coder, rng.randrange(4, 10)), (1, 3))
        clinic.accesses += log
        return Deed("", variant, coder.person, "", log)
    patient = stranger(clinic, rng, coder)
    times = rng.randrange(2, 5) if variant == "come back to" else 1
    log = [
        access
        for _ in range(times)
        for access in look(rng, free_moment(clinic, rng, coder), patient, rng.randrange(3, 8))
    ]
    clinic.accesses += log
    return Deed("", variant, coder.person, patient.patient, log)


VIOLATION = Violation("Reads charts that were never in the queue", 4, plant)
