"""Plants violations: each kind is one file in ``violations/``, found by its name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from math import sqrt
from random import Random

from chartwarden.demo.chance import stream
from chartwarden.demo.world import Clinic, Deed
from chartwarden.kernel.plugins import discover

_PACKAGE = "chartwarden.demo.violations"
# A clinic of ten coders over eight weeks, for which each kind says how often it is planted.
_USUAL_CODER_WEEKS = 80


@dataclass(frozen=True)
class Violation:
    """A way to do wrong.

    ``usual`` is how many a clinic of ten coders sees in eight weeks; None: as many as there are occasions, because
    each occasion is a wrong (work under a lapsed agreement). ``plant`` does it once, adds the accesses to the
    clinic's log and returns the deed, or None where the clinic gives no occasion (no public figure, no leaver);
    ``turn`` counts from 0.
    """

    title: str
    usual: int | None
    plant: Callable[[Clinic, Random, int], Deed | None]


def violations() -> dict[str, Violation]:
    """All kinds by id."""
    return discover(_PACKAGE, "VIOLATION", Violation)


def plant_all(clinic: Clinic, coders: int) -> None:
    """Plant every kind, at least once each; the number grows with the square root of the coder-weeks, so that a large
    clinic is not full of wrongs and a small one still shows them all."""
    share = sqrt(coders * clinic.period.weeks / _USUAL_CODER_WEEKS)
    for kind, violation in violations().items():
        rng = stream(clinic.seed, "violations", kind)
        turns = count() if violation.usual is None else range(max(1, round(violation.usual * share)))
        for turn in turns:
            deed = violation.plant(clinic, rng, turn)
            if deed is not None:
                deed.kind = kind
                clinic.violations.append(deed)
            elif violation.usual is None:
                break
