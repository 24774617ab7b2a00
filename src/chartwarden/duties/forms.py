"""What a duty is closed with."""

from __future__ import annotations

import hashlib

from django import forms

from chartwarden.duties.services import MOST_NOTE


class CloseForm(forms.Form):
    """A note, and a file of which only the fingerprint is kept."""

    day = forms.DateField(widget=forms.HiddenInput)
    note = forms.CharField(
        label="What was done",
        help_text="Who took part, what came out, what follows. No patients' names. It is kept sealed.",
        max_length=MOST_NOTE,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    evidence = forms.FileField(
        label="A file that shows it",
        help_text="Only its fingerprint (SHA-256) is kept here. Keep the file itself for six years.",
        required=False,
        allow_empty_file=False,
    )

    def digest(self) -> str:
        """The SHA-256 of the file in hex, or nothing."""
        given = self.cleaned_data.get("evidence")
        if not given:
            return ""
        found = hashlib.sha256()
        for chunk in given.chunks():
            found.update(chunk)
        return found.hexdigest()
