"""Addresses of opened records in a clinic. No address names a patient."""

from __future__ import annotations

from django.urls import path

from chartwarden.gateway import views

app_name = "gateway"
urlpatterns = [
    path("records/<uuid:assignment>/open/", views.open_record, name="open"),
    path("records/<uuid:assignment>/shut/", views.shut_record, name="shut"),
]
