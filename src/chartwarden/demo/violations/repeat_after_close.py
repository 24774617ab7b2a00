"""A chart that was coded and closed, and would not leave somebody's mind."""

from __future__ import annotations

from random import Random

from chartwarden.demo.period import DAY, HOUR
from chartwarden.demo.planting import Violation
from chartwarden.demo.violations._occasions import a_coder, free_moment, in_turn, look
from chartwarden.demo.world import Access, Assignment, Clinic, Deed, Worker


def plant(clinic: Clinic, rng: Random, turn: int) -> Deed | None:
    """Opened once more days after it was submitted, or again and again."""
    coder = a_coder(clinic, rng)
    closed = _closed(clinic, coder)
    if not closed:
        return None
    assignment = rng.choice(closed)
    ended = assignment.ended_at or 0
    patient = next(patient for patient in clinic.patients if patient.patient == assignment.patient)
    variant, times = in_turn(
        clinic, turn, (("again and again", rng.randrange(3, 7)), ("once, at length", 1), ("twice", 2))
    )
    log: list[Access] = []
    for _ in range(times):
        seen = look(rng, free_moment(clinic, rng, coder, ended + 4 * HOUR), patient, rng.randrange(2, 6))
        if seen[0].at > ended + 4 * HOUR:
            log += seen
    clinic.accesses += log
    return Deed("", variant, coder.person, patient.patient, log) if log else None


def _closed(clinic: Clinic, worker: Worker) -> list[Assignment]:
    """What they coded once and never got back, with time left in the period to return to it."""
    last = max((shift.starts for shift in clinic.shifts if shift.worker is worker), default=0)
    return [
        assignment
        for assignment in clinic.assignments
        if assignment.coder == worker.person
        and assignment.outcome == "submitted"
        and assignment.ended_at is not None
        and assignment.ended_at < last - 5 * DAY
        and len(clinic.given(worker.person, assignment.patient)) == 1
    ]


VIOLATION = Violation("Returns to a record that was coded and closed", 3, plant)
