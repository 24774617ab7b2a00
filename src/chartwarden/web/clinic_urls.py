"""The web room's own pages in a clinic."""

from __future__ import annotations

from django.urls import path

from chartwarden.web import clinic_settings, ledger_pages, record_views, views, webhook_views

app_name = "web"
urlpatterns = [
    path("", views.home, name="home"),
    path("settings/webhooks/", webhook_views.webhooks, name="webhooks"),
    path("ledger/", ledger_pages.ledger, name="ledger"),
    path("ledger/verify/", ledger_pages.verify, name="ledger_verify"),
    path("ledger/export/", ledger_pages.export, name="ledger_export"),
    path("settings/", clinic_settings.settings, name="settings"),
    path("tables/", record_views.tables, name="tables"),
    path("tables/<slug:table>/", record_views.table, name="table"),
    path("settings/change/", clinic_settings.change, name="change_settings"),
]
