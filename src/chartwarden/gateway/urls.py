"""Addresses of opened records in a clinic. No address names a patient."""

from __future__ import annotations

from django.urls import path

from chartwarden.gateway import views
from chartwarden.gateway.purposes import views as purposes

app_name = "gateway"
urlpatterns = [
    path("records/<uuid:assignment>/open/", views.open_record, name="open"),
    path("records/<uuid:assignment>/shut/", views.shut_record, name="shut"),
    path("my-work/why/", purposes.why, name="why"),
    path("my-work/something-else/", purposes.elsewhere, name="elsewhere"),
    path("my-work/<uuid:assignment>/why/", purposes.why_assignment, name="why_assignment"),
    path("queue/why/", purposes.may_open, name="may_open"),
    path("inquiries/", purposes.inquiries, name="inquiries"),
    path("inquiries/<uuid:inquiry>/", purposes.inquiry, name="inquiry"),
]
