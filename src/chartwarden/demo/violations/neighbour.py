"""What happened next door."""

from __future__ import annotations

from random import Random

from chartwarden.demo.planting import Violation
from chartwarden.demo.town import next_door
from chartwarden.demo.violations._occasions import a_coder, free_moment, in_turn, look, unassigned
from chartwarden.demo.world import Clinic, Deed, Resident, Worker


def plant(clinic: Clinic, rng: Random, turn: int) -> Deed | None:
    """One look at a neighbour's chart, or looks on different days."""
    coder = a_coder(clinic, rng, lambda worker: bool(_neighbours(clinic, worker)))
    near = _neighbours(clinic, coder)
    if not near:
        return None
    patient = rng.choice(near)
    variant, times = in_turn(clinic, turn, (("one look", 1), ("come back to", rng.randrange(2, 4))))
    log = [
        access
        for _ in range(times)
        for access in look(rng, free_moment(clinic, rng, coder), patient, rng.randrange(1, 5))
    ]
    clinic.accesses += log
    return Deed("", variant, coder.person, patient.patient, log)


def _neighbours(clinic: Clinic, worker: Worker) -> list[Resident]:
    home = worker.who.home
    return [
        patient
        for patient in clinic.patients
        if next_door(home, patient.home) and not worker.close_to(patient) and unassigned(clinic, worker, patient)
    ]


VIOLATION = Violation("Opens the record of someone next door", 2, plant)
