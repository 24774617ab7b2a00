"""The devices room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class DevicesConfig(AppConfig):
    """Holds the clinic's devices, networks and statements about workplaces."""

    name = "chartwarden.devices"
    label = "devices"
