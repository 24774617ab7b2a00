"""A chart that is in order, but in somebody else's."""

from __future__ import annotations

from random import Random

from chartwarden.demo.period import HOUR
from chartwarden.demo.planting import Violation
from chartwarden.demo.violations._occasions import a_coder, free_moment, in_turn, look, unassigned
from chartwarden.demo.world import Access, Clinic, Deed


def plant(clinic: Clinic, rng: Random, turn: int) -> Deed | None:
    """One or several charts that lie in other coders' queues at that moment: help nobody asked for, or curiosity."""
    coder = a_coder(clinic, rng)
    moment = free_moment(clinic, rng, coder)
    by_id = {patient.patient: patient for patient in clinic.patients}
    others = [
        assignment
        for assignment in clinic.assignments
        if assignment.coder != coder.person
        and assignment.covers(moment.at)
        and assignment.covers(moment.at + HOUR // 2)
        and unassigned(clinic, coder, by_id[assignment.patient])
        and not coder.close_to(by_id[assignment.patient])
    ]
    if not others:
        return None
    variant, count = in_turn(clinic, turn, (("one chart", 1), ("several charts", rng.randrange(2, 6))))
    chosen = rng.sample(others, min(count, len(others)))
    log: list[Access] = []
    for assignment in chosen:
        seen = look(rng, moment, by_id[assignment.patient], rng.randrange(2, 6))
        for access in seen:
            access.encounter = assignment.encounter
        log += seen
        moment = moment.later(seen[-1].at - moment.at + rng.randrange(10, 60))
    clinic.accesses += log
    return Deed("", variant, coder.person, chosen[0].patient if len(chosen) == 1 else "", log)


VIOLATION = Violation("Opens charts from another coder's queue", 3, plant)
