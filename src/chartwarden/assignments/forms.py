"""Forms of the coding queue. Days and times are the clinic's."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms

from chartwarden.assignments import rules
from chartwarden.kernel.zones import from_local
from chartwarden.people.contracts import PersonName

Coders = Iterable[PersonName]
NOBODY = ("", "Nobody yet")


def _choices(coders: Coders) -> list[tuple[str, str]]:
    return [(str(one.person), f"{one.name} ({one.code})") for one in coders]


class CoderForm(forms.Form):
    """Whose work it becomes; ``revision`` is that of the assignment that was seen."""

    coder = forms.TypedChoiceField(coerce=UUID)
    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: object, coders: Coders, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["coder"].choices = _choices(coders)


class AcceptForm(forms.Form):
    """Who may code a colleague's record, and why."""

    coder = forms.TypedChoiceField(coerce=UUID, label="Who may code it")
    note = forms.CharField(max_length=1000, label="Why it is in order", widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: object, coders: Coders, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["coder"].choices = _choices(coders)


class ReassignForm(CoderForm):
    """Another coder, and why."""

    reason = forms.CharField(max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))


class AddForm(forms.Form):
    """A record that is to be coded."""

    patient = forms.CharField(max_length=200, label="Patient's id in the EHR")
    encounter = forms.CharField(max_length=200, required=False, label="Encounter's id in the EHR")
    kind = forms.ChoiceField(
        label="Kind of work", choices=[(name, word) for name, word in rules.KINDS.items() if name not in rules.REOPENS]
    )
    coder = forms.TypedChoiceField(coerce=UUID, empty_value=None, required=False)
    reason = forms.CharField(max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: object, coders: Coders, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["coder"].choices = [NOBODY, *_choices(coders)]


class ReopenForm(forms.Form):
    """Why a submitted record opens again, to whom, and until the end of which day."""

    kind = forms.ChoiceField(label="Why", choices=[(name, rules.KINDS[name]) for name in rules.REOPENS])
    reason = forms.CharField(max_length=1000, label="In your words", widget=forms.Textarea(attrs={"rows": 2}))
    coder = forms.TypedChoiceField(coerce=UUID)
    last_day = forms.DateField(
        label="Open until the end of",
        help_text=f"At most {rules.LONGEST_REOPENING.days} days ahead.",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )

    def __init__(self, *args: object, coders: Coders, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["coder"].choices = _choices(coders)

    def expires_at(self, zone: ZoneInfo) -> datetime:
        """The end of the last day, as an instant."""
        return _midnight_after(self.cleaned_data["last_day"], zone)


class ShareForm(forms.Form):
    """Who gets work that is nobody's, and how much of it."""

    coders = forms.TypedMultipleChoiceField(coerce=UUID, widget=forms.CheckboxSelectMultiple)
    most = forms.IntegerField(label="How many records", min_value=1, max_value=1000, initial=50)

    def __init__(self, *args: object, coders: Coders, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["coders"].choices = _choices(coders)


class SampleForm(forms.Form):
    """How much of whose work is looked at again, and by whom."""

    first_day = forms.DateField(
        label="Submitted from", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    last_day = forms.DateField(label="Submitted to", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    size = forms.IntegerField(min_value=1, max_value=100, initial=5)
    per = forms.ChoiceField(
        label="Of each coder's work", choices=[("percent", "percent"), ("each", "records")], initial="percent"
    )
    reviewer = forms.TypedChoiceField(coerce=UUID)

    def __init__(self, *args: object, reviewers: Coders, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reviewer"].choices = _choices(reviewers)

    def span(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Both days included, as instants."""
        first, last = self.cleaned_data["first_day"], self.cleaned_data["last_day"]
        return _midnight_after(first - timedelta(days=1), zone), _midnight_after(last, zone)


def _midnight_after(day: date, zone: ZoneInfo) -> datetime:
    return from_local(datetime.combine(day + timedelta(days=1), time()), zone).utc.replace(tzinfo=UTC)
