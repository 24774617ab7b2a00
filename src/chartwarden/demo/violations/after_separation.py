"""The last day is over, and the account still works."""

from __future__ import annotations

from random import Random

from chartwarden.demo.period import CLINIC_ZONE, DAY, HOUR, instant
from chartwarden.demo.planting import Violation
from chartwarden.demo.schedules import at_home
from chartwarden.demo.violations._occasions import Moment, in_turn, spree
from chartwarden.demo.world import Access, Clinic, Deed


def plant(clinic: Clinic, rng: Random, turn: int) -> Deed | None:
    """Each who left, once: charts coded before, looked at the same evening, days after, or on and on."""
    gone = [worker for worker in clinic.workers("coder", "qa_auditor") if worker.ended_at is not None]
    if turn >= len(gone):
        return None
    coder = gone[turn]
    variant = in_turn(clinic, turn, ("soon after", "days after", "on and on"))
    ended = max(coder.ended_at or 0, instant(clinic.period.first, 0, CLINIC_ZONE))
    last = instant(clinic.period.last, 20 * 60, CLINIC_ZONE)
    patients = {patient.patient: patient for patient in clinic.patients}
    coded = [patients[a.patient] for a in clinic.assignments if a.coder == coder.person] or list(patients.values())
    place = at_home(rng, coder) if coder.laptop else coder.office
    if place is None or last < ended + 3 * HOUR:
        return None
    log: list[Access] = []
    for _ in range(rng.randrange(3, 6) if variant == "on and on" else 1):
        latest = min(last, ended + 20 * HOUR) if variant == "soon after" else last
        at = rng.randrange(ended + (2 * HOUR if variant == "soon after" else min(DAY, (last - ended) // 2)), latest)
        log.append(Access(at, coder.logins[0], "login", device=place.device, address=place.address))
        moment = Moment(at + rng.randrange(20, 90), coder.logins[0], place)
        log += spree(rng, moment, rng.sample(coded, min(len(coded), rng.randrange(1, 5))), (1, 3))
    clinic.accesses += log
    return Deed("", variant, coder.person, "", log)


VIOLATION = Violation("Uses an account after the engagement ended", 3, plant)
