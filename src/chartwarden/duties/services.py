"""The only writers of duties: close one by hand, recertify access, and remind of what is open."""

from __future__ import annotations

import re
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from chartwarden.clinics.contracts import Clinic
from chartwarden.duties import models, queries, rules
from chartwarden.duties.closing import keep_closing
from chartwarden.duties.contracts import DutyYear, State
from chartwarden.duties.recertification import recertify_access
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.decisions import Refused, refused, require
from chartwarden.kernel.errors import refuse
from chartwarden.ledger.services import append
from chartwarden.people import queries as people
from chartwarden.people.contracts import Member, Permission
from chartwarden.people.services import notify

__all__ = ["MOST_NOTE", "close_duty", "recertify_access", "remind"]

MOST_NOTE = 4000
DIGEST = re.compile(r"[0-9a-f]{64}")
STEPS = {State.DUE: "duty_due", State.OVERDUE: "duty_late"}


def close_duty(
    *, clinic: Clinic, duty: str, day: date, note: str, member: Member, actor: Actor, at: datetime, evidence: str = ""
) -> None:
    """Close one occurrence by hand. ``evidence`` is the SHA-256 (hex) of a file that the clinic keeps, or nothing.

    Raises InputRefused for a note or an occurrence that won't do, Refused where the member may not or another room's
    work closes it, Stale where it was closed before.
    """
    found = _year(clinic, duty, at)
    require(rules.may_close(found.duty, member.roles, member.may(Permission.CLOSE_DUTIES)))
    if found.duty.closed_by is not None:
        raise Refused(refused("This duty is closed by the work itself, not by a note.", found.duty.citation))
    text = note.strip()
    if not 1 <= len(text) <= MOST_NOTE:
        raise refuse("note", f"what was done, in 1 to {MOST_NOTE} characters", f"{len(text)} characters")
    if evidence and not DIGEST.fullmatch(evidence):
        raise refuse("evidence", "a SHA-256 in 64 hexadecimal digits", f"{len(evidence)} characters")
    keep_closing(
        clinic=clinic, found=found, day=day, kind="duties.closed", facts={}, note=text, actor=actor, at=at,
        evidence=evidence,
    )  # fmt: skip


def remind(*, clinic: Clinic, actor: Actor, at: datetime) -> int:
    """Mail what came round or became overdue since the last time, once for each step. Returns how many duties."""
    roles = {rules.OFFICER, *(one.owner for one in queries.catalog().values())}
    holders = {role: people.holders(clinic.id, role, at) for role in roles}
    return sum(_remind_of(clinic, one, holders, actor, at) for one in queries.years(clinic, at))


def _remind_of(clinic: Clinic, one: DutyYear, holders: dict[str, list[UUID]], actor: Actor, at: datetime) -> int:
    """One mail a duty and step, even where several occurrences wait."""
    said = set(models.Reminder.objects.filter(clinic_id=clinic.id, duty=one.id).values_list("day", "step"))
    new = [s for s in one.open if (s.occurrence.day, STEPS[s.state]) not in said]
    if not new:
        return 0
    with transaction.atomic():
        for step, kind in STEPS.items():
            days = [s.occurrence.day for s in new if s.state is step]
            if not days:
                continue
            models.Reminder.objects.bulk_create(
                [models.Reminder(clinic_id=clinic.id, duty=one.id, day=day, step=kind, sent_at=at) for day in days],
                ignore_conflicts=True,
            )
            people_told = rules.told(one.duty, step, holders)
            for person in people_told:
                notify(
                    clinic=clinic.id, person=person, kind=kind, page="duties:duty", arguments={"duty": one.id}, at=at
                )
            append(
                clinic=clinic.id,
                kind="duties.reminded",
                actor=actor,
                at=at,
                subject={"duty": one.id},
                facts={"step": step.value, "occurrences": [day.isoformat() for day in days], "told": len(people_told)},
            )
    return 1


def _year(clinic: Clinic, duty: str, at: datetime) -> DutyYear:
    found = queries.duty_year(clinic, duty, at)
    if found is None:
        raise refuse("duty", "one of " + ", ".join(queries.catalog()), repr(duty[:80]))
    return found
