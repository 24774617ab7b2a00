"""Work went on as usual while the vendor's agreement had run out, lacked a term, or was not yet signed."""

from __future__ import annotations

from random import Random

from chartwarden.demo.period import CLINIC_ZONE, instant
from chartwarden.demo.planting import Violation
from chartwarden.demo.vendors import without_agreement
from chartwarden.demo.world import Access, Clinic, Deed, Lapse, Worker


def plant(clinic: Clinic, _: Random, turn: int) -> Deed | None:
    """Each of the vendor's people, and of its subcontractor's, once: all that they did in those days."""
    affected = [
        (worker, lapse, log)
        for worker in clinic.staff
        if worker.employer
        for lapse in without_agreement(clinic, worker.employer)
        if (log := _done_in(clinic, worker, lapse))
    ]
    if turn >= len(affected):
        return None
    worker, lapse, log = affected[turn]
    return Deed("", _why(worker, lapse), worker.person, "", log)


def _done_in(clinic: Clinic, worker: Worker, lapse: Lapse) -> list[Access]:
    begins, ends = instant(lapse.first, 0, CLINIC_ZONE), instant(lapse.last, 1440, CLINIC_ZONE)
    logged = [access for shift in clinic.shifts if shift.worker is worker for access in shift.accesses]
    logged += [access for access in clinic.accesses if access.actor in worker.logins]
    return [access for access in logged if begins <= access.at < ends]


def _why(worker: Worker, lapse: Lapse) -> str:
    return lapse.why if lapse.vendor == worker.employer else f"parent {lapse.why}"


VIOLATION = Violation("Works for a vendor whose agreement is not in order", None, plant)
