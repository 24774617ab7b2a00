"""Forms of the people room. Days and times are the clinic's; what a service refuses is shown beside its field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpRequest, QueryDict

from chartwarden.kernel.errors import InputRefused
from chartwarden.kernel.zones import from_local
from chartwarden.people.contracts import Hours, Permission
from chartwarden.people.roles import MUST_END, ROLES

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
NAMES = {"code": "code", "role": "role", "first day": "started_on", "end": "ended_at", "last day": "last_day",
         "time zone": "time_zone", "scopes": "scopes", "expiry": "last_day"}  # fmt: skip


YEARS = range(1900, 2200)
"""Years that a day may lie in: beyond them it is a slip of the hand, and some zones have no such instant."""


def role_word(role: str) -> str:
    """``privacy_officer`` as people say it."""
    word = role.replace("_", " ")
    return {"qa auditor": "QA auditor", "ehr administrator": "EHR administrator"}.get(word, word.capitalize())


def refused(form: forms.Form, fault: InputRefused) -> None:
    """Show a service's refusal beside the field it is about."""
    for one in fault.faults:
        name = NAMES.get(one.where)
        text = f"This has to be {one.expected}; it was {one.found}."
        form.add_error(name if name in form.fields else None, text)


def sent(request: HttpRequest) -> QueryDict | None:
    """What was sent; None where a form is only asked for. An empty one was sent too."""
    return request.POST if request.method == "POST" else None


def midnight_after(day: date, zone: ZoneInfo) -> datetime:
    """The end of a local day, as an instant."""
    return from_local(datetime.combine(day + timedelta(days=1), time()), zone).utc.replace(tzinfo=UTC)


class Day(forms.DateInput):
    """A day, picked from the browser's calendar."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class Moment(forms.DateTimeInput):
    """A local day and time."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class Clock(forms.TimeInput):
    """A time of day."""

    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


def _within_years(given: date) -> None:
    if given.year not in YEARS:
        raise forms.ValidationError(f"Give a day from {YEARS[0]} to {YEARS[-1]}.")


class IdentityForm(forms.Form):
    """Who somebody is, and where the EHR knows them."""

    given_name = forms.CharField(max_length=100)
    family_name = forms.CharField(max_length=100)
    logins = forms.CharField(
        max_length=400, required=False, label="EHR logins", help_text="Separate several with semicolons."
    )
    feed_role = forms.CharField(
        max_length=64, label="Job", help_text="Such as coder, qa_auditor, coding_supervisor or nurse."
    )
    employer = forms.CharField(
        max_length=128, required=False, help_text="The vendor's id, where a coding company employs them."
    )
    time_zone = forms.CharField(
        max_length=64, required=False, help_text="Such as America/Denver, where it is not the clinic's."
    )

    def identity(self) -> dict[str, str]:
        """The fields that are kept sealed."""
        return {name: self.cleaned_data[name] for name in ("given_name", "family_name")}

    def the_logins(self) -> list[str]:
        """Logins in their order."""
        return [login.strip() for login in self.cleaned_data["logins"].split(";") if login.strip()]


class PersonForm(IdentityForm):
    """Somebody new."""

    code = forms.CharField(max_length=64, help_text="Their id in the staff file. It never changes.")
    started_on = forms.DateField(label="First day", widget=Day, validators=[_within_years])
    field_order = ("code", "given_name", "family_name", "feed_role", "started_on", "logins", "employer", "time_zone")


class RehireForm(forms.Form):
    """Somebody who comes back."""

    feed_role = forms.CharField(max_length=64, label="Job")
    started_on = forms.DateField(label="First day", widget=Day, validators=[_within_years])
    employer = forms.CharField(max_length=128, required=False, help_text="The vendor's id, if a vendor employs them.")


class EndForm(forms.Form):
    """When an engagement ends."""

    ended_at = forms.DateTimeField(
        label="Ends at",
        required=False,
        widget=Moment,
        validators=[_within_years],
        help_text="Leave it empty to end it now. Time of the clinic.",
    )

    def instant(self, zone: ZoneInfo) -> datetime | None:
        """The end in UTC; None for now."""
        given = self.cleaned_data["ended_at"]
        return from_local(given.replace(tzinfo=None), zone).utc.replace(tzinfo=UTC) if given else None


class GrantForm(forms.Form):
    """A role to give."""

    role = forms.ChoiceField(choices=lambda: [(role, role_word(role)) for role in ROLES])
    last_day = forms.DateField(
        validators=[_within_years],
        required=False,
        widget=Day,
        help_text="For a role that is for a time. An auditor's always is.",
    )

    def clean(self) -> Mapping[str, Any] | None:
        """An auditor's role says when it ends."""
        if self.cleaned_data.get("role") in MUST_END and not self.cleaned_data.get("last_day"):
            self.add_error("last_day", "This role is for a time. Say which day is the last.")
        return self.cleaned_data


class HoursForm(forms.Form):
    """One start and end for each weekday; both empty on days off. Hours that hold for a time only, and second ones of
    a day, come from files: they are left as they are."""

    def __init__(self, *arguments: Any, hours: Iterable[Hours] = (), **named: Any) -> None:
        by_day: dict[int, Hours] = {}
        self.others: list[Hours] = []
        for one in hours:
            if one.first_day or one.last_day or one.weekday in by_day:
                self.others.append(one)
            else:
                by_day[one.weekday] = one
        super().__init__(*arguments, **named)
        for number, day in enumerate(DAYS):
            held = by_day.get(number)
            self.fields[f"starts_{number}"] = _clock(f"{day}, from", held.starts if held else None)
            self.fields[f"ends_{number}"] = _clock(f"{day}, to", held.ends if held else None)

    def days(self) -> list[tuple[str, Any, Any]]:
        """Day, start and end, for the page."""
        return [(day, self[f"starts_{number}"], self[f"ends_{number}"]) for number, day in enumerate(DAYS)]

    def clean(self) -> Mapping[str, Any] | None:
        """Each day has both, or neither."""
        for number in range(len(DAYS)):
            starts, ends = (self.cleaned_data.get(f"{which}_{number}") for which in ("starts", "ends"))
            if (starts is None) != (ends is None) or (starts is not None and starts == ends):
                self.add_error(f"ends_{number}", "A day has a start and another end, or neither.")
        return self.cleaned_data

    def hours(self) -> list[Hours]:
        """What was given."""
        given = [(n, self.cleaned_data[f"starts_{n}"], self.cleaned_data[f"ends_{n}"]) for n in range(len(DAYS))]
        always = [Hours(n, _minutes(starts), _minutes(ends)) for n, starts, ends in given if starts is not None]
        return [*always, *self.others]


class LeaveForm(forms.Form):
    """Days off."""

    first_day = forms.DateField(widget=Day, validators=[_within_years])
    last_day = forms.DateField(widget=Day, validators=[_within_years])
    kind = forms.CharField(max_length=40, required=False, help_text="Such as vacation. It is kept sealed.")


class TokenForm(forms.Form):
    """A token to make: what for, how much, how long."""

    label = forms.CharField(max_length=60, label="What for", help_text="Such as Nightly staff import.")
    scopes = forms.MultipleChoiceField(
        label="What it may do", widget=forms.CheckboxSelectMultiple, help_text="As little as the program needs."
    )
    last_day = forms.DateField(
        label="Last day", widget=Day, validators=[_within_years], help_text="At most a year from now."
    )

    def __init__(self, *arguments: Any, permissions: Iterable[Permission] = (), **named: Any) -> None:
        super().__init__(*arguments, **named)
        ordered = sorted(set(permissions) - {Permission.USE_API}, key=list(Permission).index)
        self.fields["scopes"].choices = [(p.name, p.value[:1].upper() + p.value[1:]) for p in ordered]


def _clock(label: str, minutes: int | None) -> forms.TimeField:
    initial = None if minutes is None else time(minutes // 60 % 24, minutes % 60)
    return forms.TimeField(label=label, required=False, widget=Clock, initial=initial)


def _minutes(given: time) -> int:
    return given.hour * 60 + given.minute
