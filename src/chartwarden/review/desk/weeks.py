"""Which imported logs touch a week, and whether its review is behind them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from chartwarden.clinics import queries as clinics
from chartwarden.clinics.contracts import Clinic
from chartwarden.logs import queries as logs
from chartwarden.review.period import midnight

MARGIN = timedelta(microseconds=1)


def spans(clinic: UUID) -> list[tuple[datetime, datetime]]:
    """The stretches that counted logs cover; aware, the end excluded."""
    return [(span.first_at, span.last_at + MARGIN) for span in logs.spans(clinic)]


def revision(clinic: Clinic, first_day: date, last_day: date, signed: bool) -> int:
    """The revision of the inputs that a week's review is made from: files, what was changed by hand, and settings.

    A review that is signed looks only at logs with accesses in its week: staff and queue change every day, and what
    was signed was judged by what was known.
    """
    if not signed:
        return clinics.inputs_revision(clinic.id)
    begins, ends = week_span(clinic, first_day, last_day)
    return max((s.revision for s in logs.spans(clinic.id) if s.first_at < ends and s.last_at >= begins), default=0)


def week_span(clinic: Clinic, first_day: date, last_day: date) -> tuple[datetime, datetime]:
    """A stretch of local days, aware UTC, the end excluded."""
    begins, ends = midnight(first_day, clinic.time_zone), midnight(last_day + timedelta(days=1), clinic.time_zone)
    return begins.replace(tzinfo=UTC), ends.replace(tzinfo=UTC)


def has_log(clinic: Clinic, first_day: date, last_day: date) -> bool:
    """Whether any counted log reaches into a week."""
    begins, ends = week_span(clinic, first_day, last_day)
    return any(first < ends and last > begins for first, last in spans(clinic.id))
