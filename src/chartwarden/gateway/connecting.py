"""The way to the EHR as this installation is set up: its address, and the token that it wants."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings

from chartwarden.clinics.queries import clinics
from chartwarden.clinics.services import across_clinics
from chartwarden.gateway.backend import BackendToken, Signer
from chartwarden.gateway.fetching import Static, Token, Upstream
from chartwarden.kernel.errors import refuse


def upstream(clock: Callable[[], datetime]) -> Upstream | None:
    """The EHR, None where none is set up. Raises InputRefused where the key for it can't be used."""
    return Upstream(settings.FHIR_BASE, token(clock)) if settings.FHIR_BASE else None


def token(clock: Callable[[], datetime]) -> Token:
    """What gives the EHR's token. Raises InputRefused."""
    if not settings.FHIR_KEY:
        return Static(settings.FHIR_TOKEN)
    if not settings.FHIR_CLIENT or not settings.FHIR_TOKEN_URL:
        raise refuse("CHARTWARDEN_FHIR_KEY", "CHARTWARDEN_FHIR_CLIENT and CHARTWARDEN_FHIR_TOKEN_URL beside it", "none")
    try:
        pem = Path(settings.FHIR_KEY).read_bytes()
    except OSError as fault:
        raise refuse("CHARTWARDEN_FHIR_KEY", "a file that can be read", fault.strerror or "none") from None
    return BackendToken(Signer(pem, settings.FHIR_CLIENT, settings.FHIR_KEY_ID), settings.FHIR_TOKEN_URL, clock)


def is_connected(clinic: UUID) -> bool:
    """Whether the EHR that is set up is this clinic's: named as such, or the only clinic's."""
    if not settings.FHIR_BASE:
        return False
    if settings.FHIR_CLINIC:
        return bool(str(clinic) == settings.FHIR_CLINIC)
    with across_clinics():
        return len(clinics()) == 1
