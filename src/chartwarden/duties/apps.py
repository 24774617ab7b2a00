"""The duties room among Django's applications."""

from __future__ import annotations

from django.apps import AppConfig


class DutiesConfig(AppConfig):
    """Recurring duties."""

    name = "chartwarden.duties"
    label = "duties"
