"""Addresses of the imports."""

from __future__ import annotations

from django.urls import path

from chartwarden.logs import views

app_name = "logs"
urlpatterns = [
    path("imports/", views.imports, name="imports"),
    path("imports/receive/", views.receive, name="receive"),
    path("imports/<uuid:upload>/", views.one, name="import"),
    path("imports/<uuid:upload>/progress/", views.progress, name="progress"),
    path("imports/<uuid:upload>/quarantine.csv", views.quarantine, name="quarantine"),
    path("imports/<uuid:upload>/count/", views.count, name="count"),
    path("imports/<uuid:upload>/discard/", views.discard, name="discard"),
    path("imports/<uuid:upload>/again/", views.again, name="again"),
]
