"""Forms about what a record is opened for."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django import forms

from chartwarden.gateway.rules import PURPOSES
from chartwarden.gateway.wording import PURPOSE_WORDS
from chartwarden.people.contracts import PersonName

CHOICES = [(name, PURPOSE_WORDS[name].capitalize()) for name in PURPOSES]


class OwnQuestionForm(forms.Form):
    """Which record, and what for."""

    patient = forms.CharField(
        max_length=200, label="Patient's id in the EHR", widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    purpose = forms.ChoiceField(label="What for", choices=CHOICES)


class QuestionForm(OwnQuestionForm):
    """Who, which record, and what for."""

    field_order = ("person", "patient", "purpose")
    person = forms.TypedChoiceField(coerce=UUID)

    def __init__(self, *args: object, people: Iterable[PersonName], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = [(str(one.person), f"{one.name} ({one.code})") for one in people]


class InquiryForm(forms.Form):
    """What somebody needs, in their words."""

    text = forms.CharField(
        max_length=1000, label="What do you need?", widget=forms.Textarea(attrs={"rows": 3}),
        help_text="It lies sealed. The privacy officer and the compliance officer read it.",
    )  # fmt: skip


class AnswerForm(forms.Form):
    """The answer."""

    answer = forms.CharField(
        max_length=1000, label="Your answer", widget=forms.Textarea(attrs={"rows": 3}),
        help_text="They read it on their page. It lies sealed too.",
    )  # fmt: skip
