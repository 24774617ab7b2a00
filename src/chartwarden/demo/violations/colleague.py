"""A colleague is ill, or expecting, or applying for leave: what does the chart say?"""

from __future__ import annotations

from random import Random

from chartwarden.demo.planting import Violation
from chartwarden.demo.violations._occasions import a_coder, free_moment, in_turn, look, unassigned
from chartwarden.demo.world import Clinic, Deed, Resident, Worker


def plant(clinic: Clinic, rng: Random, turn: int) -> Deed | None:
    """One look at a colleague's chart, looks over days, or at two colleagues in a row."""
    coder = a_coder(clinic, rng, lambda worker: len(_colleagues(clinic, worker)) > 1)
    colleagues = _colleagues(clinic, coder)
    if len(colleagues) < 2:
        return None
    variant = in_turn(clinic, turn, ("one look", "several days", "two colleagues"))
    chosen = rng.sample(colleagues, 2 if variant == "two colleagues" else 1)
    times = rng.randrange(2, 5) if variant == "several days" else 1
    log = [
        access
        for patient in chosen
        for _ in range(times)
        for access in look(rng, free_moment(clinic, rng, coder), patient, rng.randrange(1, 5))
    ]
    clinic.accesses += log
    return Deed("", variant, coder.person, chosen[0].patient if len(chosen) == 1 else "", log)


def _colleagues(clinic: Clinic, worker: Worker) -> list[Resident]:
    return [
        other.who
        for other in clinic.staff
        if other is not worker
        and other.who.patient
        and not worker.close_to(other.who)
        and unassigned(clinic, worker, other.who)
    ]


VIOLATION = Violation("Opens the record of somebody who works there too", 3, plant)
