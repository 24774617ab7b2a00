"""Copies that outlive the work: printed or saved after the chart was submitted, or of charts never given."""

from __future__ import annotations

from random import Random

from chartwarden.demo.period import DAY, HOUR
from chartwarden.demo.planting import Violation
from chartwarden.demo.violations._occasions import Moment, a_coder, free_moment, in_turn, look, stranger
from chartwarden.demo.world import Access, Clinic, Deed, Worker


def plant(clinic: Clinic, rng: Random, turn: int) -> Deed | None:
    """One chart printed the day after; a batch of finished charts saved in one go; a stranger's chart saved."""
    coder = a_coder(clinic, rng)
    variant = in_turn(clinic, turn, ("printed after submission", "a batch saved", "a stranger's chart saved"))
    moment = free_moment(clinic, rng, coder, clinic.shifts[0].starts + 5 * DAY)
    if variant == "a stranger's chart saved":
        patient = stranger(clinic, rng, coder)
        log = look(rng, moment, patient, 2)
        last = log[-1]
        log.append(_copy(moment.later(last.at - moment.at + 12), patient.patient, rng.choice(("download", "print"))))
        clinic.accesses += log
        return Deed("", variant, coder.person, patient.patient, log)
    done = _finished(clinic, coder, moment.at)
    if not done:
        return None
    chosen = rng.sample(done, min(len(done), 1 if variant == "printed after submission" else rng.randrange(8, 25)))
    action = "print" if len(chosen) == 1 else rng.choice(("export", "download"))
    log = []
    for patient_id in chosen:
        log.append(_copy(moment, patient_id, action))
        moment = moment.later(rng.randrange(6, 40))
    clinic.accesses += log
    return Deed("", variant, coder.person, chosen[0] if len(chosen) == 1 else "", log)


def _copy(moment: Moment, patient: str, action: str) -> Access:
    place = moment.place
    return Access(moment.at, moment.login, action, patient, "", "note", place.device, place.address)


def _finished(clinic: Clinic, worker: Worker, at: int) -> list[str]:
    """Patients whose only work by this coder was submitted in the last days before at."""
    return [
        assignment.patient
        for assignment in clinic.assignments
        if assignment.coder == worker.person
        and assignment.outcome == "submitted"
        and assignment.ended_at is not None
        and at - 6 * DAY < assignment.ended_at < at - 3 * HOUR
        and len(clinic.given(worker.person, assignment.patient)) == 1
    ]


VIOLATION = Violation("Keeps copies of records beyond the task", 3, plant)
