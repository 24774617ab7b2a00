"""A day on which someone goes through far more records than were given to them."""

from __future__ import annotations

from random import Random

from chartwarden.demo.planting import Violation
from chartwarden.demo.violations._occasions import (
    a_coder,
    in_turn,
    look,
    moment_in,
    shifts_of,
    strangers,
)
from chartwarden.demo.world import Access, Clinic, Deed


def plant(clinic: Clinic, rng: Random, turn: int) -> Deed | None:
    """Strangers between the charts of a whole day, or one after the other within two hours."""
    coder = a_coder(clinic, rng)
    variant, count = in_turn(
        clinic, turn, (("over a day", rng.randrange(18, 30)), ("in two hours", rng.randrange(35, 80)))
    )
    shift = rng.choice([shift for shift in shifts_of(clinic, coder) if shift.kind == "regular"])
    span = (shift.starts + 600, shift.ends - 600)
    if variant == "in two hours":
        middle = rng.randrange(span[0] + 3600, span[1] - 3600)
        span = (middle - 3600, middle + 3600)
    log: list[Access] = []
    for patient in strangers(clinic, rng, coder, count):
        log += look(rng, moment_in(shift, rng.randrange(*span)), patient, rng.choice((0, 1, 1, 2)))
    clinic.accesses += log
    return Deed("", variant, coder.person, "", log)


VIOLATION = Violation("Opens far more records in a day than the queue holds", 2, plant)
