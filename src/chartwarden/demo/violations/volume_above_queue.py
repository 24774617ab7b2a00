"""A day on which someone goes through far more records than were given to them."""

from __future__ import annotations

from random import Random

from chartwarden.demo.planting import Violation
from chartwarden.demo.violations._occasions import (
    a_busy_shift,
    in_turn,
    look,
    moment_in,
    strangers,
)
from chartwarden.demo.world import Access, Clinic, Deed


def plant(clinic: Clinic, rng: Random, turn: int) -> Deed | None:
    """Strangers between the charts of a whole day, or one after the other within two hours."""
    shift = a_busy_shift(clinic, rng)
    if shift is None:
        return None
    coder = shift.worker
    variant, count = in_turn(
        clinic, turn, (("over a day", rng.randrange(18, 30)), ("in two hours", rng.randrange(35, 80)))
    )
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
