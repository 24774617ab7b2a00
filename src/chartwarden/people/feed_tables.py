"""The workforce, schedules and leave as tables in the feeds' own columns: what files bring, what the review reads.

The columns are those of the feeds catalogue, which lies above this room; a test outside holds the two together.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from uuid import UUID

import pyarrow as pa

from chartwarden.people import identity, models

TEXT = pa.string()
INSTANT = pa.timestamp("us")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
PLACE = ("address_line", "city", "state", "postal_code", "phone")
WORKFORCE = pa.schema(
    [
        ("person", TEXT), ("logins", pa.list_(TEXT)), ("role", TEXT), ("started_on", pa.date32()),
        ("ended_at", INSTANT), ("employer", TEXT), ("family_name", TEXT), ("given_name", TEXT),
        ("birth_date", pa.date32()), ("time_zone", TEXT), *((name, TEXT) for name in PLACE),
    ]
)  # fmt: skip
SCHEDULES = pa.schema(
    [
        ("person", TEXT), ("weekday", TEXT), ("starts", pa.int32()), ("ends", pa.int32()), ("from", pa.date32()),
        ("to", pa.date32()),
    ]
)  # fmt: skip
LEAVE = pa.schema([("person", TEXT), ("from", pa.date32()), ("to", pa.date32()), ("kind", TEXT)])


def workforce_table(clinic: UUID) -> pa.Table | None:
    """Everybody of a clinic with their newest engagement, opened, by code; None where there is nobody."""
    latest: dict[UUID, models.Engagement] = {}
    for engagement in models.Engagement.objects.filter(clinic_id=clinic).order_by("started_on", "id"):
        latest[engagement.person_id] = engagement
    logins: dict[UUID, list[str]] = defaultdict(list)
    kept = models.EhrLogin.objects.filter(clinic_id=clinic).order_by("person_id", "position")
    for person, sealed in kept.values_list("person_id", "sealed"):
        logins[person].append(identity.text_opened(clinic, sealed))
    rows = []
    for person in models.Person.objects.filter(clinic_id=clinic):
        values, engagement = identity.opened(clinic, person.identity), latest.get(person.id)
        if engagement is not None:
            rows.append(_workforce_row(person, values, engagement, logins[person.id]))
    rows.sort(key=lambda row: str(row["person"]))
    return _table(rows, WORKFORCE) if rows else None


def _workforce_row(
    person: models.Person, values: dict[str, str], engagement: models.Engagement, logins: list[str]
) -> dict[str, object]:
    born = values.get("birth_date")
    return {
        "person": values["code"],
        "logins": logins,
        "role": engagement.feed_role,
        "started_on": engagement.started_on,
        "ended_at": naive(engagement.ended_at),
        "employer": engagement.employer or None,
        "time_zone": person.time_zone or None,
        "birth_date": datetime.fromisoformat(born).date() if born else None,
        **{name: values.get(name) for name in ("family_name", "given_name", *PLACE)},
    }


def schedules_table(clinic: UUID) -> pa.Table | None:
    """Everybody's working hours, by code and weekday; None where none were ever given."""
    found = models.WorkingHours.objects.filter(clinic_id=clinic)
    rows = list(found.values_list("person_id", "weekday", "starts", "ends", "first_day", "last_day"))
    if not rows and not _ever_taken(clinic, "schedules"):
        return None
    codes = codes_of(clinic)
    order = sorted((codes[person], weekday, str(first or ""), starts, ends, first, last)
                   for person, weekday, starts, ends, first, last in rows)  # fmt: skip
    names = SCHEDULES.names
    return _table(
        [dict(zip(names, (c, WEEKDAYS[w], s, e, f, t), strict=True)) for c, w, _, s, e, f, t in order], SCHEDULES
    )


def leave_table(clinic: UUID) -> pa.Table | None:
    """Everybody's leave, by code and first day; None where none was ever given."""
    rows = list(models.Leave.objects.filter(clinic_id=clinic).values_list("person_id", "first_day", "last_day", "kind"))
    if not rows and not _ever_taken(clinic, "leave"):
        return None
    codes = codes_of(clinic)
    order = sorted(
        ((codes[person], first, last, identity.text_opened(clinic, kind) if kind else None)
         for person, first, last, kind in rows),
        key=lambda row: (*row[:3], row[3] or ""),
    )  # fmt: skip
    return _table([dict(zip(LEAVE.names, row, strict=True)) for row in order], LEAVE)


def codes_of(clinic: UUID) -> dict[UUID, str]:
    """Everybody's code, opened."""
    rows = models.Person.objects.filter(clinic_id=clinic).values_list("id", "identity")
    return {person: identity.opened(clinic, sealed)["code"] for person, sealed in rows}


def naive(moment: datetime | None) -> datetime | None:
    """An aware instant as the tables hold it: naive UTC."""
    return moment.astimezone(UTC).replace(tzinfo=None) if moment else None


def aware(moment: datetime | None) -> datetime | None:
    """A table's instant as models hold it: aware UTC."""
    return moment.replace(tzinfo=UTC) if moment else None


def _ever_taken(clinic: UUID, feed: str) -> bool:
    return models.FeedTake.objects.filter(clinic_id=clinic, feed=feed).exists()


def _table(rows: list[dict[str, object]], schema: pa.Schema) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=schema)
