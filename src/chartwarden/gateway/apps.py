"""The gateway room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class GatewayConfig(AppConfig):
    """Holds the tokens of opened assignments."""

    name = "chartwarden.gateway"
    label = "gateway"
