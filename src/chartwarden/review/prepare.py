"""Make the canonical tables (see ``tables``) from the feeds and the log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq

from chartwarden.kernel.errors import refuse
from chartwarden.kernel.zones import offsets
from chartwarden.logs.contracts import ACCESS_SCHEMA, AccessesRead, FeedRead
from chartwarden.review.contracts import Clinic, Period
from chartwarden.review.engines.contracts import Engine
from chartwarden.review.hints import resolve, unmatched
from chartwarden.review.period import period_of
from chartwarden.review.staff import actors, held_by_several, names_of, people, zones_of
from chartwarden.review.tables import ACCESSES, ACTIVITY, CODER_DAYS, NAMED, PAIRS, SEEN
from chartwarden.review.working_time import public_holidays, working_time

ACTORS_SEEN = """
SELECT e.actor, min(e.occurred_at) AS first_at, max(e.occurred_at) AS last_at FROM events AS e GROUP BY e.actor
"""


@dataclass(frozen=True)
class Prepared:
    """What Python, too, knows of the feeds once the tables are made."""

    period: Period
    zones: Mapping[str, ZoneInfo]
    names: Mapping[str, str]
    patients_unmatched: int
    shared_logins: Mapping[str, list[str]]


def load(
    engine: Engine,
    clinic: Clinic,
    logs: AccessesRead,
    feeds: Mapping[str, FeedRead],
    days: tuple[date | None, date | None],
) -> Prepared:
    """Make the canonical tables up to ``coder_days``. ``days`` are the asked-for first and last local days."""
    engine.events(logs.parquet, ACCESS_SCHEMA)
    for name, feed in feeds.items():
        engine.parquet(name, feed.parquet)
    workforce = _rows(feeds["workforce"].parquet)
    zones = zones_of(workforce, clinic)
    engine.arrow("people", people(workforce, zones))
    seen = engine.rows(ACTORS_SEEN)
    if not seen:
        raise refuse("accesses", "at least one readable access", "none")
    first_at, last_at = min(row["first_at"] for row in seen), max(row["last_at"] for row in seen)
    period = period_of(first_at, last_at, clinic, days)
    engine.arrow("actors", actors([row["actor"] for row in seen], workforce, zones, clinic))
    engine.arrow("offsets", _offsets(zones.values(), clinic, period))
    engine.view("clinic_offsets", f"SELECT * FROM offsets AS o WHERE o.zone = '{clinic.time_zone.key}'")
    engine.arrow("working_time", _working_time(feeds, zones, clinic, period))
    named = _name_patients(engine, feeds)
    patient, join = ("coalesce(e.patient, n.patient)", NAMED) if named else ("e.patient", "")
    engine.view("seen", SEEN.format(patient=patient, join=join, begins=period.begins, ends=period.ends))
    engine.view("accesses", ACCESSES)
    engine.table("pairs", PAIRS)
    engine.table("activity", ACTIVITY)
    engine.table("coder_days", CODER_DAYS)
    return Prepared(period, zones, names_of(workforce), unmatched(named), held_by_several(workforce))


def _name_patients(engine: Engine, feeds: Mapping[str, FeedRead]) -> dict[str, str]:
    found = engine.rows(
        "SELECT DISTINCT e.patient_hint AS hint FROM events AS e WHERE e.patient IS NULL AND e.patient_hint IS NOT NULL"
    )
    if not found:
        return {}
    named = resolve(sorted(row["hint"] for row in found), _rows(feeds["patients"].parquet))
    columns = {"hint": pa.array(named.keys(), pa.string()), "patient": pa.array(named.values(), pa.string())}
    engine.arrow("named_patients", pa.table(columns))
    return named


def _offsets(zones: Iterable[ZoneInfo], clinic: Clinic, period: Period) -> pa.Table:
    margin = timedelta(days=400)
    rows = [
        {"zone": key, "begins": offset.begins, "ends": offset.ends, "seconds": offset.seconds}
        for key in sorted({zone.key for zone in zones} | {clinic.time_zone.key})
        for offset in offsets(ZoneInfo(key), period.begins - margin, period.ends + margin)
    ]
    stamp = pa.timestamp("us")
    schema = pa.schema([("zone", pa.string()), ("begins", stamp), ("ends", stamp), ("seconds", pa.int64())])
    return pa.Table.from_pylist(rows, schema=schema)


def _working_time(
    feeds: Mapping[str, FeedRead], zones: Mapping[str, ZoneInfo], clinic: Clinic, period: Period
) -> pa.Table:
    around = (period.last_day - period.first_day).days + 3
    days = [period.first_day + timedelta(days=number - 1) for number in range(around)]
    rows = working_time(
        _rows(feeds["schedules"].parquet),
        _rows(feeds["leave"].parquet),
        zones,
        days,
        public_holidays(clinic.holidays, days),
    )
    stamp = pa.timestamp("us")
    return pa.table(
        {
            "person": pa.array([person for person, _, _ in rows], pa.string()),
            "begins": pa.array([begins for _, begins, _ in rows], stamp),
            "ends": pa.array([ends for _, _, ends in rows], stamp),
        }
    )


def _rows(parquet: Path) -> list[dict[str, Any]]:
    return pq.read_table(parquet).to_pylist()  # type: ignore[no-any-return]
