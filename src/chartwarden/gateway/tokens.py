"""An assignment opened for a person: decided, written down, and a token for minutes that opens this record alone."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from chartwarden.assignments import queries as assignments
from chartwarden.assignments.contracts import Scope
from chartwarden.clinics.contracts import Clinic
from chartwarden.clinics.queries import clinic as clinic_of
from chartwarden.clinics.queries import clinics
from chartwarden.clinics.services import across_clinics, acting_in
from chartwarden.devices.contracts import Whence
from chartwarden.devices.queries import device_shown
from chartwarden.gateway import models
from chartwarden.gateway.balp import KINDS
from chartwarden.gateway.contracts import Facts, Opening, Standing
from chartwarden.gateway.gathering import facts_for, scope_of
from chartwarden.gateway.opened import opening
from chartwarden.gateway.rules import decide
from chartwarden.kernel.actors import Actor
from chartwarden.ledger.queries import last_beside
from chartwarden.ledger.services import append, append_many

PREFIX = "cwo_"
NOWHERE = Whence()
LATEST = 2**62
CHANGE_NOTHING = (
    *KINDS, "gateway.audit_taken_out", "gateway.copy_deleted", "gateway.copy_made", "gateway.explained",
    "gateway.pages_opened", "gateway.record_printed", "gateway.reminder_acknowledged",
)  # fmt: skip
"""Entries that leave all that a decision rests on as it was."""
LIFE = timedelta(minutes=15)
"""How long a token opens its record. Whoever works on opens the assignment again, and is decided about again."""


def open_assignment(
    *,
    clinic: Clinic,
    person: UUID,
    assignment: UUID,
    purpose: str,
    actor: Actor,
    at: datetime,
    whence: Whence = NOWHERE,
) -> Opening:
    """Decide whether a person's assignment opens its record; where it does, make the token. The answer is in the ledger
    either way. Tokens that the person had for it end. ``whence`` is where they ask from.
    """
    with transaction.atomic():
        patient, facts = facts_of(clinic, person, assignment, purpose, at, whence)
        verdict = decide(facts)
        if not verdict.allowed:
            denied = opening(clinic.id, person, patient, "open", facts, verdict, actor, assignment=str(assignment))
            append_many(clinic.id, [denied])
            return Opening(verdict)
        _end(clinic.id, person, assignment, at)
        text = PREFIX + secrets.token_urlsafe(32)
        row = models.AccessToken.objects.create(
            clinic_id=clinic.id,
            person_id=person,
            assignment_id=assignment,
            digest=digest_of(text),
            purpose=purpose,
            made_at=at,
            expires_at=at + LIFE,
        )
        append(
            clinic=clinic.id,
            kind="gateway.assignment_opened",
            actor=actor,
            at=at,
            subject={"person": str(person), "assignment": str(assignment), "token": str(row.id)},
            facts={"purpose": purpose, "expires_at": row.expires_at.isoformat()},
        )
    return Opening(verdict, text, row.expires_at)


def shut_assignment(*, clinic: UUID, person: UUID, assignment: UUID, actor: Actor, at: datetime) -> int:
    """End a person's tokens for an assignment at once. Says how many; again is harmless."""
    with transaction.atomic():
        ended = _end(clinic, person, assignment, at)
        if ended:
            subject = {"person": str(person), "assignment": str(assignment)}
            append(clinic=clinic, kind="gateway.assignment_shut", actor=actor, at=at, subject=subject)
    return ended


def _end(clinic: UUID, person: UUID, assignment: UUID, at: datetime) -> int:
    rows = models.AccessToken.objects.filter(
        clinic_id=clinic, person_id=person, assignment_id=assignment, withdrawn_at=None, expires_at__gt=at
    )
    return int(rows.update(withdrawn_at=at))


def facts_of(
    clinic: Clinic, person: UUID, assignment: UUID, purpose: str, at: datetime, whence: Whence
) -> tuple[str, Facts]:
    """The patient of an assignment (the EHR's id; "" where there is no such assignment), and the facts of opening the
    record by it and by no other.
    """
    work = assignments.work(clinic.id, assignment)
    patient = work.patient if work else ""
    device = device_shown(clinic.id, whence.certificate).name
    facts = facts_for(clinic, person, patient, purpose, at, device, whence.address)
    own = tuple(one for one in facts.grants if one.assignment == str(assignment))
    return patient, replace(facts, grants=own)


def standing(text: str, assignment: UUID, at: datetime, whence: Whence = NOWHERE) -> Standing | None:
    """Whom a token stands for at an assignment, and the facts of it; None for a token that does not hold there.
    ``whence`` is where the request comes from.

    Looks across clinics, since the token says which.
    """
    if not text.startswith(PREFIX):
        return None
    rows = models.AccessToken.objects.filter(digest=digest_of(text), assignment_id=assignment)
    with across_clinics():
        found = rows.values_list("clinic_id", flat=True).first()
        if found is None:
            return None
        entries, _ = looked(found, LATEST)  # first of all: what follows is as it was then, or newer
        row = rows.filter(withdrawn_at=None, expires_at__gt=at).first()
        clinic = clinic_of(found)
        alone = len(clinics()) == 1
    if row is None or clinic is None:
        return None
    with acting_in(clinic.id):
        patient, facts = facts_of(clinic, row.person_id, assignment, row.purpose, at, whence)
        scope = scope_of(clinic.id, facts, facts.grants[0].kind) if facts.grants else Scope()
    encounter = facts.grants[0].encounter if facts.grants else ""
    return Standing(
        clinic.id, row.person_id, row.id, assignment, patient, row.expires_at, facts, alone, scope, encounter, entries
    )


def looked(clinic: UUID, index: int) -> tuple[int, int]:
    """How many entries a clinic's ledger has, and the last from ``index`` on that may have changed whom a token stands
    for, or what is known of them (-1: none).
    """
    return last_beside(clinic, index, CHANGE_NOTHING)


def digest_of(text: str) -> str:
    """The SHA-256 by which a token is found; its 256 random bits need no slower hash."""
    return hashlib.sha256(text.encode()).hexdigest()
