"""A clinic's duties laid out on its calendar: what came round, how each stands, what comes next. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from chartwarden.clinics.contracts import Clinic
from chartwarden.duties import rules
from chartwarden.duties.contracts import Closed, Duty, DutyYear, Occurrence


def since(duty: Duty, clinic: Clinic) -> date:
    """The first day of a duty: the clinic's setting it names, else the local day that the clinic was opened."""
    given: date | None = getattr(clinic, duty.since_setting) if duty.since_setting else None
    if given is not None:
        return given
    if clinic.opened_at is None:
        raise ValueError("expected a clinic that was opened; found one without an instant")
    return clinic.opened_at.astimezone(clinic.time_zone).date()


def due_days(duty: Duty, clinic: Clinic) -> int:
    """Days until it is due: the clinic's setting it names, else its own."""
    return int(getattr(clinic, duty.due_setting)) if duty.due_setting else duty.due_days


def times(name: str, duty: Duty, clinic: Clinic, last: date) -> list[Occurrence]:
    """Every time that it came round, from the first day to ``last``."""
    first = since(duty, clinic)
    return rules.occurrences(name, duty, first, first, last, clinic.time_zone, due_days(duty, clinic))


def laid_out(name: str, duty: Duty, clinic: Clinic, closed: Mapping[date, Closed], now: datetime) -> DutyYear:
    """A duty at an instant. ``closed`` are its closings by the day that it came round."""
    today = now.astimezone(clinic.time_zone).date()
    last = date(today.year, 12, 31)
    all_ = [rules.standing(one, closed.get(one.day), now) for one in times(name, duty, clinic, last)]
    following = rules.upcoming(name, duty, since(duty, clinic), today, clinic.time_zone, due_days(duty, clinic))
    done = [one for one in all_ if one.closed]
    return DutyYear(
        id=name,
        duty=duty,
        year=tuple(one for one in all_ if one.occurrence.day.year == today.year),
        open=tuple(one for one in all_ if one.state.is_open),
        last_closed=done[-1] if done else None,
        upcoming=rules.standing(following, None, now) if following else None,
    )
