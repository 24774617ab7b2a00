"""One login, two people: while its owner works, someone else uses it at another desk."""

from __future__ import annotations

from random import Random

from chartwarden.demo.period import MINUTE
from chartwarden.demo.planting import Violation
from chartwarden.demo.violations._occasions import (
    Moment,
    a_busy_shift,
    in_turn,
    queue_at,
    queue_looks,
    spree,
    strangers,
)
from chartwarden.demo.world import Clinic, Deed, Place, Shift


def plant(clinic: Clinic, rng: Random, turn: int) -> Deed | None:
    """A colleague works their own queue under the login, or somebody looks around with it for a few minutes."""
    shift = a_busy_shift(clinic, rng)
    if shift is None:
        return None
    coder = shift.worker
    at = _hard_at_work(rng, shift)
    place = _other_desk(clinic, rng, shift)
    moment = Moment(at + rng.randrange(5, 50), shift.login, place)
    variant = in_turn(clinic, turn, ("a colleague's work", "a few minutes"))
    log = []
    if variant == "a colleague's work":
        others = [worker for worker in clinic.workers("coder") if worker is not coder]
        rng.shuffle(others)
        for other in others:
            waiting = queue_at(clinic, other, at, at + 60 * MINUTE)
            log = queue_looks(clinic, rng, moment, waiting, rng.randrange(3, 8))
            if log:
                break
    if not log:
        log = spree(rng, moment, strangers(clinic, rng, coder, rng.randrange(2, 5)), (2, 4))
    clinic.accesses += log
    return Deed("", variant, coder.person, "", log)


def _hard_at_work(rng: Random, shift: Shift) -> int:
    """An instant at which the owner is in the middle of something, and goes on with it."""
    times = sorted(access.at for access in shift.accesses)
    followed = [at for at, third in zip(times, times[3:], strict=False) if third - at < 8 * MINUTE]
    return rng.choice(followed or times)


def _other_desk(clinic: Clinic, rng: Random, shift: Shift) -> Place:
    """An office desk that is not the one the owner sits at."""
    desks = [worker.office for worker in clinic.staff if worker.office and worker.office not in shift.places]
    return rng.choice(desks)


VIOLATION = Violation("Lets another person use the login", 2, plant)
