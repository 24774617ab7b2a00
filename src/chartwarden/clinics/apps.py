"""Hooks of the clinics room: the wall between clinics."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate


class ClinicsConfig(AppConfig):
    """Puts row-level security on after every migration, and tells new connections which clinic is acted in."""

    name = "chartwarden.clinics"
    label = "clinics"

    def ready(self) -> None:
        """Connect the signals."""
        from chartwarden.clinics.tenancy import told_on_connecting, wall_in

        connection_created.connect(told_on_connecting, dispatch_uid="clinics.tenancy")
        post_migrate.connect(wall_in, sender=self, dispatch_uid="clinics.tenancy")
