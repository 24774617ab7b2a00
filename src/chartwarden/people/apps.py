"""The people room among Django's applications."""

from __future__ import annotations

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Holds the user model, and listens to what happens at sign-in."""

    name = "chartwarden.people"
    label = "people"

    def ready(self) -> None:
        """Connect to the signals of the library for sign-in."""
        from chartwarden.people.signin.events import connect

        connect()
