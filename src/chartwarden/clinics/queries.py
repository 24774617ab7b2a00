"""What others may read of clinics."""

from __future__ import annotations

from uuid import UUID
from zoneinfo import ZoneInfo

from chartwarden.clinics import models
from chartwarden.clinics.contracts import Clinic, Webhook
from chartwarden.clinics.inputs import inputs_changed_at, inputs_revision

__all__ = ["clinic", "clinics", "contract", "inputs_changed_at", "inputs_revision", "webhooks"]


def clinic(clinic_id: UUID) -> Clinic | None:
    """The clinic of that id."""
    row = models.Clinic.objects.filter(id=clinic_id).first()
    return contract(row) if row else None


def clinics() -> list[Clinic]:
    """Every clinic of this installation, by name."""
    return [contract(row) for row in models.Clinic.objects.order_by("name", "id")]


def contract(row: models.Clinic) -> Clinic:
    """A row as others may hold it."""
    return Clinic(
        id=row.id,
        name=row.name,
        time_zone=ZoneInfo(row.time_zone),
        holidays=row.holidays,
        grace_minutes=row.grace_minutes,
        idle_minutes=row.idle_minutes,
        review_due_days=row.review_due_days,
        lookback_days=row.lookback_days,
        reviews_from=row.reviews_from,
        thresholds=row.thresholds,
        demo=row.demo,
        opened_at=row.opened_at,
    )


def webhooks(clinic_id: UUID) -> list[Webhook]:
    """The clinic's webhooks in force, the oldest first."""
    rows = models.Webhook.objects.filter(clinic_id=clinic_id, withdrawn_at=None)
    return [
        Webhook(
            id=row.id,
            url=row.url,
            kinds=tuple(row.kinds),
            next_index=row.next_index,
            made_at=row.made_at,
            failing_since=row.failing_since,
            next_try_at=row.next_try_at,
            trouble=row.trouble,
        )
        for row in rows
    ]
