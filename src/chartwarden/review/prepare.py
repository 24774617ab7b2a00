"""The canonical tables that explanations and detectors read, made from the feeds.

``TABLES`` documents each; docs/reference/tables.md is generated from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq

from chartwarden.kernel.errors import refuse
from chartwarden.kernel.zones import from_local, offsets
from chartwarden.logs.contracts import ACCESS_SCHEMA, AccessesRead, FeedRead
from chartwarden.review.contracts import Clinic, Period
from chartwarden.review.engines.contracts import Engine
from chartwarden.review.feeds import CODING_ROLES
from chartwarden.review.hints import resolve, unmatched
from chartwarden.review.working_time import public_holidays, working_time

BUCKET_MINUTES = 15

TABLES = {
    "accesses": "Accesses in scope and in the period, a view: access (number), occurred_at, coder (person, or the "
    "unknown actor), person (null if unknown), zone, actor, action, patient, encounter, document, device, address, "
    "outcome, purpose, query, event, file.",
    "history": "The same without the period's beginning: for what must look back.",
    "judged": "accesses with explained (flag) and place (the explanation's); heavy, so filter first.",
    "unexplained": "Accesses with a patient that nothing explains, with repeated (not the pair's first access).",
    "pairs": "Coder and patient: accesses, first_at, last_at.",
    "explained_pairs": "Pairs whose every access one stretch explains: person, patient, accesses, place.",
    "stretches": "What explains, when: person, patient, begins, ends (UTC, both included), reference, place.",
    "activity": "Coder and quarter of an hour (UTC): person, zone, bucket_at, accesses, first_at, last_at.",
    "coder_days": "Coder and local day with any access: person, zone, day, accesses, first_at, last_at.",
    "people": "The workforce feed with zone, started_at, ended_at (UTC, excluded) and in_scope.",
    "working_time": "Shifts of people who have a schedule, less leave and holidays: person, begins, ends (UTC).",
    "links": "Who of the staff is close to whose record they opened: person, patient, relation (self, household, "
    "family, neighbour, colleague), weight (natural log of the odds), probability, evidence, other (the colleague).",
    "linked_accesses": "Accesses of the pairs in links: access, coder, person, patient, occurred_at, explained. Of "
    "pairs wholly explained only those of self, household and family.",
    "agreement_gaps": "When a vendor was not covered: vendor, begins, ends (UTC, the end excluded), at_fault (the "
    "vendor itself or above it), fault (no_agreement, not_yet, ended, terms_missing), missing (terms).",
    "connections": "Coder, device and address, where the devices or networks feed is there: person, first_at, last_at.",
    "addresses": "Network addresses of connections, where the networks feed is there: address, kind (office, vpn, "
    "other, unlisted, unreadable).",
    "device_faults": "What speaks against a registered device: device, fault (personal, unencrypted, unmanaged, "
    "no_antivirus, not_approved), begins, ends (UTC, the end excluded).",
    "offsets": "Offset of local time by zone: zone, begins, ends (UTC, excluded), seconds.",
}


@dataclass(frozen=True)
class Prepared:
    """What Python, too, knows of the feeds once the tables are made."""

    period: Period
    zones: Mapping[str, ZoneInfo]
    names: Mapping[str, str]
    patients_unmatched: int


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
    workforce = pq.read_table(feeds["workforce"].parquet).to_pylist()
    zones = {row["person"]: _person_zone(row, clinic) for row in workforce}
    engine.arrow("people", _people(workforce, zones))
    engine.arrow("logins", _logins(workforce))
    period = _period(engine, clinic, days)
    engine.arrow("offsets", _offsets(zones.values(), clinic, period))
    engine.view("clinic_offsets", f"SELECT * FROM offsets AS o WHERE o.zone = '{clinic.time_zone.key}'")
    engine.arrow("working_time", _working_time(feeds, zones, clinic, period))
    named = _name_patients(engine, feeds)
    patient, join = ("coalesce(e.patient, n.patient)", NAMED) if named else ("e.patient", "")
    history = HISTORY.format(zone=clinic.time_zone.key, ends=period.ends, patient=patient, join=join)
    engine.view("history", history)
    engine.view("accesses", f"SELECT * FROM history AS h WHERE h.occurred_at >= TIMESTAMP '{period.begins}'")
    engine.table("activity", ACTIVITY)
    engine.table("coder_days", CODER_DAYS)
    names = {row["person"]: _display_name(row) for row in workforce if row["family_name"]}
    return Prepared(period, zones, names, unmatched(named))


HISTORY = """
SELECT e.access, e.occurred_at, coalesce(p.person, e.actor) AS coder, p.person, coalesce(p.zone, '{zone}') AS zone,
       e.actor, e.action, {patient} AS patient, e.encounter, e.document, e.device, e.address, e.outcome, e.purpose,
       e.query, e.event, e.file
FROM events AS e
LEFT JOIN logins AS l ON l.login = e.actor
LEFT JOIN people AS p ON p.person = l.person {join}
WHERE e.occurred_at < TIMESTAMP '{ends}' AND coalesce(p.in_scope, TRUE)
"""

NAMED = "LEFT JOIN named_patients AS n ON n.hint = e.patient_hint"

ACTIVITY = f"""
SELECT a.coder, a.person, a.zone, a.bucket_at, count(*) AS accesses, min(a.occurred_at) AS first_at,
       max(a.occurred_at) AS last_at
FROM (SELECT *, date_trunc('hour', occurred_at)
             + (extract(minute FROM occurred_at) // {BUCKET_MINUTES}) * INTERVAL {BUCKET_MINUTES} MINUTE AS bucket_at
      FROM accesses) AS a
GROUP BY a.coder, a.person, a.zone, a.bucket_at
"""

CODER_DAYS = """
SELECT d.coder, d.person, d.zone, d.day, sum(d.accesses) AS accesses, min(d.first_at) AS first_at,
       max(d.last_at) AS last_at
FROM (SELECT a.*, CAST(a.bucket_at + o.seconds * INTERVAL 1 SECOND AS DATE) AS day
      FROM activity AS a JOIN offsets AS o ON o.zone = a.zone AND o.begins <= a.bucket_at AND a.bucket_at < o.ends) AS d
GROUP BY d.coder, d.person, d.zone, d.day
"""


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


def _person_zone(row: Mapping[str, Any], clinic: Clinic) -> ZoneInfo:
    return ZoneInfo(row["time_zone"]) if row["time_zone"] else clinic.time_zone


def _display_name(row: Mapping[str, Any]) -> str:
    return " ".join(part for part in (row["given_name"], row["family_name"]) if part)


def _people(workforce: Sequence[Mapping[str, Any]], zones: Mapping[str, ZoneInfo]) -> pa.Table:
    rows = []
    for row in workforce:
        zone = zones[row["person"]]
        rows.append(
            {
                **{name: row[name] for name in PERSON_COLUMNS},
                "zone": zone.key,
                "started_at": from_local(datetime.combine(row["started_on"], time()), zone).utc,
                "ended_at": row["ended_at"],
                "in_scope": row["role"] in CODING_ROLES or bool(row["employer"]),
            }
        )
    return pa.Table.from_pylist(rows, schema=PEOPLE_SCHEMA)


PERSON_COLUMNS = (
    "person", "role", "employer", "family_name", "given_name", "birth_date", "address_line", "city", "state",
    "postal_code", "phone",
)  # fmt: skip
PEOPLE_SCHEMA = pa.schema(
    [
        *((name, pa.date32() if name == "birth_date" else pa.string()) for name in PERSON_COLUMNS),
        ("zone", pa.string()),
        ("started_at", pa.timestamp("us")),
        ("ended_at", pa.timestamp("us")),
        ("in_scope", pa.bool_()),
    ]
)


def _logins(workforce: Iterable[Mapping[str, Any]]) -> pa.Table:
    rows = sorted({(login, row["person"]) for row in workforce for login in row["logins"]})
    return pa.table(
        {
            "login": pa.array([login for login, _ in rows], pa.string()),
            "person": pa.array([person for _, person in rows], pa.string()),
        }
    )


def _period(engine: Engine, clinic: Clinic, days: tuple[date | None, date | None]) -> Period:
    found = engine.rows("SELECT min(e.occurred_at) AS first_at, max(e.occurred_at) AS last_at FROM events AS e")[0]
    if found["first_at"] is None:
        raise refuse("accesses", "at least one readable access", "none")
    first = days[0] or local_day(found["first_at"], clinic.time_zone)
    last = days[1] or local_day(found["last_at"], clinic.time_zone)
    if last < first:
        raise refuse("--from and --to", "a first day that is not after the last", f"{first} to {last}")
    return Period(first, last, midnight(first, clinic.time_zone), midnight(last + timedelta(days=1), clinic.time_zone))


def local_day(utc: datetime, zone: ZoneInfo) -> date:
    """The local day of a naive UTC instant."""
    return utc.replace(tzinfo=ZoneInfo("UTC")).astimezone(zone).date()


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of a local day, as naive UTC."""
    return from_local(datetime.combine(day, time()), zone).utc


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
