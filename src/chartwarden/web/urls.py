"""Addresses: a clinic's pages lie under its id; each room brings its own."""

from __future__ import annotations

from importlib.util import find_spec

from django.conf import settings
from django.urls import include, path

from chartwarden.web import views

CLINIC = "c/<uuid:clinic>/"
ROOMS = [room for room in settings.ROOMS if room != "web" and find_spec(f"chartwarden.{room}.urls")]
PUBLIC = [room for room in settings.ROOMS if find_spec(f"chartwarden.{room}.public_urls")]

urlpatterns = [
    path("", views.start, name="start"),
    *(path("", include(f"chartwarden.{room}.public_urls")) for room in PUBLIC),
    path("accounts/", include("allauth.urls")),
    path(CLINIC, include("chartwarden.web.clinic_urls")),
    *(path(CLINIC, include(f"chartwarden.{room}.urls")) for room in ROOMS),
]
handler404 = "chartwarden.web.views.not_found"
handler429 = "chartwarden.web.views.too_many"
handler403 = "chartwarden.web.views.forbidden"
handler500 = "chartwarden.web.views.broken"
