"""Somebody whom everyone talks about is a patient here."""

from __future__ import annotations

from random import Random

from chartwarden.demo.planting import Violation
from chartwarden.demo.violations._occasions import a_coder, free_moment, in_turn, look, unassigned
from chartwarden.demo.world import Clinic, Deed, Resident, Worker


def plant(clinic: Clinic, rng: Random, turn: int) -> Deed | None:
    """One look; a look after the first try was refused; or following the news for days."""
    coder = a_coder(clinic, rng, lambda worker: bool(_known(clinic, worker)))
    known = _known(clinic, coder)
    if not known:
        return None
    patient = rng.choice(known)
    variant = in_turn(clinic, turn, ("one look", "refused, then opened", "for days"))
    times = rng.randrange(3, 6) if variant == "for days" else 1
    log = [
        access
        for _ in range(times)
        for access in look(rng, free_moment(clinic, rng, coder), patient, rng.randrange(0, 4))
    ]
    if variant == "refused, then opened":
        refused = look(rng, free_moment(clinic, rng, coder), patient, 0)
        refused[0].at, refused[0].outcome = log[0].at - rng.randrange(15, 90), "denied"
        refused[0].device, refused[0].address = log[0].device, log[0].address
        refused[0].actor = log[0].actor
        log += refused
    clinic.accesses += log
    return Deed("", variant, coder.person, patient.patient, log)


def _known(clinic: Clinic, worker: Worker) -> list[Resident]:
    return [
        patient
        for patient in clinic.patients
        if "public_figure" in patient.flags and unassigned(clinic, worker, patient) and not worker.close_to(patient)
    ]


VIOLATION = Violation("Opens the record of a public figure", 3, plant)
