"""How to add a kind of violation: copy this file, name it after the kind, and plant it from its cause.

Say who does it and why, in what moment of the day, and how it can be done more and less openly. Use the helpers of
``_occasions`` so that device, network and time fit the person's day unless breaking that is the point.
"""

from __future__ import annotations

from random import Random

from chartwarden.demo.planting import Violation
from chartwarden.demo.violations._occasions import a_coder, free_moment, look, stranger
from chartwarden.demo.world import Clinic, Deed


def plant(clinic: Clinic, rng: Random, turn: int) -> Deed | None:
    """Do it once; ``turn`` picks the variant."""
    coder = a_coder(clinic, rng)
    patient = stranger(clinic, rng, coder)
    log = look(rng, free_moment(clinic, rng, coder), patient, 1 + turn % 3)
    clinic.accesses += log
    return Deed("", "variant", coder.person, patient.patient, log)


VIOLATION = Violation("What is done, in a few words", 3, plant)
