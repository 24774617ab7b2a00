"""Work went on as usual while the vendor's agreement had run out, lacked a term, or was not yet signed."""

from __future__ import annotations

from random import Random

from chartwarden.demo.period import CLINIC_ZONE, instant
from chartwarden.demo.planting import Violation
from chartwarden.demo.vendors import without_agreement
from chartwarden.demo.world import Clinic, Deed, Lapse, Worker


def plant(clinic: Clinic, _: Random, turn: int) -> Deed | None:
    """Each of the vendor's people, and of its subcontractor's, once: all that they did in those days."""
    affected = [
        (worker, lapse)
        for worker in clinic.staff
        if worker.employer
        for lapse in without_agreement(clinic, worker.employer)[:1]
    ]
    if turn >= len(affected):
        return None
    worker, lapse = affected[turn]
    begins = instant(lapse.first, 0, CLINIC_ZONE)
    ends = instant(lapse.last, 1440, CLINIC_ZONE)
    logged = [access for shift in clinic.shifts if shift.worker is worker for access in shift.accesses]
    logged += [access for access in clinic.accesses if access.actor in worker.logins]
    log = [access for access in logged if begins <= access.at < ends]
    return Deed("", _why(worker, lapse), worker.person, "", log) if log else None


def _why(worker: Worker, lapse: Lapse) -> str:
    return lapse.why if lapse.vendor == worker.employer else f"parent {lapse.why}"


VIOLATION = Violation("Works for a vendor whose agreement is not in order", 4, plant)
