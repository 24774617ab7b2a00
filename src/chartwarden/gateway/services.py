"""Open a record: decided, written to the ledger, and only then may anything be fetched."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.conf import settings

from chartwarden.gateway.auditing import take_out_audit_events
from chartwarden.gateway.chart.reading import open_record
from chartwarden.gateway.chart.taking import confirm_deleted, make_copy, note_print
from chartwarden.gateway.connecting import token, upstream
from chartwarden.gateway.gathering import facts_for
from chartwarden.gateway.opened import record_opening
from chartwarden.gateway.purposes.explaining import explain_assignment, explain_other, explain_own
from chartwarden.gateway.purposes.inquiring import close_inquiry, route_inquiry
from chartwarden.gateway.purposes.reminding import acknowledge_reminder
from chartwarden.gateway.tokens import open_assignment, shut_assignment
from chartwarden.kernel.errors import refuse

if TYPE_CHECKING:
    from chartwarden.gateway.app import Gateway

__all__ = [
    "acknowledge_reminder",
    "application",
    "check_settings",
    "close_inquiry",
    "confirm_deleted",
    "explain_assignment",
    "explain_other",
    "explain_own",
    "facts_for",
    "make_copy",
    "note_print",
    "open_assignment",
    "open_record",
    "record_opening",
    "route_inquiry",
    "shut_assignment",
    "take_out_audit_events",
]


def application(clock: Callable[[], datetime]) -> Gateway:
    """The gateway of this installation as an ASGI application; ``clock`` gives the time in UTC.

    Raises InputRefused where the key for the EHR can't be used.
    """
    from chartwarden.gateway.app import Gateway  # only its own process needs it

    return Gateway(upstream(clock), settings.GATEWAY_URL, settings.FHIR_CLINIC, clock, proxied=settings.PROXIED)


def check_settings() -> None:
    """Raise InputRefused where the gateway can't be run as it is set up."""
    if not settings.FHIR_BASE:
        raise refuse("CHARTWARDEN_FHIR_BASE", "the address of the EHR's FHIR R4 API", "nothing")
    token(lambda: datetime.max.replace(tzinfo=UTC))
