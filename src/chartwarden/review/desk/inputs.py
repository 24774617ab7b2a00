"""What a week's review is made from: the imported logs and tables, opened into a scratch folder."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

from chartwarden.assignments import queries as assignments
from chartwarden.clinics.contracts import Clinic
from chartwarden.devices import queries as devices
from chartwarden.logs import queries as logs
from chartwarden.logs import services as log_services
from chartwarden.logs.contracts import AccessesRead, Feed, FeedRead, Span
from chartwarden.patients import queries as patients
from chartwarden.people import queries as people
from chartwarden.review import contracts
from chartwarden.review.desk.reading import judged_by
from chartwarden.review.desk.refreshing import Staff
from chartwarden.review.desk.weeks import week_span

TABLES = {
    "workforce": people.workforce_table,
    "schedules": people.schedules_table,
    "leave": people.leave_table,
    "patients": patients.patients_table,
    "assignments": assignments.assignments_table,
    "devices": devices.devices_table,
    "networks": devices.networks_table,
}
"""Feeds whose rows a room of its own keeps; the others lie with the logs as they were imported."""
KEPT_BEFORE = ("devices", "networks")
"""Feeds that lay with the logs too until a room took them; what was imported then still counts."""


@dataclass(frozen=True)
class WeekInputs:
    """All that ``review_tables`` takes."""

    clinic: contracts.Clinic
    logs: AccessesRead
    feeds: dict[str, FeedRead]
    staff: Staff


def open_inputs(clinic: Clinic, first_day: date, last_day: date, scratch: Path) -> WeekInputs:
    """Unseal what a week's review needs into ``scratch``, with the days that the detectors look back."""
    begins, ends = week_span(clinic, first_day - timedelta(days=clinic.lookback_days), last_day)
    stored = log_services.fetch_logs(clinic.id, begins, ends, scratch)
    span = Span(begins.replace(tzinfo=None), ends.replace(tzinfo=None))
    read = log_services.gather(stored, clinic.time_zone, scratch, span)
    feeds: dict[str, FeedRead] = {}
    for feed in logs.feeds():
        found = _feed(clinic.id, feed, scratch)
        if found is not None:
            feeds[feed.name] = found
    return WeekInputs(judged_by(clinic), read, feeds, staff(clinic.id))


def _feed(clinic: UUID, feed: Feed, scratch: Path) -> FeedRead | None:
    table = TABLES[feed.name](clinic) if feed.name in TABLES else None
    if table is not None:
        return log_services.feed_from_table(feed, table, scratch)
    if feed.name in TABLES and feed.name not in KEPT_BEFORE:
        return None
    return log_services.kept_feed(clinic, feed.name, scratch)


def staff(clinic: UUID) -> Staff:
    """Whom the ids and logins of the workforce mean."""
    holders = {login: frozenset(found) for login, found in people.by_login(clinic).items()}
    return Staff(dict(people.by_code(clinic)), holders)
