"""Addresses of the API: its description, for programs and for people, and its operations."""

from __future__ import annotations

from django.urls import include, path

from chartwarden.web.api import documentation
from chartwarden.web.api.frame import api

patterns, _, namespace = api.urls
urlpatterns = [
    path("openapi.json", documentation.openapi, name="openapi"),
    path("docs", documentation.docs, name="api_docs"),
    path("", include((patterns, "api"), namespace=namespace)),
]
