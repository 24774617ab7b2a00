"""Uploaded feeds that this room keeps: workforce, schedules, leave.

What a file no longer names stays and is counted: a file that was cut short must not shut anybody out, nor clear them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

import pyarrow.parquet as pq
from django.db import transaction

from chartwarden.clinics.services import blind_index
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.taken import Taken
from chartwarden.ledger.services import append
from chartwarden.people import identity, models
from chartwarden.people.contracts import Hours
from chartwarden.people.feed_tables import WEEKDAYS
from chartwarden.people.feed_workforce import FEED, Work, take_people
from chartwarden.people.hours import hours_of, hours_row, leave_row
from chartwarden.people.queries import sharing_logins
from chartwarden.people.workforce import CODE


class Count(Protocol):
    """The part of an input's count that is used here."""

    sha256: str


class Feed(Protocol):
    """A feed as the logs room has read it: its Parquet, typed, and the columns that the file had."""

    parquet: Path
    count: Count
    present: tuple[str, ...]


def take_workforce(*, clinic: UUID, feed: Feed, actor: Actor, at: datetime) -> Taken:
    """People by their code: new ones are added, known ones brought up to date, those not named are kept and counted.

    A row never changes anything of the person who imports it, nor of anybody who shares a login with them, never gives
    one of their logins to others, never lifts an end that somebody decided, and never ends the last owner or privacy
    officer: those rows are held and counted.
    """
    rows = pq.read_table(feed.parquet).to_pylist()
    with transaction.atomic():
        own = _own(clinic, actor)
        logins = models.EhrLogin.objects.filter(clinic_id=clinic, person_id__in=own)
        indexes = frozenset(bytes(index) for index in logins.values_list("login_index", flat=True))
        taken = take_people(rows, Work(clinic, actor, at, feed.present, own, indexes))
        return _noted(clinic, "workforce", feed, len(rows), taken, actor, at)


def take_schedules(*, clinic: UUID, feed: Feed, actor: Actor, at: datetime) -> Taken:
    """Working hours: those of each person that the file names become the file's; others keep theirs and are counted.

    Rows about the actor, or somebody who shares a login with them, are held and counted.
    """
    rows = pq.read_table(feed.parquet).to_pylist()
    people, own = _people(clinic), _own(clinic, actor)
    wanted: dict[UUID, set[Hours]] = defaultdict(set)
    unknown = held = 0
    for row in rows:
        person = people.get(blind_index(clinic, CODE, row["person"]))
        if person is None:
            unknown += 1
        elif person in own:
            held += 1
        else:
            day = WEEKDAYS.index(row["weekday"])
            wanted[person].add(Hours(day, row["starts"], row["ends"], row["from"], row["to"]))
    with transaction.atomic():
        kept: dict[UUID, set[Hours]] = defaultdict(set)
        for hours in models.WorkingHours.objects.filter(clinic_id=clinic):
            kept[hours.person_id].add(hours_of(hours))
        differ = [person for person, hours in wanted.items() if kept.get(person, set()) != hours]
        models.WorkingHours.objects.filter(clinic_id=clinic, person_id__in=differ).delete()
        models.WorkingHours.objects.bulk_create(
            hours_row(clinic, person, one, FEED) for person in differ for one in sorted(wanted[person], key=Hours.order)
        )
        taken = Taken(
            added=sum(len(wanted[p] - kept.get(p, set())) for p in wanted),
            ended=sum(len(kept.get(p, set()) - wanted[p]) for p in wanted),
            unchanged=sum(len(wanted[p] & kept.get(p, set())) for p in wanted),
            absent=len(set(kept) - set(wanted)),
            held=held,
            unknown=unknown,
        )
        return _noted(clinic, "schedules", feed, len(rows), taken, actor, at)


Off = tuple[UUID, date, date, str | None]


def take_leave(*, clinic: UUID, feed: Feed, actor: Actor, at: datetime) -> Taken:
    """Leave: the file's is added, leave noted on a page stays.

    What an earlier file said and this one no longer says ends, for the people and in the days that this one is about.
    Rows about the actor, or somebody who shares a login with them, are held and counted.
    """
    rows = pq.read_table(feed.parquet).to_pylist()
    people, own = _people(clinic), _own(clinic, actor)
    wanted: set[Off] = set()
    unknown = held = 0
    for row in rows:
        person = people.get(blind_index(clinic, CODE, row["person"]))
        if person is None:
            unknown += 1
        elif person in own:
            held += 1
        else:
            wanted.add((person, row["from"], row["to"], row["kind"]))
    with transaction.atomic():
        kept: dict[Off, models.Leave] = {}
        for off in models.Leave.objects.filter(clinic_id=clinic):
            kind = identity.text_opened(clinic, off.kind) if off.kind else None
            kept[off.person_id, off.first_day, off.last_day, kind] = off
        named = {person for person, *_ in wanted}
        first, last = (min(w[1] for w in wanted), max(w[2] for w in wanted)) if wanted else (date.max, date.min)
        spoken_of = {
            off for off, row in kept.items() if off[0] in named and row.source == FEED and first <= off[1] <= last
        }
        gone = spoken_of - wanted
        models.Leave.objects.filter(clinic_id=clinic, id__in=[kept[off].id for off in gone]).delete()
        new = sorted(wanted - set(kept), key=lambda off: (str(off[0]), *off[1:3], off[3] or ""))
        models.Leave.objects.bulk_create(leave_row(clinic, *off, FEED) for off in new)
        unchanged, absent = len(wanted & set(kept)), len({off[0] for off in kept} - named)
        taken = Taken(len(new), 0, len(gone), unchanged, absent=absent, held=held, unknown=unknown)
        return _noted(clinic, "leave", feed, len(rows), taken, actor, at)


def _own(clinic: UUID, actor: Actor) -> frozenset[UUID]:
    """Whose rows somebody else must bring: the actor's, and those of whoever shares a login with them."""
    return sharing_logins(clinic, actor.person) if actor.person else frozenset()


def _people(clinic: UUID) -> dict[bytes, UUID]:
    rows = models.Person.objects.filter(clinic_id=clinic).values_list("code_index", "id")
    return {bytes(index): person for index, person in rows}


def _noted(clinic: UUID, name: str, feed: Feed, rows: int, taken: Taken, actor: Actor, at: datetime) -> Taken:
    """Leave an entry, unless the same bytes were the last ones taken and have changed nothing (law 8)."""
    last = models.FeedTake.objects.filter(clinic_id=clinic, feed=name).order_by("-taken_at", "-id").first()
    again = last is not None and last.digest == feed.count.sha256
    if again and not (taken.added or taken.changed or taken.ended):
        models.FeedTake.objects.filter(clinic_id=clinic, id=last.id).update(taken_at=at)
        return taken
    counts: dict[str, Any] = {"rows": rows, **asdict(taken)}
    models.FeedTake.objects.create(clinic_id=clinic, feed=name, digest=feed.count.sha256, taken_at=at, counts=counts)
    facts = {"feed": name, "sha256": feed.count.sha256, **counts}
    append(clinic=clinic, kind="people.feed_taken", actor=actor, at=at, subject={"feed": name}, facts=facts)
    return taken


TAKES: Mapping[str, Callable[..., Taken]] = {
    "workforce": take_workforce,
    "schedules": take_schedules,
    "leave": take_leave,
}
"""What takes each feed over, by the feed's name."""
