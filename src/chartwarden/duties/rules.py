"""When a duty comes round, when it is due, how it stands, and who is told. Pure: days and instants in, answers out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rrulestr

from chartwarden.duties.contracts import Closed, Duty, Occurrence, Standing, State
from chartwarden.kernel.decisions import ALLOWED, Decision, refused

OFFICER = "privacy_officer"
"""The role that answers for everything that nobody else answers for, and hears of what is overdue."""
CITATION = "45 CFR 164.308(a)(2)"


def occurrences(
    name: str, duty: Duty, since: date, first: date, last: date, zone: ZoneInfo, due_days: int
) -> list[Occurrence]:
    """Each time that the duty comes round from ``first`` to ``last`` (both counted), never before ``since``.

    A clinic that began on 29 February keeps its yearly duties on 1 March, since RFC 5545 leaves out days that a
    year does not have.
    """
    begins = since + timedelta(days=1) if (since.month, since.day) == (2, 29) else since
    days: list[date] = []
    for moment in _recurrence(duty, begins):
        if moment.date() > last:
            break
        days.append(moment.date())
    found: list[Occurrence] = []
    previous = since
    for day in days:
        if day == since and duty.looks_back:
            continue
        if day >= first:
            # What looks back at a week that ended the day before counts its days from that week's end.
            found.append(occurrence(name, day, previous, zone, due_days - 1 if duty.looks_back else due_days))
        previous = day
    return found


def occurrence(name: str, day: date, previous: date, zone: ZoneInfo, due_days: int) -> Occurrence:
    """One occurrence: open from the local day's start, due at the end of the ``due_days``-th day after it."""
    return Occurrence(name, day, previous, midnight(day, zone), midnight(day + timedelta(days=due_days + 1), zone))


def upcoming(name: str, duty: Duty, since: date, after: date, zone: ZoneInfo, due_days: int) -> Occurrence | None:
    """The first time that the duty comes round after a day; None where its rule has ended."""
    for years in (1, 2, 9):
        found = occurrences(
            name, duty, since, after + timedelta(days=1), after + timedelta(days=366 * years), zone, due_days
        )
        if found:
            return found[0]
    return None


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The instant (UTC) at which a local day begins."""
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)


def state(occurrence: Occurrence, closed: Closed | None, now: datetime) -> State:
    """How an occurrence stands at an instant."""
    if closed is not None:
        return State.CLOSED if closed.at < occurrence.due else State.CLOSED_LATE
    if now < occurrence.opens:
        return State.UPCOMING
    return State.DUE if now < occurrence.due else State.OVERDUE


def standing(occurrence: Occurrence, closed: Closed | None, now: datetime) -> Standing:
    """An occurrence with its state."""
    return Standing(occurrence, state(occurrence, closed, now), closed)


def day_closed(times: Sequence[Occurrence], facts: Mapping[str, Any], written: date) -> date | None:
    """The day of the occurrence that a ledger entry shows to be done, of ``times`` in their order; None where none is.

    By the occurrence that its facts name; else by the last day of the period they tell of, which lies between the day
    the duty came round before and that one; else by the local day it was written: the latest occurrence until then.
    """
    named = _day(facts.get("occurrence"))
    if named is not None:
        return named if any(one.day == named for one in times) else None
    told = _day(facts.get("last_day"))
    if told is not None:
        return next((one.day for one in times if one.previous <= told < one.day), None)
    return next((one.day for one in reversed(times) if one.day <= written), None)


def may_close(duty: Duty, roles: Iterable[str], permitted: bool) -> Decision:
    """Whether somebody may close a duty by hand: the role that answers for it, or the privacy officer."""
    if not permitted:
        return refused("Your role here does not let you close duties with evidence.", CITATION)
    if {duty.owner, OFFICER}.isdisjoint(roles):
        owner = duty.owner.replace("_", " ")
        return refused(f"The {owner} answers for this duty; they or the privacy officer close it.", CITATION)
    return ALLOWED


def answers(duty: Duty, roles: Iterable[str], owner_held: bool) -> bool:
    """Whether somebody with these roles answers for a duty; the privacy officer, where nobody holds its role."""
    return duty.owner in roles or (not owner_held and OFFICER in roles)


def told(duty: Duty, step: State, holders: Mapping[str, Iterable[Any]]) -> list[Any]:
    """Who hears of a step, once each: the owner role's holders, and the privacy officer when it is overdue or nobody
    holds the role. ``holders`` are people by role.
    """
    people = list(holders.get(duty.owner, ()))
    if step is State.OVERDUE or not people:
        people += list(holders.get(OFFICER, ()))
    return list(dict.fromkeys(people))


def _recurrence(duty: Duty, begins: date) -> rrule:
    return rrulestr(duty.rule, dtstart=datetime.combine(begins, time.min))


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
