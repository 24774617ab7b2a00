"""Openings of a span as AuditEvents, for auditors and for collectors. Each taking-out is told to the ledger."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from chartwarden.assignments import queries as assignments
from chartwarden.clinics.services import acting_in
from chartwarden.gateway.balp import KINDS, Place, audit_event
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.errors import refuse
from chartwarden.ledger import queries as ledger
from chartwarden.ledger.contracts import StoredEntry
from chartwarden.ledger.services import append

PART = 500


def take_out_audit_events(
    *, clinic: UUID, begins: datetime, ends: datetime, actor: Actor, at: datetime
) -> Iterator[dict[str, Any]]:
    """Tell the ledger that openings from one instant until, not at, another are taken out, and give them in order.

    They name patients by the EHR's ids. Raises InputRefused for a span that ends before it begins.
    """
    if ends <= begins:
        raise refuse("to", "an instant after the beginning", "one that is not")
    with transaction.atomic():
        facts = {"begins": begins.isoformat(), "ends": ends.isoformat()}
        append(
            clinic=clinic,
            kind="gateway.audit_taken_out",
            actor=actor,
            at=at,
            subject={"clinic": str(clinic)},
            facts=facts,
        )
    return audit_events(clinic, begins, ends)


def audit_events(clinic: UUID, begins: datetime, ends: datetime) -> Iterator[dict[str, Any]]:
    """Openings of a span, as AuditEvents, in the ledger's order. Each part is read in the clinic by itself, since an
    answer that streams is made when its request is over.
    """
    index = 0
    while True:
        with acting_in(clinic):
            part = ledger.entries(clinic, index, PART, KINDS, begins=begins, ends=ends)
            events = events_of(clinic, part)
        yield from events
        if len(part) < PART:
            return
        index = part[-1].index + 1


def events_of(clinic: UUID, entries: Sequence[StoredEntry]) -> list[dict[str, Any]]:
    """Entries as AuditEvents, with the patients that the queue still knows."""
    place = Place(clinic, settings.GATEWAY_URL)
    named = {UUID(one.subject["assignment"]) for one in entries if "assignment" in one.subject}
    patients = {str(assignment): patient for assignment, patient in assignments.patients(clinic, named).items()}
    return [audit_event(one, patients.get(one.subject.get("assignment", "")), place) for one in entries]
