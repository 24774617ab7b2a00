"""Pages of this room that need no clinic and no sign-in."""

from __future__ import annotations

from django.urls import path

from chartwarden.web.health import healthz

urlpatterns = [path("healthz", healthz, name="healthz")]
