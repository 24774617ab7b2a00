"""By what a device shows itself: client certificates, registered by their fingerprints and withdrawn."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from chartwarden.devices import certificates, models, rules
from chartwarden.devices.keeping import facts, locked, own_people
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.decisions import Refused, refused, require
from chartwarden.kernel.errors import refuse
from chartwarden.ledger.services import append


def add_proof(*, clinic: UUID, device: UUID, certificate: str, actor: Actor, at: datetime) -> UUID:
    """Say that whoever shows a certificate is a device: in PEM, or by its SHA-256 fingerprint.

    It holds for the device, whatever stretch of its approval is in force. Raises DoesNotExist; InputRefused for what is
    no certificate, or one that shows a device already; Refused for a device of one's own.
    """
    fingerprint = certificates.fingerprint(certificate)
    with transaction.atomic():
        row = locked(clinic, device)
        require(rules.may_prove(facts(row), own_people(clinic, actor)))
        proofs = models.DeviceProof.objects.filter(clinic_id=clinic, fingerprint=fingerprint, withdrawn_at=None)
        if proofs.exists():
            raise refuse("certificate", "one that shows no device yet", "one that does")
        proof = models.DeviceProof.objects.create(
            clinic_id=clinic,
            ref_index=bytes(row.ref_index),
            fingerprint=fingerprint,
            added_by_id=actor.person,
            added_at=at,
        )
        append(
            clinic=clinic,
            kind="devices.proof_added",
            actor=actor,
            at=at,
            subject={"device": str(row.id), "proof": str(proof.id)},
            facts={"sha256": fingerprint},
        )
    added: UUID = proof.id
    return added


def withdraw_proof(*, clinic: UUID, proof: UUID, actor: Actor, at: datetime) -> None:
    """Take a certificate away from its device, at this instant. Raises DoesNotExist, Refused where it was withdrawn."""
    with transaction.atomic():
        row = models.DeviceProof.objects.select_for_update().get(clinic_id=clinic, id=proof)
        if row.withdrawn_at is not None:
            raise Refused(refused("It was withdrawn already."))
        row.withdrawn_at = at
        row.save(update_fields=["withdrawn_at"])
        append(
            clinic=clinic,
            kind="devices.proof_withdrawn",
            actor=actor,
            at=at,
            subject={"proof": str(row.id)},
            facts={"sha256": row.fingerprint},
        )
