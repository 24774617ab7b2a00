"""Coding companies, the subcontractor of one, their agreements with the clinic, and the gaps in these."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from chartwarden.demo.period import Period
from chartwarden.demo.world import Agreement, Clinic, Lapse, Vendor

TERMS = ("permitted_uses", "safeguards", "subcontractors", "breach_notification", "return_or_destruction")
_VENDORS = (
    Vendor("V1", "Tallgrass Coding Group", "", "US"),
    Vendor("V2", "Bluewater Health Information", "", "US"),
    Vendor("V3", "Pacific Chart Services", "V1", "PH"),
)


def sign(rng: Random, clinic: Clinic) -> None:
    """Agreements for every vendor. One or two of those who have coders at work lapse for some days."""
    at_work = sorted({worker.employer for worker in clinic.workers("coder") if worker.employer})
    clinic.vendors += _VENDORS
    lapsing = rng.sample(at_work, min(len(at_work), rng.choice((1, 1, 2))))
    for vendor in _VENDORS:
        if vendor.vendor in lapsing:
            _with_gap(rng, clinic, vendor.vendor)
        else:
            start = clinic.period.first - timedelta(days=rng.randrange(40, 700))
            clinic.agreements.append(Agreement(vendor.vendor, start - timedelta(days=6), start, None, TERMS))


def without_agreement(clinic: Clinic, vendor: str) -> list[Lapse]:
    """The lapses that touch a vendor's people: its own, and those of the vendor it works for."""
    parents = {vendor.vendor: vendor.parent for vendor in clinic.vendors}
    return [lapse for lapse in clinic.lapses if lapse.vendor in (vendor, parents.get(vendor))]


def _with_gap(rng: Random, clinic: Clinic, vendor: str) -> None:
    period, why = clinic.period, rng.choice(("expired", "term_missing", "signed_late"))
    if why == "term_missing" and any(other.parent == vendor for other in _VENDORS):
        why = "expired"  # whether a subcontractor may work under a parent's incomplete agreement would be a dispute
    gap = rng.randrange(3, 7)
    if why == "signed_late":
        first = period.first
        clinic.lapses.append(Lapse(vendor, first, first + timedelta(days=gap - 1), why))
        clinic.agreements.append(_in_order(vendor, period, gap))
        return
    gap_begins = rng.randrange(3, len(period.days) - 7)
    old = period.first - timedelta(days=365 - gap_begins)
    gap_first = period.first + timedelta(days=gap_begins)
    clinic.agreements.append(
        Agreement(vendor, old - timedelta(days=9), old, gap_first - timedelta(days=1), TERMS),
    )
    if why == "term_missing":
        missing = rng.choice(TERMS)
        terms = tuple(term for term in TERMS if term != missing)
        last = gap_first + timedelta(days=gap - 1)
        clinic.agreements.append(Agreement(vendor, gap_first - timedelta(days=4), gap_first, last, terms))
    clinic.agreements.append(_in_order(vendor, period, gap_begins + gap))
    clinic.lapses.append(Lapse(vendor, gap_first, gap_first + timedelta(days=gap - 1), why))


def _in_order(vendor: str, period: Period, day: int) -> Agreement:
    start = period.first + timedelta(days=day)
    return Agreement(vendor, start, start, None, TERMS)
