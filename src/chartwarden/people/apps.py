"""The people room among Django's applications."""

from __future__ import annotations

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Holds the user model."""

    name = "chartwarden.people"
    label = "people"
