"""Browsing that grows by a little every week, and on no day stands out."""

from __future__ import annotations

from random import Random

from chartwarden.demo.chance import poisson
from chartwarden.demo.planting import Violation
from chartwarden.demo.violations._occasions import a_coder, look, moment_in, shifts_of, strangers
from chartwarden.demo.world import Access, Clinic, Deed, Worker


def plant(clinic: Clinic, rng: Random, turn: int) -> Deed | None:
    """Strangers between the assigned charts: fewer than one a day at first, several a day at the end.

    Takes a clinic that is watched for four weeks or more.
    """
    if clinic.period.weeks < 4 or turn > clinic.period.weeks:
        return None

    def stays(worker: Worker) -> bool:
        return worker.ended_at is None and len(shifts_of(clinic, worker)) >= 3 * clinic.period.weeks

    coder = a_coder(clinic, rng, stays)
    shifts = [shift for shift in shifts_of(clinic, coder) if shift.kind == "regular"]
    most = rng.uniform(3.0, 6.0)
    begun = len(shifts) // 4
    log: list[Access] = []
    for number, shift in enumerate(shifts[begun:]):
        daily = 0.3 + (most - 0.3) * number / (len(shifts) - begun)
        for patient in strangers(clinic, rng, coder, poisson(rng, daily)):
            at = rng.randrange(shift.starts + 900, shift.ends - 900)
            log += look(rng, moment_in(shift, at), patient, rng.choice((0, 1, 1, 2)))
    clinic.accesses += log
    return Deed("", "week by week", coder.person, "", log) if log else None


VIOLATION = Violation("Browses a little more every week", 1, plant)
