"""The review desk's forms."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any
from uuid import UUID

from django import forms

from chartwarden.review import rules
from chartwarden.review.desk.contracts import CaseLine
from chartwarden.review.desk.deciding import MOST_TEXT


def _text(label: str, rows: int = 4, **more: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows, "maxlength": MOST_TEXT, **more})
    return forms.CharField(label=label, max_length=MOST_TEXT, widget=widget)


class DecideForm(forms.Form):
    """How a case is decided, with a note, for it alone or for those alike too."""

    outcome = forms.ChoiceField(
        label="Outcome", choices=list(rules.OUTCOMES.items()), error_messages={"required": "Choose an outcome."}
    )
    note = _text("Note")
    revision = forms.IntegerField(widget=forms.HiddenInput)
    together = forms.BooleanField(required=False)

    note.error_messages["required"] = "Say in a few words why."


class TickedCases(forms.Field):
    """Cases that were ticked, each as ``id:revision``; what is no such pair is left out."""

    widget = forms.SelectMultiple

    def to_python(self, value: Any) -> dict[UUID, int]:
        """Revisions by case."""
        found: dict[UUID, int] = {}
        for text in value or ():
            identity, _, revision = str(text).partition(":")
            with suppress(ValueError):
                found[UUID(identity)] = int(revision)
        return found


class DecideAlikeForm(forms.Form):
    """How those of a group are decided that are ticked. ``cases`` cleans to their revisions, as they were shown."""

    outcome = forms.ChoiceField(
        label="Outcome", choices=list(rules.OUTCOMES.items()), error_messages={"required": "Choose an outcome."}
    )
    note = _text("Note")
    cases = TickedCases(error_messages={"required": "Tick at least one case."})

    note.error_messages["required"] = "Say in a few words why."

    def __init__(self, lines: Iterable[CaseLine], *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.known = {line.id for line in lines}

    def clean_cases(self) -> dict[UUID, int]:
        """What was ticked; refused where one is no longer there to be decided."""
        found: dict[UUID, int] = self.cleaned_data["cases"]
        if found.keys() - self.known:
            raise forms.ValidationError("One of these cases changed while you had them open. Look once more.")
        return found


class AskForm(forms.Form):
    """A question to somebody of the clinic."""

    to = forms.TypedChoiceField(label="To")
    text = _text("Question")
    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, people: list[tuple[str, str]], *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["to"].choices = people


class AnswerForm(forms.Form):
    """The answer to a question."""

    text = _text("Your answer", rows=6)


class ReopenForm(forms.Form):
    """Why a decided case is taken up again."""

    reason = _text("Reason", rows=2)
    revision = forms.IntegerField(widget=forms.HiddenInput)


class SignForm(forms.Form):
    """That the signer has read what was reviewed and what was not."""

    coverage = forms.BooleanField(required=False)
