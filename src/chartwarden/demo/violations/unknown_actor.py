"""A login that belongs to nobody on the staff list."""

from __future__ import annotations

from random import Random

from chartwarden.demo.period import CLINIC_ZONE, DAY, instant
from chartwarden.demo.planting import Violation
from chartwarden.demo.violations._occasions import Moment, in_turn, spree
from chartwarden.demo.world import Access, Clinic, Deed

_LOGINS = ("tempcoder2", "qa_export", "dlockwell9", "training03", "admin2", "scanroom", "locum_b", "vendor_guest")


def plant(clinic: Clinic, rng: Random, turn: int) -> Deed | None:
    """One look, a spree, or a few charts on several days, from some desk in the office."""
    login = in_turn(clinic, turn, _LOGINS)
    variant, days, charts = in_turn(clinic, turn, (("one look", 1, 1), ("a spree", 1, 20), ("several days", 4, 3)))
    place = rng.choice([worker.office for worker in clinic.staff if worker.office])
    log: list[Access] = []
    for _ in range(days):
        at = instant(rng.choice(clinic.period.days), 0, CLINIC_ZONE) + rng.randrange(DAY // 4, 3 * DAY // 4)
        log.append(Access(at, login, "login", device=place.device, address=place.address))
        log += spree(rng, Moment(at + 40, login, place), rng.sample(clinic.patients, charts), (1, 3))
    clinic.accesses += log
    return Deed("", variant, login, log[1].patient if charts == 1 else "", log)


VIOLATION = Violation("Acts under a login that nobody on the staff list has", 2, plant)
