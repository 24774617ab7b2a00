"""The logs room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class LogsConfig(AppConfig):
    """Holds what was imported."""

    name = "chartwarden.logs"
    label = "logs"
