"""When people work, and when they are away: what the review judges unusual hours by."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from chartwarden.clinics.services import inputs_changed
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.errors import refuse
from chartwarden.ledger.services import append
from chartwarden.people import identity, models
from chartwarden.people.contracts import Hours
from chartwarden.people.standing import somebody_else

DAY = 24 * 60


def set_working_hours(*, clinic: UUID, person: UUID, hours: Iterable[Hours], actor: Actor, at: datetime) -> None:
    """Put these hours in the place of those kept. Raises Refused on one's own, InputRefused where one is wrong."""
    wanted = sorted(set(hours), key=Hours.order)
    for one in wanted:
        if not (0 <= one.weekday <= 6 and 0 <= one.starts < DAY and 0 <= one.ends <= DAY and one.starts != one.ends):
            raise refuse("working hours", "a weekday, a start and another end within the day", "something else")
        if one.first_day and one.last_day and one.last_day < one.first_day:
            raise refuse("working hours", "a last day that is not before the first", one.last_day.isoformat())
    with transaction.atomic():
        row = somebody_else(clinic, person, actor)
        kept = sorted((hours_of(found) for found in row.hours.all()), key=Hours.order)
        if kept == wanted:
            return
        row.hours.all().delete()
        models.WorkingHours.objects.bulk_create(hours_row(clinic, person, one, "page") for one in wanted)
        facts = {"before": len(kept), "rows": len(wanted), "minutes_a_week": sum(one.minutes for one in wanted)}
        subject = {"person": str(person)}
        append(clinic=clinic, kind="people.hours_set", actor=actor, at=at, subject=subject, facts=facts)
        inputs_changed(clinic, "hours_by_hand")


def record_leave(
    *, clinic: UUID, person: UUID, first_day: date, last_day: date, actor: Actor, at: datetime, kind: str = ""
) -> UUID:
    """Note days off, both ends included; ``kind`` is sealed. Raises Refused on one's own, InputRefused."""
    if last_day < first_day:
        raise refuse("last day", "one that is not before the first", last_day.isoformat())
    with transaction.atomic():
        row = somebody_else(clinic, person, actor)
        leave = leave_row(clinic, row.id, first_day, last_day, kind or None, "page")
        leave.save(force_insert=True)
        facts = {"leave": str(leave.id), "first_day": first_day.isoformat(), "last_day": last_day.isoformat()}
        subject = {"person": str(person)}
        append(clinic=clinic, kind="people.leave_recorded", actor=actor, at=at, subject=subject, facts=facts)
        inputs_changed(clinic, "leave_by_hand")
    return leave.id


def withdraw_leave(*, clinic: UUID, leave: UUID, actor: Actor, at: datetime) -> None:
    """Take noted days off back. Raises Refused on one's own; nothing happens where they are not there."""
    with transaction.atomic():
        row = models.Leave.objects.filter(clinic_id=clinic, id=leave).first()
        if row is None:
            return
        somebody_else(clinic, row.person_id, actor)
        facts = {"first_day": row.first_day.isoformat(), "last_day": row.last_day.isoformat()}
        subject = {"person": str(row.person_id), "leave": str(leave)}
        row.delete()
        append(clinic=clinic, kind="people.leave_withdrawn", actor=actor, at=at, subject=subject, facts=facts)
        inputs_changed(clinic, "leave_by_hand")


def hours_of(row: models.WorkingHours) -> Hours:
    """A row as others may hold it."""
    return Hours(row.weekday, row.starts, row.ends, row.first_day, row.last_day)


def hours_row(clinic: UUID, person: UUID, hours: Hours, source: str) -> models.WorkingHours:
    """A row, not yet kept."""
    return models.WorkingHours(
        clinic_id=clinic, person_id=person, weekday=hours.weekday, starts=hours.starts, ends=hours.ends,
        first_day=hours.first_day, last_day=hours.last_day, source=source,
    )  # fmt: skip


def leave_row(
    clinic: UUID, person: UUID, first_day: date, last_day: date, kind: str | None, source: str
) -> models.Leave:
    """A row, not yet kept."""
    sealed = identity.text_sealed(clinic, kind) if kind else None
    return models.Leave(
        clinic_id=clinic, person_id=person, first_day=first_day, last_day=last_day, kind=sealed, source=source
    )
