"""Open a record: decided, written to the ledger, and only then may anything be fetched."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings

from chartwarden.gateway.gathering import facts_for
from chartwarden.gateway.opened import record_opening
from chartwarden.gateway.tokens import open_assignment, shut_assignment

if TYPE_CHECKING:
    from chartwarden.gateway.app import Gateway

__all__ = ["application", "facts_for", "open_assignment", "record_opening", "shut_assignment"]


def application(clock: Callable[[], datetime]) -> Gateway:
    """The gateway of this installation as an ASGI application; ``clock`` gives the time in UTC."""
    from chartwarden.gateway.app import Gateway  # the pages need no HTTP client
    from chartwarden.gateway.fetching import Upstream, static

    upstream = Upstream(settings.FHIR_BASE, static(settings.FHIR_TOKEN)) if settings.FHIR_BASE else None
    return Gateway(upstream, settings.GATEWAY_URL, settings.FHIR_CLINIC, clock)
