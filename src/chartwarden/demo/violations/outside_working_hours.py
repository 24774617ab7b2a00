"""At the chart when nobody should be: late at night, on a free day, on leave, on a holiday; with or without a queue."""

from __future__ import annotations

from random import Random

from chartwarden.demo.period import HOUR, MINUTE, instant, local_day
from chartwarden.demo.planting import Violation
from chartwarden.demo.schedules import at_home
from chartwarden.demo.violations._occasions import (
    Moment,
    a_coder,
    in_turn,
    off_duty,
    queue_at,
    queue_looks,
    spree,
    strangers,
)
from chartwarden.demo.world import Clinic, Deed, Worker


def plant(clinic: Clinic, rng: Random, turn: int) -> Deed | None:
    """A session outside the hours: of assigned charts, or of charts that are none of theirs."""
    variant = in_turn(clinic, turn, ("assigned charts at night", "strangers at night", "a free day", "on leave"))
    away = {leave.person for leave in clinic.leave}
    coder = (
        a_coder(clinic, rng, lambda worker: worker.person in away) if variant == "on leave" else a_coder(clinic, rng)
    )
    moment = _moment(clinic, rng, coder, variant)
    if moment is None:
        return None
    waiting = [] if variant == "strangers at night" else queue_at(clinic, coder, moment.at, moment.at + 2 * HOUR)
    log = queue_looks(clinic, rng, moment, waiting, rng.randrange(3, 9))
    if len(log) < 6:
        after = moment.later(log[-1].at - moment.at + MINUTE) if log else moment
        log += spree(rng, after, strangers(clinic, rng, coder, rng.randrange(2, 7)), (1, 4))
    clinic.accesses += log
    return Deed("", variant, coder.person, "", log)


def _moment(clinic: Clinic, rng: Random, coder: Worker, variant: str) -> Moment | None:
    """A time far from every shift of theirs, while they are employed."""
    worked = sorted({shift.day for shift in clinic.shifts if shift.worker is coder})
    days = [day for day in clinic.period.days if worked[0] < day < worked[-1]]
    if not days:
        return None
    if variant == "on leave":
        leave = [leave for leave in clinic.leave if leave.person == coder.person]
        days = [day for day in days if any(part.first <= day <= part.last for part in leave)] or days
    if variant == "a free day":
        days = [day for day in days if day not in worked] or days
    at_night = variant.endswith("night")
    for _ in range(200):
        minutes = rng.randrange(22 * 60 + 30, 28 * 60) if at_night else rng.randrange(9 * 60, 20 * 60)
        at = instant(rng.choice(days), minutes, coder.zone)
        if off_duty(clinic, coder, at, at + 2 * HOUR) and local_day(at, coder.zone) <= worked[-1]:
            place = at_home(rng, coder) if coder.laptop else coder.office
            return Moment(at, coder.logins[0], place) if place else None
    return None


VIOLATION = Violation("Works or browses outside the agreed hours", 4, plant)
