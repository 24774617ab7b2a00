"""Which device was shown, and by what."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.http import HttpRequest

from chartwarden.devices import certificates, keeping, models
from chartwarden.devices.contracts import Proof, Shown, Whence

NOTHING = Shown()


def header() -> str:
    """The header in which the proxy hands on the client's certificate, in lower case; "": none is taken."""
    return str(settings.CERTIFICATE_HEADER)


def certificate(peer: str, values: Sequence[str], at: datetime) -> str:
    """The fingerprint of the certificate that was shown to the proxy, "" where none was or none is taken.

    ``peer`` is the address connected to us, not the one before the proxy; ``values`` are those of ``header()``.
    """
    return certificates.shown(peer, settings.CERTIFICATE_FROM, values, at) if header() else ""


def certificate_of(request: HttpRequest) -> str:
    """The same for a request of a page."""
    value = request.META.get(f"HTTP_{header().upper()}") if header() else None
    return certificate(request.META.get("REMOTE_ADDR", ""), [value] if value else [], request.now)


def whence(request: HttpRequest) -> Whence:
    """Where a reader of a page asks from: their address before the proxy, if one is trusted, and their certificate."""
    return Whence(str(get_adapter(request).get_client_ip(request) or ""), certificate_of(request))


def device_shown(clinic: UUID, fingerprint: str) -> Shown:
    """The device that a certificate shows; one without a name where it shows none of the clinic's."""
    rows = models.DeviceProof.objects.filter(clinic_id=clinic, fingerprint=fingerprint, withdrawn_at=None)
    proof = rows.first() if fingerprint else None
    row = models.Device.objects.filter(clinic_id=clinic, ref_index=proof.ref_index).first() if proof else None
    return Shown(keeping.identity(row).name, proof.id) if proof and row else NOTHING


def proofs(clinic: UUID, device: UUID) -> list[Proof]:
    """The certificates by which a device shows itself, the newest first."""
    row = models.Device.objects.filter(clinic_id=clinic, id=device).first()
    if row is None:
        return []
    rows = models.DeviceProof.objects.filter(clinic_id=clinic, ref_index=row.ref_index, withdrawn_at=None)
    return [Proof(one.id, one.fingerprint, one.added_at, one.added_by_id) for one in rows.order_by("-added_at", "id")]
