"""Forms of the coding queue. Days and times are the clinic's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms

from chartwarden.assignments import policy_rules, rules, sharing_rules
from chartwarden.assignments.contracts import RecordClass
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


class ShareRuleForm(forms.Form):
    """Which work goes to whom, by itself. ``teams`` are vendors' names by code, "" the clinic's own."""

    kinds = forms.MultipleChoiceField(
        label="Work", required=False, widget=forms.CheckboxSelectMultiple, choices=list(rules.KINDS.items()),
        help_text="None ticked: any.",
    )  # fmt: skip
    waits_days = forms.IntegerField(
        label="Waiting for at least (days)", min_value=0, max_value=sharing_rules.MOST_DAYS, initial=0,
        help_text="0: from the first day.",
    )  # fmt: skip
    to = forms.ChoiceField(label="Goes to")
    coders = forms.TypedMultipleChoiceField(
        label="Which coders", coerce=UUID, required=False, widget=forms.CheckboxSelectMultiple,
        help_text="Only where it goes to these coders.",
    )  # fmt: skip
    most = forms.IntegerField(
        label="Until each has so many open", min_value=0, max_value=sharing_rules.MOST_EACH, initial=0,
        help_text="0: without a limit. What is left goes by the next rule that fits.",
    )  # fmt: skip
    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: object, coders: Coders, teams: Mapping[str, str], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["coders"].choices = _choices(coders)
        named = [(f"team:{code}", name) for code, name in teams.items()]
        self.fields["to"].choices = [("anybody", "Anybody who is free"), ("coders", "These coders"), *named]

    def clean(self) -> dict[str, object]:
        """Coders only where it goes to coders."""
        found = super().clean()
        if found.get("to") == "coders" and not found.get("coders"):
            self.add_error("coders", "Tick one or more.")
        return found

    def rule(self, identity: UUID) -> sharing_rules.ShareRule:
        """The rule that was put together."""
        sent = self.cleaned_data
        team = sent["to"].partition(":")[2] if sent["to"].startswith("team:") else None
        coders = frozenset(sent["coders"]) if sent["to"] == "coders" else frozenset()
        return sharing_rules.ShareRule(
            identity, frozenset(sent["kinds"]), sent["waits_days"], coders, team, sent["most"]
        )


class SourceForm(forms.Form):
    """Where the EHR keeps its tasks. An empty token keeps the one there is."""

    base = forms.CharField(
        label="FHIR R4 address", max_length=500, help_text="Such as https://ehr.example.org/fhir",
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off"}),
    )  # fmt: skip
    token = forms.CharField(
        label="Bearer token", max_length=8000, required=False, help_text="Kept sealed. Left empty, what is kept stays.",
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    no_token = forms.BooleanField(required=False)
    encounters = forms.BooleanField(
        label="Finished encounters become work that is nobody's", required=False,
        help_text="Only where no coding platform sends them as tasks or as a file.",
    )  # fmt: skip
    revision = forms.IntegerField(widget=forms.HiddenInput)

    def token_given(self) -> str | None:
        """The token as the verb takes it: None keeps the one there is."""
        if self.cleaned_data["no_token"]:
            return ""
        return self.cleaned_data["token"] or None


class SampleForm(forms.Form):
    """How much of whose work is looked at again, and by whom."""

    first_day = forms.DateField(
        label="Submitted from", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    last_day = forms.DateField(label="Submitted to", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    size = forms.IntegerField(label="How much of each coder's work", min_value=1, max_value=100, initial=5)
    per = forms.ChoiceField(
        label="Counted in", choices=[("percent", "percent"), ("each", "records")], initial="percent"
    )
    reviewer = forms.TypedChoiceField(coerce=UUID)

    def __init__(self, *args: object, reviewers: Coders, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reviewer"].choices = _choices(reviewers)

    def span(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Both days included, as instants."""
        first, last = self.cleaned_data["first_day"], self.cleaned_data["last_day"]
        return _midnight_after(first - timedelta(days=1), zone), _midnight_after(last, zone)


class ClauseForm(forms.Form):
    """What one class of the workforce sees for one kind of work; nothing ticked: nothing. The overview comes with any
    class, since a record without it can't be told from another."""

    classes = forms.MultipleChoiceField(
        label="Sees", required=False, widget=forms.CheckboxSelectMultiple,
        help_text="Nothing ticked: this work is not for them. The overview comes with any other.",
        choices=[(one.value, word) for one, word in policy_rules.CLASSES.items()],
    )  # fmt: skip
    conditions = forms.MultipleChoiceField(
        label="Conditions", required=False, widget=forms.CheckboxSelectMultiple,
        choices=[
            ("encounter_only", "Only what belongs to the assignment's encounter"),
            ("printing", "May print, with a purpose"),
            ("copies", "May save copies, and confirm that they were deleted"),
        ],
    )  # fmt: skip
    revision = forms.IntegerField(widget=forms.HiddenInput)

    def clause(self, role: str, kind: str) -> policy_rules.Clause | None:
        """The clause that was put together; None where nothing was ticked."""
        classes = frozenset(RecordClass(one) for one in self.cleaned_data["classes"])
        if not classes:
            return None
        held = {name: name in self.cleaned_data["conditions"] for name in policy_rules.CONDITIONS}
        return policy_rules.Clause(role, kind, classes | {RecordClass.OVERVIEW}, **held)


def _midnight_after(day: date, zone: ZoneInfo) -> datetime:
    return from_local(datetime.combine(day + timedelta(days=1), time()), zone).utc.replace(tzinfo=UTC)
