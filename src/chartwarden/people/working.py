"""What stands of a person's work for a clinic at an instant, for whoever decides what opens to them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from uuid import UUID

from chartwarden.kernel.zones import from_local
from chartwarden.people import models
from chartwarden.people.contracts import WorkStanding
from chartwarden.people.permissions import permissions_of
from chartwarden.people.standing import roles_of, zone_of

NONE: tuple[datetime | None, datetime | None, str] = (None, None, "")


def work_standing(clinic: UUID, person: UUID, at: datetime) -> WorkStanding | None:
    """The engagement that is in force, or else the last one, with roles and suspension; None for nobody of the
    clinic."""
    row = models.Person.objects.select_related("clinic").filter(clinic_id=clinic, id=person).first()
    if row is None:
        return None
    zone = zone_of(row)
    spans: list[tuple[datetime | None, datetime | None, str]] = [
        (from_local(datetime.combine(one.started_on, time()), zone).utc.replace(tzinfo=UTC), one.ended_at, one.employer)
        for one in row.engagements.order_by("started_on")
    ]
    in_force = [span for span in spans if span[0] and span[0] <= at and (span[1] is None or at < span[1])]
    begins, ends, employer = (in_force or spans or [NONE])[-1]
    roles = roles_of(row, at)
    suspended = row.suspended_at is not None and row.suspended_at <= at
    return WorkStanding(begins, ends, employer, suspended, roles, permissions_of(roles))


def on_leave(clinic: UUID, day: date) -> frozenset[UUID]:
    """Who is away on a local day."""
    rows = models.Leave.objects.filter(clinic_id=clinic, first_day__lte=day, last_day__gte=day)
    return frozenset(rows.values_list("person_id", flat=True))
