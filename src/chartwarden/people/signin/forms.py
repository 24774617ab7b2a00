"""Forms of the first run and of invitations."""

from __future__ import annotations

from typing import Any

import holidays
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from chartwarden.people import models
from chartwarden.people.signin.passwords import HELP, LONGEST

ZONES = (
    ("America/New_York", "Eastern (New York)"),
    ("America/Chicago", "Central (Chicago)"),
    ("America/Denver", "Mountain (Denver)"),
    ("America/Phoenix", "Mountain without daylight saving (Phoenix)"),
    ("America/Los_Angeles", "Pacific (Los Angeles)"),
    ("America/Anchorage", "Alaska (Anchorage)"),
    ("Pacific/Honolulu", "Hawaii (Honolulu)"),
    ("America/Puerto_Rico", "Atlantic (Puerto Rico, Virgin Islands)"),
    ("Pacific/Guam", "Chamorro (Guam)"),
    ("Pacific/Pago_Pago", "Samoa (Pago Pago)"),
    ("America/Indiana/Indianapolis", "Eastern (Indianapolis)"),
    ("America/Detroit", "Eastern (Detroit)"),
    ("America/Boise", "Mountain (Boise)"),
    ("UTC", "UTC"),
)


def regions() -> list[tuple[str, str]]:
    """Regions whose public holidays are known: the country, then its states by name."""
    names = {code: name for name, code in holidays.UnitedStates.subdivisions_aliases.items()}
    states = sorted((name, code) for code, name in names.items())
    return [("US", "Federal holidays only"), *((f"US-{code}", name) for name, code in states)]


class Plain(forms.Form):
    """A form whose fields mark what is wrong with them for a screen reader."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, label_suffix="", **named)


class NewPassword(Plain):
    """A new password, twice; checked against what is known of its owner."""

    password = forms.CharField(
        label="Password",
        max_length=LONGEST,
        help_text=HELP,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label="Password once more",
        max_length=LONGEST,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def owner(self) -> models.User:
        """Whose password it will be, with the words that are about them."""
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        """Both alike, and hard to guess."""
        values = super().clean() or self.cleaned_data
        password = values.get("password")
        if password and password != values.get("again"):
            self.add_error("again", "The two are not the same. Type both again.")
        elif password:
            try:
                validate_password(password, self.owner())
            except ValidationError as refused:
                self.add_error("password", refused)
        return values


class Join(NewPassword):
    """The invited chooses a password."""

    def __init__(self, *arguments: Any, email: str, words: list[str], **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.email, self.words = email, words

    def owner(self) -> models.User:
        """The user to be."""
        user = models.User(email=self.email)
        user.pk, user.words = None, self.words
        return user


class FirstRun(NewPassword):
    """The first clinic and its first person."""

    setup_code = forms.CharField(
        label="Set-up code",
        help_text="It was shown where Chartwarden was started.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    name = forms.CharField(label="Name of the clinic", max_length=120)
    time_zone = forms.ChoiceField(
        label="Time zone", choices=ZONES, help_text="Working hours and days are judged by it."
    )
    holidays = forms.ChoiceField(label="Public holidays", choices=regions, help_text="Days on which few people work.")
    given_name = forms.CharField(
        label="Given name", max_length=80, widget=forms.TextInput(attrs={"autocomplete": "given-name"})
    )
    family_name = forms.CharField(
        label="Family name", max_length=80, widget=forms.TextInput(attrs={"autocomplete": "family-name"})
    )
    code = forms.CharField(
        label="Your id in the staff list",
        max_length=64,
        required=False,
        help_text="As HR's export has it, such as u17. Leave it empty if you don't know.",
    )
    email = forms.EmailField(label="Mail address", widget=forms.EmailInput(attrs={"autocomplete": "username"}))
    field_order = ("setup_code", "name", "time_zone", "holidays", "given_name", "family_name", "code", "email",
                   "password", "again")  # fmt: skip

    def owner(self) -> models.User:
        """The user to be."""
        values = self.cleaned_data
        user = models.User(email=values.get("email", ""))
        user.pk = None
        user.words = [values.get(field, "") for field in ("name", "given_name", "family_name")]
        return user

    def clean_email(self) -> str:
        """In lower case, as it is kept."""
        return str(self.cleaned_data["email"]).lower()


class Invite(Plain):
    """Where an invitation goes."""

    email = forms.EmailField(
        label="Mail address",
        help_text="The address that this person alone reads. They sign in with it.",
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
