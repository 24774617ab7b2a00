"""One opening of a record: decided, and written down. Nothing may be fetched before that."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from chartwarden.clinics.contracts import Clinic
from chartwarden.gateway.contracts import Facts, Verdict
from chartwarden.gateway.gathering import facts_for, scope_of
from chartwarden.gateway.rules import decide, stated
from chartwarden.kernel.actors import Actor
from chartwarden.ledger.contracts import Draft
from chartwarden.ledger.services import append_many


def record_opening(
    *,
    clinic: Clinic,
    person: UUID,
    patient: str,
    purpose: str,
    interaction: str,
    actor: Actor,
    at: datetime,
    device: str = "",
    address: str = "",
) -> Verdict:
    """Decide whether a person may have something of a patient's record, and write the answer down, in one transaction.

    ``patient`` is the EHR's id; ``interaction`` what is asked for in FHIR's words, such as ``read Observation``;
    ``device`` and ``address`` as ``facts_for`` takes them. Law 1:
    nothing may be fetched before this has returned, and nothing at all where it raises.
    """
    with transaction.atomic():
        facts = facts_for(clinic, person, patient, purpose, at, device, address)
        verdict = decide(facts)
        policy = scope_of(clinic.id, facts, verdict.grant.kind).version if verdict.grant else None
        append_many(clinic.id, [opening(clinic.id, person, patient, interaction, facts, verdict, actor, policy=policy)])
    return verdict


def opening(
    clinic: UUID,
    person: UUID,
    patient: str,
    interaction: str,
    facts: Facts,
    verdict: Verdict,
    actor: Actor,
    *,
    assignment: str = "",
    policy: int | None = None,
    at: datetime | None = None,
) -> Draft:
    """The entry about a decision: all reasons, and of the patient a salted commitment only.

    ``assignment``: the one that was asked by, known also where it did not open; ``policy``: the version of the
    minimum-necessary policy that says what of the record was given; ``at``: when it was decided, if not when the facts
    were gathered.
    """
    said: dict[str, Any] = {
        "reasons": [reason.value for reason in verdict.reasons],
        "purpose": stated(facts.purpose),
        "interaction": interaction,
    }
    if verdict.excused:
        said["excused"] = [reason.value for reason in verdict.excused]
    if policy is not None and verdict.allowed:
        said["policy"] = policy
    subject = {"person": str(person)}
    if assignment or verdict.grant is not None:
        subject["assignment"] = verdict.grant.assignment if verdict.grant else assignment
    kind = "gateway.record_opened" if verdict.allowed else "gateway.record_denied"
    return Draft(clinic, kind, actor, at or facts.at, subject, said, {"patient": patient})
