"""A clinic's settings: what they are, and changing them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from chartwarden.clinics.contracts import Clinic
from chartwarden.clinics.services import thresholds_from, thresholds_text
from chartwarden.kernel.decisions import Refused
from chartwarden.kernel.errors import InputRefused
from chartwarden.people.contracts import Permission, page
from chartwarden.people.services import needs_fresh_form
from chartwarden.web.changing_settings import change_as


class SettingsForm(forms.Form):
    """Every setting of a clinic, with what it does."""

    name = forms.CharField(max_length=120, label="The clinic's name")
    time_zone = forms.CharField(max_length=64, help_text="An IANA zone, such as America/Chicago. Days begin by it.")
    holidays = forms.CharField(
        max_length=16, help_text="A region of the holidays library, such as US or US-IL. Work then is unusual."
    )
    grace_minutes = forms.IntegerField(
        min_value=0,
        max_value=240,
        label="Grace, in minutes",
        help_text="How long log rows may trail an assignment's end.",
    )
    idle_minutes = forms.IntegerField(
        min_value=2, max_value=60, label="Lock after, in minutes",
        help_text="How long a session may stand idle: 45 CFR 164.312(a)(2)(iii).",
    )  # fmt: skip
    reviews_from = forms.DateField(
        required=False, label="Review from", help_text="The first day whose accesses are reviewed.",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )  # fmt: skip
    review_due_days = forms.IntegerField(
        min_value=1,
        max_value=60,
        label="Review due, in days",
        help_text="How long after a week's end its review is due.",
    )
    lookback_days = forms.IntegerField(
        min_value=7, max_value=365, label="Look back, in days", help_text="How much history a week is compared with."
    )
    thresholds = forms.CharField(
        max_length=20_000, required=False, label="Detectors' thresholds", strip=False,
        widget=forms.Textarea(attrs={"rows": 6, "class": "code", "spellcheck": "false"}),
        help_text="TOML: a table for each detector, with numbers in it. Empty: each detector's own.",
    )  # fmt: skip

    def clean_thresholds(self) -> Any:
        """Tables of numbers."""
        try:
            return thresholds_from(self.cleaned_data["thresholds"])
        except InputRefused as fault:
            raise forms.ValidationError(
                [f"Expected {one.expected}; found {one.found}." for one in fault.faults]
            ) from None


def kept(clinic: Clinic) -> dict[str, Any]:
    """The settings as the form shows them."""
    found = {name: getattr(clinic, name) for name in SettingsForm.base_fields}
    return found | {"time_zone": clinic.time_zone.key, "thresholds": thresholds_text(clinic.thresholds)}


@page(Permission.SEE_SETTINGS)
def settings(request: HttpRequest, clinic: UUID) -> HttpResponse:
    """What the settings are."""
    form = SettingsForm(initial=kept(request.clinic))
    may = request.member.may
    context = {
        "form": form,
        "may_change": may(Permission.CHANGE_SETTINGS),
        "may_tables": may(Permission.SEE_TABLES),
        "may_webhooks": may(Permission.MANAGE_WEBHOOKS) and may(Permission.SEE_LEDGER),
    }
    return render(request, "settings.html", context)


@page(Permission.CHANGE_SETTINGS)
@needs_fresh_form
def change(request: HttpRequest, clinic: UUID) -> HttpResponse:
    """Change them, after showing that it is you: they say when a session locks and which days are reviewed."""
    form = SettingsForm(request.POST if request.method == "POST" else None, initial=kept(request.clinic))
    if request.method == "POST" and form.is_valid():
        try:
            change_as(request.member, clinic=clinic, changes=form.cleaned_data, at=request.now)
        except Refused as refusal:
            form.add_error(None, refusal.decision.reason)
        except InputRefused as fault:
            for one in fault.faults:
                name = one.where if one.where in form.fields else None
                form.add_error(name, f"Expected {one.expected}; found {one.found}.")
        else:
            messages.success(request, "The settings are saved, and the ledger says what changed.")
            return redirect("web:settings", clinic=clinic)
    return render(request, "settings_form.html", {"form": form}, status=422 if form.errors else 200)
