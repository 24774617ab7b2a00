"""What a weighed pair is to each other, and the evidence in words. Pure. Names no name, number or place."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from chartwarden.review.links.model import CLUSTERING, LEVELS

LEAST_PROBABILITY = 0.02
MAY_BE_CHANCE = 0.5
"""Below this probability a link may be chance: a case says so, and no record is kept from anybody for it."""
LARGEST_WEIGHT = 12.0
RARE = CLUSTERING / 1000

WORDS = {
    ("identity", "same_birth_and_name"): "same name and birth date",
    ("identity", "same_birth_and_given"): "same given name and birth date",
    ("identity", "same_name"): "same name, birth date not known",
    ("surname", "same"): "same surname",
    ("surname", "alike"): "surname spelled almost the same",
    ("home", "same"): "same home address and unit",
    ("home", "building"): "same building, unit not known",
    ("home", "near"): "same street, houses close by",
    ("home", "postal_code"): "same postal code",
    ("home", "city"): "same city",
    ("phone", "same"): "same telephone number",
    ("contact_phone", "same"): "the patient's contact has the coder's telephone number",
    ("contact", "same"): "the patient's contact has the coder's name",
    ("contact", "alike"): "the patient's contact has almost the coder's name",
}


def relation(row: Mapping[str, Any]) -> str | None:
    """self, household, family, neighbour, or None where the evidence is next to nothing. ``row`` is Splink's."""
    if probability(row) < LEAST_PROBABILITY:
        return None
    seen = _levels(row)
    together = seen["home"] == "same" or seen["phone"] == "same"
    if seen["identity"] == "same_birth_and_name":
        return "self"
    if seen["identity"] in ("same_birth_and_given", "same_name") and together:
        return "self"
    if seen["home"] == "same" or (seen["phone"] == "same" and seen["home"] == "building"):
        return "household"
    if _kin(seen):
        return "family"
    return "neighbour" if seen["home"] == "near" else None


def weight(row: Mapping[str, Any]) -> float:
    """The natural logarithm of the odds that the two are close: Splink's match weight times ln 2, within ±12."""
    odds = float(row["match_weight"]) * math.log(2)
    return round(max(-LARGEST_WEIGHT, min(LARGEST_WEIGHT, odds)), 4)


def probability(row: Mapping[str, Any]) -> float:
    """The same as a probability, to four places."""
    return round(1 / (1 + math.exp(-weight(row))), 4)


def evidence(row: Mapping[str, Any]) -> str:
    """What speaks for the link, in words joined by semicolons, in a fixed order."""
    said = []
    for (comparison, level), text in WORDS.items():
        if _levels(row)[comparison] == level:
            rare = (comparison, level) == ("surname", "same") and (row["tf_surname_l"] or 1.0) < RARE
            said.append(f"{text} (rare)" if rare else text)
    return "; ".join(said)


def _kin(seen: Mapping[str, str]) -> bool:
    return (
        seen["surname"] in ("same", "alike")
        or "same" in (seen["phone"], seen["contact_phone"])
        or seen["contact"] in ("same", "alike")
    )


def _levels(row: Mapping[str, Any]) -> dict[str, str]:
    return {
        comparison: names[level] if (level := int(row[f"gamma_{comparison}"])) >= 0 else "unknown"
        for comparison, names in LEVELS.items()
    }
