"""Would this record open, and why or why not: asked beforehand, answered with every reason, and written down.

Nothing is opened, and the entry holds of the patient a salted commitment only. Whoever asks about themselves learns of
a record that is not theirs that it is not assigned, and no more: not whether there is such a patient, nor whether they
are close to them.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import transaction

from chartwarden.clinics.contracts import Clinic
from chartwarden.devices.contracts import Whence
from chartwarden.devices.queries import device_shown, must_be_shown
from chartwarden.gateway.contracts import Explained, Facts
from chartwarden.gateway.gathering import facts_for
from chartwarden.gateway.rules import decide, stated
from chartwarden.gateway.tokens import NOWHERE, facts_of
from chartwarden.kernel.actors import Actor
from chartwarden.ledger.services import append


def explain_own(
    *, clinic: Clinic, patient: str, purpose: str, actor: Actor, at: datetime, whence: Whence = NOWHERE
) -> Explained:
    """Whether a record that somebody names (the EHR's id of its patient) would open to themselves now."""
    person, patient = _person(actor), patient.strip()
    device = device_shown(clinic.id, whence.certificate).name
    facts = facts_for(clinic, person, patient, purpose, at, device, whence.address)
    if not facts.grants:
        facts = replace(facts, conflict=None, conflict_accepted=False)
    return _explained(clinic.id, person, patient, facts, actor)


def explain_assignment(
    *, clinic: Clinic, assignment: UUID, purpose: str, actor: Actor, at: datetime, whence: Whence = NOWHERE
) -> Explained:
    """The same for an assignment of one's own."""
    person = _person(actor)
    patient, facts = facts_of(clinic, person, assignment, purpose, at, whence)
    return _explained(clinic.id, person, patient, facts, actor)


def explain_other(
    *, clinic: Clinic, person: UUID, patient: str, purpose: str, actor: Actor, at: datetime, whence: Whence = NOWHERE
) -> Explained:
    """The same about somebody else, for who assigns. Where they come from, and with which device, is known only when
    they ask themselves, so their network is taken to be in order, and the device where it must be shown. Who asks about
    themselves learns no more than ``explain_own`` tells, and ``whence`` is where they ask from.
    """
    if person == actor.person:
        return explain_own(clinic=clinic, patient=patient, purpose=purpose, actor=actor, at=at, whence=whence)
    patient = patient.strip()
    facts = replace(facts_for(clinic, person, patient, purpose, at), network_secured=True)
    if must_be_shown(clinic.id):
        facts = replace(facts, device_approved=True)
    return _explained(clinic.id, person, patient, facts, actor)


def _explained(clinic: UUID, person: UUID, patient: str, facts: Facts, actor: Actor) -> Explained:
    verdict = decide(facts)
    with transaction.atomic():
        append(
            clinic=clinic,
            kind="gateway.explained",
            actor=actor,
            at=facts.at,
            subject={"person": str(person)},
            facts={"reasons": [reason.value for reason in verdict.reasons], "purpose": stated(facts.purpose)},
            private={"patient": patient},
        )
    return Explained(facts, verdict)


def _person(actor: Actor) -> UUID:
    if actor.person is None:
        raise ValueError("expected a person who asks about themselves; found a part of the system")
    return actor.person
