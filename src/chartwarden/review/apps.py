"""The review room in Django."""

from __future__ import annotations

from django.apps import AppConfig


class ReviewConfig(AppConfig):
    """Reviews, their cases, what was asked and decided."""

    name = "chartwarden.review"
    label = "review"
