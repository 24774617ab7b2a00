"""Open a record: decided, written to the ledger, and only then may anything be fetched."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from chartwarden.gateway.auditing import take_out_audit_events
from chartwarden.gateway.gathering import facts_for
from chartwarden.gateway.opened import record_opening
from chartwarden.gateway.purposes.explaining import explain_assignment, explain_other, explain_own
from chartwarden.gateway.purposes.inquiring import close_inquiry, route_inquiry
from chartwarden.gateway.purposes.reminding import acknowledge_reminder
from chartwarden.gateway.tokens import open_assignment, shut_assignment
from chartwarden.kernel.errors import refuse

if TYPE_CHECKING:
    from chartwarden.gateway.app import Gateway
    from chartwarden.gateway.fetching import Token

__all__ = [
    "acknowledge_reminder",
    "application",
    "check_settings",
    "close_inquiry",
    "explain_assignment",
    "explain_other",
    "explain_own",
    "facts_for",
    "open_assignment",
    "record_opening",
    "route_inquiry",
    "shut_assignment",
    "take_out_audit_events",
]


def application(clock: Callable[[], datetime]) -> Gateway:
    """The gateway of this installation as an ASGI application; ``clock`` gives the time in UTC.

    Raises InputRefused where the key for the EHR can't be used.
    """
    from chartwarden.gateway.app import Gateway  # the pages need no HTTP client
    from chartwarden.gateway.fetching import Upstream

    upstream = Upstream(settings.FHIR_BASE, _token(clock)) if settings.FHIR_BASE else None
    return Gateway(upstream, settings.GATEWAY_URL, settings.FHIR_CLINIC, clock, proxied=settings.PROXIED)


def check_settings() -> None:
    """Raise InputRefused where the gateway can't be run as it is set up."""
    if not settings.FHIR_BASE:
        raise refuse("CHARTWARDEN_FHIR_BASE", "the address of the EHR's FHIR R4 API", "nothing")
    _token(lambda: datetime.max.replace(tzinfo=UTC))


def _token(clock: Callable[[], datetime]) -> Token:
    from chartwarden.gateway.backend import BackendToken, Signer
    from chartwarden.gateway.fetching import Static

    if not settings.FHIR_KEY:
        return Static(settings.FHIR_TOKEN)
    if not settings.FHIR_CLIENT or not settings.FHIR_TOKEN_URL:
        raise refuse("CHARTWARDEN_FHIR_KEY", "CHARTWARDEN_FHIR_CLIENT and CHARTWARDEN_FHIR_TOKEN_URL beside it", "none")
    try:
        pem = Path(settings.FHIR_KEY).read_bytes()
    except OSError as fault:
        raise refuse("CHARTWARDEN_FHIR_KEY", "a file that can be read", fault.strerror or "none") from None
    return BackendToken(Signer(pem, settings.FHIR_CLIENT, settings.FHIR_KEY_ID), settings.FHIR_TOKEN_URL, clock)
