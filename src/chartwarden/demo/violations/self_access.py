"""One's own chart: the result is there already, why wait for the portal?"""

from __future__ import annotations

from random import Random

from chartwarden.demo.planting import Violation
from chartwarden.demo.violations._occasions import a_coder, free_moment, in_turn, look
from chartwarden.demo.world import Clinic, Deed, Worker


def plant(clinic: Clinic, rng: Random, turn: int) -> Deed | None:
    """One look for a result, or every few days."""

    def is_patient(worker: Worker) -> bool:
        return bool(worker.who.patient) and not clinic.given(worker.person, worker.who.patient)

    coder = a_coder(clinic, rng, is_patient)
    if not is_patient(coder):
        return None
    variant, times = in_turn(clinic, turn, (("one look", 1), ("every few days", rng.randrange(2, 6))))
    log = [
        access
        for _ in range(times)
        for access in look(rng, free_moment(clinic, rng, coder), coder.who, rng.randrange(1, 4), ("lab", "note"))
    ]
    clinic.accesses += log
    return Deed("", variant, coder.person, coder.who.patient, log)


VIOLATION = Violation("Opens their own record", 2, plant)
