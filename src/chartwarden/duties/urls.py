"""Addresses of the duties room in a clinic."""

from __future__ import annotations

from django.urls import path

from chartwarden.duties import recertification_views, views

app_name = "duties"
urlpatterns = [
    path("duties/", views.duties, name="duties"),
    path("duties/recertification/", recertification_views.recertification, name="recertification"),
    path("duties/<slug:duty>/", views.duty, name="duty"),
]
