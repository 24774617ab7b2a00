"""Addresses of opened records in a clinic. No address names a patient."""

from __future__ import annotations

from django.urls import path

from chartwarden.gateway import views
from chartwarden.gateway.chart import views as chart
from chartwarden.gateway.purposes import views as purposes

app_name = "gateway"
urlpatterns = [
    path("my-work/copies/", chart.copies, name="copies"),
    path("my-work/copies/<uuid:copy>/deleted/", chart.copy_deleted, name="copy_deleted"),
    path("my-work/<uuid:assignment>/record/", chart.record, name="record"),
    path("my-work/<uuid:assignment>/record/standing/", chart.standing, name="standing"),
    path("my-work/<uuid:assignment>/record/<slug:leaf>/", chart.leaf, name="leaf"),
    path("my-work/<uuid:assignment>/record/<slug:leaf>/print/", chart.print_leaf, name="print"),
    path("my-work/<uuid:assignment>/record/<slug:leaf>/copy/", chart.copy_leaf, name="copy"),
    path("records/<uuid:assignment>/open/", views.open_record, name="open"),
    path("records/<uuid:assignment>/shut/", views.shut_record, name="shut"),
    path("my-work/why/", purposes.why, name="why"),
    path("my-work/something-else/", purposes.elsewhere, name="elsewhere"),
    path("my-work/<uuid:assignment>/why/", purposes.why_assignment, name="why_assignment"),
    path("queue/why/", purposes.may_open, name="may_open"),
    path("inquiries/", purposes.inquiries, name="inquiries"),
    path("inquiries/<uuid:inquiry>/", purposes.inquiry, name="inquiry"),
]
