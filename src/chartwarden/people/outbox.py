"""What of the outbox is shown: kinds, states and what the mail server said, never an address."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Count

from chartwarden.people import models
from chartwarden.people.contracts import Message


def outbox(clinic: UUID, limit: int = 100) -> list[Message]:
    """The newest messages of a clinic, newest first."""
    rows = models.OutgoingMail.objects.filter(clinic_id=clinic).order_by("-made_at", "-id")[:limit]
    return [
        Message(m.id, m.person_id, m.kind, m.state, m.made_at, m.sent_at, m.attempts, m.trouble) for m in rows
    ]  # fmt: skip


def counts(clinic: UUID) -> dict[str, int]:
    """Messages by state."""
    rows = models.OutgoingMail.objects.filter(clinic_id=clinic).values_list("state").annotate(Count("id"))
    return dict(rows.order_by())
