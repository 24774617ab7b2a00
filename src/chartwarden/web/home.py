"""What the Today page shows: what is due from a member, what is true now, what happened lately.

Rooms say the first two in their ``queries``, each where it has something to say:
``due(member, clinic, now) -> list[Due]``, ``coming(member, clinic, now) -> list[Due]`` (what will be due, not yet to be
done), ``facts(member, clinic, now) -> list[Fact]``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.urls import reverse

from chartwarden.clinics.contracts import Clinic
from chartwarden.kernel.dues import Due, Fact
from chartwarden.ledger.queries import checkpoint, latest
from chartwarden.people.contracts import Member, Permission

NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Task:
    """A due thing with its address, and when it is due in words."""

    due: Due
    address: str
    when: str


@dataclass(frozen=True)
class Figure:
    """A fact with its address, which may be empty."""

    fact: Fact
    address: str


def tasks(member: Member, clinic: Clinic, now: datetime) -> list[Task]:
    """What is due from a member: late things first, then by the day they are due; what only waits comes last."""
    found = sorted(_said("due", member, clinic, now), key=lambda due: (not due.late, due.by or NEVER))
    return [_task(due, clinic, now) for due in found]


def coming(member: Member, clinic: Clinic, now: datetime) -> Task | None:
    """The next thing that will be due from a member."""
    found = sorted(_said("coming", member, clinic, now), key=lambda due: due.by or NEVER)
    return _task(found[0], clinic, now) if found else None


def figures(member: Member, clinic: Clinic, now: datetime) -> list[Figure]:
    """What is true now, in the rooms' order; the ledger last, which knows of no members itself."""
    facts = [*_said("facts", member, clinic, now), *_ledger(member, clinic)]
    return [Figure(fact, address(fact.page, clinic, fact.arguments) if fact.page else "") for fact in facts]


def _ledger(member: Member, clinic: Clinic) -> list[Fact]:
    if not member.may(Permission.SEE_LEDGER):
        return []
    head, signed = latest(clinic.id), checkpoint(clinic.id)
    there = signed.at.astimezone(clinic.time_zone) if signed else None
    note = f"last signed {there:%a} {there.day} {there:%b}, {there:%H:%M %Z}" if there else "not signed yet"
    return [Fact("entries in the ledger", f"{head.size:,}", note, "web:ledger")]


def when(by: datetime | None, late: bool, clinic: Clinic, now: datetime) -> str:
    """``Was due Fri 20 Nov 2026, 3 days ago``; ``Due today, 17:00 CST``; ``Due Sun 29 Nov 2026, in 5 days``.

    What is due at midnight is due by the end of the day before, which is the day that people count by.
    """
    if by is None:
        return "Waits for you"
    there, here = by.astimezone(clinic.time_zone), now.astimezone(clinic.time_zone)
    whole_day = there.time() == time()
    if whole_day:
        there -= timedelta(days=1)
    days = (there.date() - here.date()).days
    start = "Was due" if late else "Due"
    if days == 0:
        return f"{start} today" if whole_day else f"{start} today, {there:%H:%M %Z}"
    said = f"{there:%a} {there.day} {there:%b %Y}"
    if abs(days) == 1:
        return f"{start} {'tomorrow' if days == 1 else 'yesterday'}, {said}"
    return f"{start} {said}, {f'in {days}' if days > 0 else -days} days{'' if days > 0 else ' ago'}"


def address(page: str, clinic: Clinic, arguments: Any) -> str:
    """A page's address in a clinic."""
    return reverse(page, kwargs={"clinic": clinic.id, **arguments})


def _task(due: Due, clinic: Clinic, now: datetime) -> Task:
    return Task(due, address(due.page, clinic, due.arguments), when(due.by, due.late, clinic, now))


def _said(what: str, member: Member, clinic: Clinic, now: datetime) -> Iterator[Any]:
    for room in settings.ROOMS:
        if room != "web" and find_spec(f"chartwarden.{room}.queries"):
            say = getattr(import_module(f"chartwarden.{room}.queries"), what, None)
            if say is not None:
                yield from say(member, clinic, now)
