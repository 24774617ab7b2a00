"""The feeds as the baselines see them: accesses to records in scope, with what the queue says of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import duckdb

from chartwarden.evaluation.contracts import Case

K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Seen:
    """One access to a record by somebody in scope. ``local`` is naive, in the person's zone where it is known.

    ``assigned``: an assignment covered it. ``after_end``: hours since the coder's last assignment for that patient
    ended, None where there was none or one is still open.
    """

    event: str
    at: datetime
    local: datetime
    coder: str
    patient: str
    action: str
    document: str
    assigned: bool
    after_end: float | None


@dataclass(frozen=True)
class Feeds:
    """What the baselines work on. ``hours`` is (weekday, from, to, start, end) by person, times as HH:MM."""

    seen: tuple[Seen, ...]
    hours: dict[str, list[tuple[str, str, str, str, str]]]
    assigned_a_day: dict[tuple[str, str], int]
    surname: dict[str, str]
    patient_surname: dict[str, str]
    notable: frozenset[str]


_SCOPE = """
create table people as
  select person, family_name, given_name, birth_date, time_zone, unnest(string_split(logins, ';')) as login,
         role in ('coder', 'qa_auditor') or coalesce(employer, '') <> '' as in_scope
  from workforce;
create table given as
  select patient, coder, assigned_at::timestamptz as begins,
         coalesce(ended_at::timestamptz, timestamptz '2200-01-01') as ends
  from assignments;
create table seen as
  select a.event, a.occurred_at::timestamptz as happened, coalesce(p.person, a.actor) as coder, a.patient, a.action,
         coalesce(a.document, '') as document, coalesce(p.time_zone, 'UTC') as time_zone
  from accesses a left join people p on p.login = a.actor
  where a.patient is not null and coalesce(a.outcome, 'success') = 'success' and coalesce(p.in_scope, true);
"""
_SEEN = """
select s.event, epoch(s.happened), s.happened at time zone s.time_zone, s.coder, s.patient, s.action, s.document,
       count(*) filter (s.happened between g.begins and g.ends) > 0,
       epoch(s.happened) - epoch(max(g.ends) filter (g.begins <= s.happened))
from seen s left join given g on g.patient = s.patient and g.coder = s.coder
group by s.event, s.happened, s.time_zone, s.coder, s.patient, s.action, s.document
order by s.event
"""
_ASSIGNED_A_DAY = """
select coder, strftime(day, '%Y-%m-%d'), count(distinct patient)
from (select distinct coder, (happened at time zone time_zone)::date as day, time_zone from seen) d
join given g using (coder)
where g.begins < ((day + 1)::timestamp at time zone time_zone) and g.ends >= (day::timestamp at time zone time_zone)
group by all
"""
_NOTABLE = """
select patient from patients where contains(coalesce(flags, ''), 'public_figure')
union select p.patient from patients p join people w using (family_name, given_name, birth_date)
"""


def read_feeds(folder: Path) -> Feeds:
    """Read the plain CSV feeds that a demo clinic has."""
    with duckdb.connect() as db:
        for name in ("accesses", "workforce", "assignments", "schedules", "patients"):
            path = str(folder / f"{name}.csv").replace("'", "''")
            db.execute(f"create table {name} as select * from read_csv('{path}', header=true, all_varchar=true)")
        db.execute("set TimeZone = 'UTC'")
        db.execute(_SCOPE)
        hours: dict[str, list[tuple[str, str, str, str, str]]] = {}
        for person, *rest in db.execute(
            """select person, weekday, coalesce("from", ''), coalesce("to", ''), starts, ends from schedules"""
        ).fetchall():
            hours.setdefault(person, []).append((rest[0], rest[1], rest[2], rest[3], rest[4]))
        return Feeds(
            seen=tuple(_seen(row) for row in db.execute(_SEEN).fetchall()),
            hours=hours,
            assigned_a_day={(row[0], row[1]): row[2] for row in db.execute(_ASSIGNED_A_DAY).fetchall()},
            surname=dict(db.execute("select person, family_name from people").fetchall()),
            patient_surname=dict(db.execute("select patient, family_name from patients").fetchall()),
            notable=frozenset(row[0] for row in db.execute(_NOTABLE).fetchall()),
        )


def _seen(row: tuple[object, ...]) -> Seen:
    event, at, local, coder, patient, action, document, assigned, after = row
    moment = datetime.fromtimestamp(float(str(at)), UTC)
    gap = float(str(after)) / 3600 if after is not None else None
    if not isinstance(local, datetime):
        raise TypeError("a local time was expected")
    return Seen(
        str(event), moment, local, str(coder), str(patient), str(action), str(document), bool(assigned),
        gap if gap is not None and gap > 0 else None,
    )  # fmt: skip


def grouped(seen: Iterable[Seen], key: Callable[[Seen], K]) -> dict[K, list[Seen]]:
    """Accesses by a key, in the order in which they come."""
    groups: dict[K, list[Seen]] = {}
    for one in seen:
        groups.setdefault(key(one), []).append(one)
    return groups


def case_of(seen: Sequence[Seen], patient: str | None) -> Case:
    """Accesses of one coder as a case."""
    times = [one.at for one in seen]
    return Case(seen[0].coder, patient, min(times), max(times), frozenset(one.event for one in seen))


def pair(one: Seen) -> tuple[str, str]:
    """Coder and patient."""
    return one.coder, one.patient
