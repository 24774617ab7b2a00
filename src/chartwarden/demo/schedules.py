"""When people work: regular hours, leave, approved overtime; and the shifts that come of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from chartwarden.demo.period import CLINIC_ZONE, HOUR, instant, local_day
from chartwarden.demo.world import Clinic, Hours, Leave, Overtime, Place, Shift, Worker

_HABITS: dict[str, tuple[tuple[int, ...], int, int]] = {
    "day": ((0, 1, 2, 3, 4), 8 * 60, 510),
    "early": ((0, 1, 2, 3, 4), 6 * 60, 510),
    "evening": ((0, 1, 2, 3, 4), 14 * 60, 510),
    "night": ((6, 0, 1, 2, 3), 22 * 60, 480),
    "four_tens": ((0, 1, 2, 3), 7 * 60, 630),
    "part_time": ((0, 2, 4), 9 * 60, 300),
    "tuesday_to_saturday": ((1, 2, 3, 4, 5), 8 * 60, 510),
}
_LEAVE_KINDS = ("vacation", "vacation", "sick", "parental", "training")


def regular_hours(rng: Random, habit: str) -> tuple[Hours, ...]:
    """A habit of work as regular hours, with a start that suits the person."""
    weekdays, starts, minutes = _HABITS[habit]
    begin = starts + rng.choice((-60, -30, 0, 0, 30))
    return tuple(Hours(weekday, begin, begin + minutes) for weekday in weekdays)


def plan(rng: Random, clinic: Clinic, workers: list[Worker]) -> None:
    """Grant leave, approve overtime, and lay out everyone's shifts for the period, in order of their start."""
    for worker in workers:
        away = _take_leave(rng, clinic, worker)
        for day, starts, ends, kind in _days_of_work(rng, clinic, worker, away):
            begin, end = instant(day, starts, worker.zone), instant(day, ends, worker.zone)
            login = worker.logins[-1] if rng.random() < 0.25 else worker.logins[0]
            clinic.shifts.append(Shift(worker, day, begin, end, kind, login, workplaces(rng, worker)))
    clinic.shifts.sort(key=lambda shift: (shift.starts, shift.worker.person))


def workplaces(rng: Random, worker: Worker) -> tuple[Place, Place]:
    """The places of the two halves of a shift: office, or over the VPN; some go home at half time."""
    remote = at_home(rng, worker)
    if worker.office is None:
        return remote, remote
    if not worker.laptop:
        return worker.office, worker.office
    return rng.choice(((worker.office, worker.office), (worker.office, remote), (remote, remote)))


def at_home(rng: Random, worker: Worker) -> Place:
    """The worker's own laptop on the VPN, which gives out a new address each time."""
    return Place(worker.laptop, f"10.99.{rng.randrange(4, 60)}.{rng.randrange(2, 250)}")


def on_leave(clinic: Clinic, worker: Worker, day: date) -> bool:
    """Whether that local day is one of leave."""
    return any(leave.person == worker.person and leave.first <= day <= leave.last for leave in clinic.leave)


def _take_leave(rng: Random, clinic: Clinic, worker: Worker) -> list[Leave]:
    if rng.random() > min(0.9, 0.08 * clinic.period.weeks):
        return []
    first = rng.choice(clinic.period.days[3:-2])
    leave = Leave(worker.person, first, first + timedelta(days=rng.choice((0, 1, 2, 4, 6))), rng.choice(_LEAVE_KINDS))
    clinic.leave.append(leave)
    return [leave]


def _days_of_work(
    rng: Random, clinic: Clinic, worker: Worker, away: list[Leave]
) -> Iterator[tuple[date, int, int, str]]:
    """Day, start, end (minutes after local midnight) and kind of each shift."""
    holidays = clinic.period.holidays()
    weekdays = {hours.weekday: hours for hours in worker.hours}
    for day in clinic.period.days:
        absent = any(leave.first <= day <= leave.last for leave in away)
        if absent or not _employed(worker, day) or day in holidays:
            continue
        hours = weekdays.get(day.weekday())
        if hours is None:
            if rng.random() < 0.05:
                yield _approve(clinic, worker, day, 9 * 60, 9 * 60 + rng.choice((180, 240, 300)))
            continue
        if local_day(instant(day, hours.starts, worker.zone), CLINIC_ZONE) in holidays:
            continue
        yield day, hours.starts, hours.ends, "regular"
        if rng.random() < 0.02 and hours.ends <= 18 * 60:
            yield _approve(clinic, worker, day, hours.ends, hours.ends + rng.choice((90, 120, 180)))


def _employed(worker: Worker, day: date) -> bool:
    ended = worker.ended_at is not None and instant(day, 0, worker.zone) > worker.ended_at - 3 * HOUR
    return worker.started_on <= day and not ended


def _approve(clinic: Clinic, worker: Worker, day: date, starts: int, ends: int) -> tuple[date, int, int, str]:
    clinic.overtime.append(Overtime(worker.person, day, starts, ends))
    return day, starts, ends, "overtime"
