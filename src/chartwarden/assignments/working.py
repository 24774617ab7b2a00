"""What a coder does with their own work: begin, hold, resume, code, submit."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from chartwarden.assignments import rules
from chartwarden.assignments.keeping import copies_left, locked, move
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.decisions import require
from chartwarden.kernel.errors import refuse

EVENTS = ("begun", "resumed", "coded", "submitted")


def work_on(*, clinic: UUID, assignment: UUID, event: str, revision: int, actor: Actor, at: datetime) -> None:
    """Move one's own work on: ``begun``, ``resumed``, ``coded`` or ``submitted``. Submitted, the record shuts.

    Raises DoesNotExist, Stale where it has changed since ``revision``, Refused where it isn't the actor's own or the
    states have no such step, InputRefused for another event.
    """
    if event not in EVENTS:
        raise refuse("event", "one of " + ", ".join(EVENTS), repr(event[:40]))
    with transaction.atomic():
        row = locked(clinic, assignment, revision)
        require(rules.may_work(actor.person, row.coder_id))
        if event == "submitted":
            require(rules.may_end(copies_left(row)))
        ended = {"ended_at": at, "outcome": "submitted"} if event == "submitted" else {}
        move(row, event, actor, at, hold="", **ended)


def hold(*, clinic: UUID, assignment: UUID, why: str, revision: int, actor: Actor, at: datetime) -> None:
    """Put one's own work on hold: ``missing_document`` or ``provider_query``. The record stays open. Raises as
    ``work_on``."""
    if why not in rules.HOLDS:
        raise refuse("reason", "one of " + ", ".join(rules.HOLDS), repr(why[:40]))
    with transaction.atomic():
        row = locked(clinic, assignment, revision)
        require(rules.may_work(actor.person, row.coder_id))
        move(row, "held", actor, at, hold=why)
