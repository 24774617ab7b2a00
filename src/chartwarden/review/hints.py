"""Patients that a log names without an id (Microsoft Purview's Epic layout): matched to the patients feed.

A hint is FAMILY|GIVEN|ADDRESS|CITY|POSTAL CODE as found. It is matched only where exactly one patient has that name
and nothing else that both name disagrees; any other hint stands for a patient of its own, by a number that tells
nothing of the name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

PARTS = ("family_name", "given_name", "address_line", "city", "postal_code")


def resolve(hints: Iterable[str], patients: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """A patient id for each hint. Unmatched ones begin with ``named:``."""
    by_name: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for patient in patients:
        by_name.setdefault((_plain(patient["family_name"]), _plain(patient["given_name"])), []).append(patient)
    return {hint: _match(hint, by_name) or f"named:{number}" for number, hint in enumerate(sorted(hints), start=1)}


def unmatched(resolved: Mapping[str, str]) -> int:
    """How many hints stand for a patient that the patients feed does not name, or names twice."""
    return sum(patient.startswith("named:") for patient in resolved.values())


def _match(hint: str, by_name: Mapping[tuple[str, str], list[Mapping[str, Any]]]) -> str | None:
    given = dict(zip(PARTS, [_plain(part) for part in hint.split("|")], strict=False))
    alike = by_name.get((given.get("family_name", ""), given.get("given_name", "")), [])
    agreeing = [patient for patient in alike if all(_agree(given.get(part, ""), patient[part]) for part in PARTS[2:])]
    return str(agreeing[0]["patient"]) if len(agreeing) == 1 else None


def _agree(given: str, known: str | None) -> bool:
    told = _plain(known)
    return not given or not told or given == told or (given.isdigit() and told.isdigit() and given[:5] == told[:5])


def _plain(text: str | None) -> str:
    return re.sub(r"[^0-9a-z]+", "", (text or "").casefold())
