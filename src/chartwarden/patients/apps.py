"""The patients room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class PatientsConfig(AppConfig):
    """Holds the clinic's patients."""

    name = "chartwarden.patients"
    label = "patients"
