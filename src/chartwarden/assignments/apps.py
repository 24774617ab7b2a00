"""The assignments room as a Django app."""

from __future__ import annotations

from django.apps import AppConfig


class AssignmentsConfig(AppConfig):
    """Holds the clinic's assignments."""

    name = "chartwarden.assignments"
    label = "assignments"
