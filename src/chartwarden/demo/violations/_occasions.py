"""Occasions: who, when, from where, and a look into a chart. Times are seconds since 1970 (UTC)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeVar

from chartwarden.demo.period import HOUR, MINUTE
from chartwarden.demo.world import Access, Assignment, Clinic, Place, Resident, Shift, Worker
from chartwarden.kernel.errors import refuse

T = TypeVar("T")
_CLINICAL = ("note", "note", "lab", "radiology", "pathology", "operative", "discharge", "other")


@dataclass(frozen=True)
class Moment:
    """A login at a place at an instant."""

    at: int
    login: str
    place: Place

    def later(self, seconds: int) -> Moment:
        """The same seat, some time on."""
        return Moment(self.at + seconds, self.login, self.place)


def in_turn(clinic: Clinic, turn: int, variants: Sequence[T]) -> T:
    """The variants in turn, beginning with another one for each seed."""
    return variants[(turn + clinic.seed) % len(variants)]


def anyone(_: Worker) -> bool:
    """No condition."""
    return True


def shifts_of(clinic: Clinic, worker: Worker) -> list[Shift]:
    """The worker's shifts on which something was logged, in order."""
    return [shift for shift in clinic.shifts if shift.worker is worker and shift.accesses]


def a_coder(clinic: Clinic, rng: Random, fits: Callable[[Worker], bool] = anyone) -> Worker:
    """One who codes or audits and is at work in the period; one who fits where there is any, else anyone.

    Those who have done less wrong so far are likelier, so that not all falls on the same person.
    """
    at_work = {shift.worker for shift in clinic.shifts}
    staff = [worker for worker in clinic.workers("coder", "qa_auditor") if worker in at_work]
    able = [worker for worker in staff if fits(worker)] or staff
    done = {worker: sum(deed.coder == worker.person for deed in clinic.violations) for worker in able}
    return rng.choices(able, [1 / (1 + done[worker]) for worker in able])[0]


def busy_shifts(clinic: Clinic, worker: Worker) -> list[Shift]:
    """Those of the worker's regular shifts that have enough in them to hide something in."""
    return [shift for shift in shifts_of(clinic, worker) if shift.kind == "regular" and len(shift.accesses) > 30]


def a_busy_shift(clinic: Clinic, rng: Random) -> Shift | None:
    """One such shift of a coder; None where nobody is ever busy."""

    def is_busy(worker: Worker) -> bool:
        return bool(busy_shifts(clinic, worker))

    shifts = busy_shifts(clinic, a_coder(clinic, rng, is_busy))
    return rng.choice(shifts) if shifts else None


def moment_in(shift: Shift, at: int) -> Moment:
    """That instant of a shift."""
    return Moment(at, shift.login, shift.place(at))


def free_moment(clinic: Clinic, rng: Random, worker: Worker, earliest: int = 0) -> Moment:
    """An idle moment in one of the worker's shifts that begins after ``earliest``: a rest, or an empty queue."""
    shifts = [shift for shift in shifts_of(clinic, worker) if shift.idle]
    shift = rng.choice([shift for shift in shifts if shift.starts > earliest] or shifts)
    starts, ends = rng.choice(shift.idle)
    return moment_in(shift, rng.randrange(starts + 20, max(starts + 60, ends - 3 * MINUTE)))


def unassigned(clinic: Clinic, worker: Worker, patient: Resident) -> bool:
    """Whether the worker never had that patient in the queue, nor leave by a ticket."""
    asked = any((ticket.person, ticket.patient) == (worker.person, patient.patient) for ticket in clinic.tickets)
    return not asked and not clinic.given(worker.person, patient.patient)


def strangers(clinic: Clinic, rng: Random, worker: Worker, count: int) -> list[Resident]:
    """Patients who are nothing to the worker: not in the queue, no kin, no fame. Raises InputRefused without any."""
    patients = clinic.patients
    found: dict[str, Resident] = {}
    for _ in range(20 * len(patients)):
        if len(found) == count:
            break
        patient = rng.choice(patients)
        if unassigned(clinic, worker, patient) and not worker.close_to(patient) and not patient.flags:
            found[patient.patient] = patient
    if count and not found:
        raise refuse("patients", "more than one coder ever works on", f"{len(patients)}; ask for more, or fewer weeks")
    return list(found.values())


def stranger(clinic: Clinic, rng: Random, worker: Worker) -> Resident:
    """One of them."""
    return strangers(clinic, rng, worker, 1)[0]


def look(rng: Random, moment: Moment, patient: Resident, papers: int, documents: Sequence[str] = ()) -> list[Access]:
    """Open a chart and read so many papers of it (0: only the first page), by default clinical ones."""
    place = moment.place
    at = moment.at
    log = [Access(at, moment.login, "open", patient.patient, device=place.device, address=place.address)]
    for _ in range(papers):
        at += rng.randrange(8, 95)
        document = rng.choice(documents or _CLINICAL)
        log.append(Access(at, moment.login, "view", patient.patient, "", document, place.device, place.address))
    return log


def spree(rng: Random, moment: Moment, patients: list[Resident], papers: tuple[int, int]) -> list[Access]:
    """Look into one chart after the other, at each for as many papers as the range says."""
    log: list[Access] = []
    for patient in patients:
        log += look(rng, moment, patient, rng.randrange(papers[0], papers[1] + 1))
        moment = moment.later(log[-1].at - moment.at + rng.randrange(10, 90))
    return log


def queue_at(clinic: Clinic, worker: Worker, begins: int, ends: int) -> list[Assignment]:
    """What the worker has in the queue through all of that time."""
    return [
        assignment
        for assignment in clinic.assignments
        if assignment.coder == worker.person and assignment.covers(begins) and assignment.covers(ends)
    ]


def queue_looks(clinic: Clinic, rng: Random, moment: Moment, waiting: list[Assignment], count: int) -> list[Access]:
    """Read in up to so many charts of a queue, one after the other."""
    by_id = {patient.patient: patient for patient in clinic.patients}
    log: list[Access] = []
    for assignment in rng.sample(waiting, min(count, len(waiting))):
        seen = look(rng, moment, by_id[assignment.patient], rng.randrange(2, 5))
        for access in seen:
            access.encounter = assignment.encounter
        log += seen
        moment = moment.later(seen[-1].at - moment.at + rng.randrange(30, 200))
    return log


def off_duty(clinic: Clinic, worker: Worker, begins: int, ends: int) -> bool:
    """Whether no shift of the worker comes near that time."""
    return all(ends + 2 * HOUR < s.starts or s.ends + 2 * HOUR < begins for s in clinic.shifts if s.worker is worker)
