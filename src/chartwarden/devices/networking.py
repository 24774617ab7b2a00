"""Networks: which ranges are the office's, the VPN's, or known and not secured."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from chartwarden.clinics.services import inputs_changed
from chartwarden.devices import models, rules
from chartwarden.devices.keeping import HAND, begun
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.errors import refuse
from chartwarden.ledger.services import append

BY_HAND = "networks_by_hand"
"""What reviews are told has changed."""


def add_network(*, clinic: UUID, cidr: str, kind: str, actor: Actor, at: datetime) -> UUID:
    """Put a range of addresses into the register. Raises InputRefused for what is none, is too wide, or is there."""
    cidr = rules.normal_network(cidr, kind)
    with transaction.atomic():
        row, made = models.Network.objects.get_or_create(
            clinic_id=clinic, cidr=cidr, defaults={"kind": kind, "source": HAND}
        )
        if not made:
            raise refuse("network", "a range that is not listed yet", f"{cidr}, listed as {row.kind}")
        _tell(row, "devices.network_added", actor, at)
        if kind in rules.SECURED:
            begun(clinic, (rules.NETWORK, rules.ATTESTATION), actor, at)
        inputs_changed(clinic, BY_HAND)
    added: UUID = row.id
    return added


def remove_network(*, clinic: UUID, network: UUID, actor: Actor, at: datetime) -> None:
    """Take a range out of the register: whoever comes from it is on a public network. Raises DoesNotExist."""
    with transaction.atomic():
        row = models.Network.objects.select_for_update().get(clinic_id=clinic, id=network)
        _tell(row, "devices.network_removed", actor, at)
        row.delete()
        inputs_changed(clinic, BY_HAND)


def _tell(row: models.Network, kind: str, actor: Actor, at: datetime) -> None:
    append(
        clinic=row.clinic_id, kind=kind, actor=actor, at=at,
        subject={"network": str(row.id)}, facts={"network": row.cidr, "is": row.kind},
    )  # fmt: skip
