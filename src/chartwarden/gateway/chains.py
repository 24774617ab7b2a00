"""A vendor's agreement and those above it, from the feeds of vendors and agreements. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from chartwarden.gateway.contracts import Agreement
from chartwarden.kernel.zones import from_local

TERMS = ("permitted_uses", "safeguards", "subcontractors", "breach_notification", "return_or_destruction")
"""What an agreement must hold: 45 CFR 164.504(e)(2), 164.314(a)(2)."""
NEVER = Agreement(None)


@dataclass(frozen=True)
class Vendors:
    """``parents`` by vendor ("": none above it), and each vendor's ``agreements``."""

    parents: Mapping[str, str]
    agreements: Mapping[str, tuple[Agreement, ...]]


def vendors_from(vendors: Iterable[Mapping[str, Any]], baas: Iterable[Mapping[str, Any]], zone: ZoneInfo) -> Vendors:
    """From the rows of both feeds; an agreement's days are the clinic's, the last one included."""
    agreements: dict[str, list[Agreement]] = {}
    for row in baas:
        begins = max(day for day in (row["signed_on"], row["effective_from"]) if day is not None)
        ends = row["effective_to"]
        has = set(row["terms"] or ())
        missing = tuple(term for term in TERMS if term not in has)
        last = _midnight(ends + timedelta(days=1), zone) if ends is not None else None
        agreements.setdefault(row["vendor"], []).append(Agreement(_midnight(begins, zone), last, missing))
    parents = {row["vendor"]: row["parent"] or "" for row in vendors}
    return Vendors(parents, {vendor: tuple(found) for vendor, found in agreements.items()})


def chain(vendors: Vendors, vendor: str, at: datetime) -> tuple[Agreement, ...]:
    """The agreement that stands for a vendor at an instant, and for each above it. Empty: not a vendor's person.

    A vendor that nobody has told of has no agreement; a chain that turns in a circle stops where it began.
    """
    found, seen = [], set()
    while vendor and vendor not in seen:
        seen.add(vendor)
        found.append(_standing(vendors.agreements.get(vendor, ()), at))
        vendor = vendors.parents.get(vendor, "")
    return tuple(found)


def _standing(agreements: tuple[Agreement, ...], at: datetime) -> Agreement:
    """The best of a vendor's: in force and complete, else in force, else the last that began, else none."""

    def rank(one: Agreement) -> tuple[bool, bool, datetime]:
        begins = one.begins or datetime.min.replace(tzinfo=UTC)
        runs = begins <= at and (one.ends is None or at < one.ends)
        return runs, runs and not one.missing, begins

    return max(agreements, key=rank, default=NEVER)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return from_local(datetime.combine(day, time()), zone).utc.replace(tzinfo=UTC)
