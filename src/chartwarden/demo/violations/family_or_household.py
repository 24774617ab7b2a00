"""A relative's chart: out of worry, out of curiosity, or coded although it should have been handed back."""

from __future__ import annotations

from random import Random

from chartwarden.demo.charts import read_chart
from chartwarden.demo.planting import Violation
from chartwarden.demo.violations._occasions import a_coder, free_moment, in_turn, look, shifts_of, unassigned
from chartwarden.demo.world import Access, Assignment, Clinic, Deed, Resident, Worker


def plant(clinic: Clinic, rng: Random, turn: int) -> Deed | None:
    """One quick look; looks on several days; or an assignment that was kept and worked."""
    coder = a_coder(clinic, rng, lambda worker: bool(_kin(clinic, worker)))
    kin = _kin(clinic, coder)
    if not kin:
        return None
    patient = rng.choice(kin)
    variant = in_turn(clinic, turn, ("one look", "several days", "one look", "kept and coded"))
    if variant == "kept and coded":
        log = _keep(clinic, rng, coder, patient)
    else:
        times = 1 if variant == "one look" else rng.randrange(2, 6)
        looks = [look(rng, free_moment(clinic, rng, coder), patient, rng.randrange(1, 4)) for _ in range(times)]
        log = [access for seen in looks for access in seen]
        clinic.accesses += log
    return Deed("", variant, coder.person, patient.patient, log)


def _kin(clinic: Clinic, worker: Worker) -> list[Resident]:
    return [relative for relative in worker.relatives if unassigned(clinic, worker, relative)]


def _keep(clinic: Clinic, rng: Random, coder: Worker, patient: Resident) -> list[Access]:
    """The queue gave the chart to the relative, who said nothing."""
    shift = rng.choice([shift for shift in shifts_of(clinic, coder) if shift.idle])
    at = shift.idle[0][0] + 30
    number = len(clinic.assignments) + 1
    given = Assignment(
        f"A{number:06d}",
        patient.patient,
        coder.person,
        "initial",
        shift.starts - 1800,
        f"V{900_000 + number}",
        "office",
    )
    ends, log = read_chart(rng, shift, clinic.assign(given), patient, at)
    given.ended_at, given.outcome = ends + 20, "submitted"
    return log


VIOLATION = Violation("Opens the record of a relative or of someone in the household", 4, plant)
