"""When a vendor's agreement was not in force, its own or one above it in the chain. Pure.

45 CFR 164.502(e), 164.504(e)(2), 164.308(b), 164.314(a)(2)(iii): an agreement is signed, within its dates and holds
every term; a subcontractor is covered only while each vendor above it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from chartwarden.review.feeds import TERMS


@dataclass(frozen=True)
class Gap:
    """From ``begins`` until before ``ends`` (days), ``vendor`` was not covered, for what ``at_fault`` lacked.

    ``fault`` is no_agreement (none at all), not_yet, ended, or terms_missing; ``missing`` lists those terms.
    """

    vendor: str
    begins: date
    ends: date
    at_fault: str
    fault: str
    missing: str = ""


def gaps(
    vendors: Iterable[Mapping[str, Any]],
    baas: Iterable[Mapping[str, Any]],
    employers: Iterable[str],
    begins: date,
    ends: date,
) -> list[Gap]:
    """Every gap between two days (the second excluded) of every vendor and employer, sorted.

    Terms are judged only where the feed names terms at all. A chain that leads back to itself ends there.
    """
    parents = {row["vendor"]: row["parent"] for row in vendors}
    agreements: dict[str, list[Mapping[str, Any]]] = {}
    for row in baas:
        agreements.setdefault(row["vendor"], []).append(row)
    judged = any(row["terms"] for rows in agreements.values() for row in rows)
    found: list[Gap] = []
    for vendor in sorted({*parents, *employers}):
        for above in _chain(vendor, parents):
            own = _own_gaps(agreements.get(above, ()), begins, ends, judged)
            found.extend(Gap(vendor, since, until, above, fault, missing) for since, until, fault, missing in own)
    return found


def gap_rows(found: Iterable[Gap], instant: Callable[[date], datetime]) -> list[dict[str, Any]]:
    """The gaps as rows of the table ``agreement_gaps``; ``instant`` gives the first moment of a day in UTC."""
    return [
        {
            "vendor": gap.vendor,
            "begins": instant(gap.begins),
            "ends": instant(gap.ends),
            "at_fault": gap.at_fault,
            "fault": gap.fault,
            "missing": gap.missing,
        }
        for gap in found
    ]


def _chain(vendor: str, parents: Mapping[str, str | None]) -> list[str]:
    chain = [vendor]
    above = parents.get(vendor)
    while above and above not in chain:
        chain.append(above)
        above = parents.get(above)
    return chain


def _own_gaps(
    rows: Sequence[Mapping[str, Any]], begins: date, ends: date, judged: bool
) -> list[tuple[date, date, str, str]]:
    """Stretches of days on which none of a vendor's own agreements is in force with every term."""
    if not rows:
        return [(begins, ends, "no_agreement", "")]
    turns = {begins, ends}
    for row in rows:
        turns |= {day for day in _force(row) if begins < day < ends}
    days = sorted(turns)
    found: list[tuple[date, date, str, str]] = []
    for since, until in pairwise(days):
        fault = _fault(rows, since, judged)
        if fault is None:
            continue
        if found and found[-1][1] == since and found[-1][2:] == fault:
            since = found.pop()[0]
        found.append((since, until, *fault))
    return found


def _fault(rows: Sequence[Mapping[str, Any]], day: date, judged: bool) -> tuple[str, str] | None:
    in_force = [row for row in rows if _force(row)[0] <= day < _force(row)[1]]
    if not in_force:
        return ("ended" if any(_force(row)[1] <= day for row in rows) else "not_yet"), ""
    lacking = [[term for term in TERMS if term not in (row["terms"] or ())] for row in in_force]
    fewest = min(lacking, key=lambda terms: (len(terms), terms))
    return ("terms_missing", ", ".join(fewest)) if judged and fewest else None


def _force(row: Mapping[str, Any]) -> tuple[date, date]:
    """First day in force, and the day after the last."""
    first = max(row["signed_on"], row["effective_from"])
    return first, (row["effective_to"] + timedelta(days=1) if row["effective_to"] else date.max)
