"""Forms of the register. Days are the clinic's."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms

from chartwarden.devices import rules
from chartwarden.people.contracts import PersonName

People = Iterable[PersonName]
EXAMPLE = """rows = /value
next = /@odata.nextLink
device = /deviceName
mdm = /id
person = /userPrincipalName before @
owner = /managedDeviceOwnerType: company is clinic, personal is personal
encrypted = /isEncrypted
managed = /managementState: managed is yes
antivirus = /antivirusRuns"""
"""A mapping to begin with."""


def _choices(people: People) -> list[tuple[str, str]]:
    return [(str(one.person), f"{one.name} ({one.code})") for one in people]


def _day() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class ChangeForm(forms.Form):
    """Whose a device is and how it is secured; ``revision`` is that of the device that was seen."""

    person = forms.TypedChoiceField(coerce=UUID, empty_value=None, required=False, label="Whose it is")
    owner = forms.ChoiceField(label="Who owns it", choices=list(rules.OWNERS.items()))
    encrypted = forms.BooleanField(required=False, label="The whole disk is encrypted")
    managed = forms.BooleanField(required=False, label="It is managed (MDM)")
    antivirus = forms.BooleanField(required=False, label="Antivirus runs")
    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: object, people: People, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = [("", "Shared: it stays in the office"), *_choices(people)]


class RegisterForm(ChangeForm):
    """A device that comes into the register."""

    field_order = ("name", "mdm", "person", "owner", "encrypted", "managed", "antivirus")
    name = forms.CharField(max_length=120, label="Name", help_text="As access logs name it, such as LT-2041.")
    mdm = forms.CharField(max_length=120, required=False, label="Its id in the MDM")
    revision = None


class ProofForm(forms.Form):
    """A certificate by which a device shows itself."""

    certificate = forms.CharField(
        max_length=16_384, label="Certificate", widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        help_text="The client certificate in PEM, or its SHA-256 fingerprint. Never the key.",
    )  # fmt: skip


class MdmForm(forms.Form):
    """Where the MDM tells of its devices."""

    url = forms.CharField(
        max_length=500, label="Address", help_text="Such as https://mdm.example.org/api/devices. It answers with JSON."
    )
    token = forms.CharField(
        max_length=4000, required=False, label="Token", strip=True,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text="Sent as a bearer token; kept sealed. Empty: the one that is kept.",
    )  # fmt: skip
    mapping = forms.CharField(
        max_length=4000, label="What is where in its answer", initial=EXAMPLE,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false", "class": "code"}),
        help_text="One line a column, each with a JSON pointer into a device. After a colon: which word means what.",
    )  # fmt: skip


class TrainingForm(forms.Form):
    """Who was trained, and when."""

    day = forms.DateField(widget=_day(), label="Day of the training")
    people = forms.TypedMultipleChoiceField(
        coerce=UUID, label="Who took part", widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Tick who took part."},
    )  # fmt: skip

    def __init__(self, *args: object, people: People, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["people"].choices = _choices(people)


class NetworkForm(forms.Form):
    """A range of addresses."""

    cidr = forms.CharField(
        max_length=60, label="Range of addresses", help_text="Such as 10.20.0.0/16 or 2001:db8::/32."
    )
    kind = forms.ChoiceField(label="What it is", choices=list(rules.NETWORKS.items()))


class DisposalForm(forms.Form):
    """What was disposed of, when, how, by whom, and who saw it."""

    kind = forms.ChoiceField(label="What kind of thing", choices=list(rules.THINGS.items()))
    what = forms.CharField(max_length=1000, label="What it was", widget=forms.Textarea(attrs={"rows": 2}))
    device = forms.TypedChoiceField(coerce=UUID, empty_value=None, required=False, label="The device in the register")
    method = forms.ChoiceField(label="How", choices=list(rules.METHODS.items()))
    day = forms.DateField(widget=_day())
    disposed_by = forms.TypedChoiceField(coerce=UUID, label="Who did it")
    witness = forms.TypedChoiceField(coerce=UUID, label="Who saw it", help_text="Somebody else than who did it.")

    def __init__(self, *args: object, people: People, devices: Iterable[tuple[str, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "Choose"), *_choices(people)]
        self.fields["disposed_by"].choices = self.fields["witness"].choices = choices
        self.fields["device"].choices = [("", "None of them"), *devices]


class ExceptionForm(forms.Form):
    """For whom something is set aside, until the end of which day, and why."""

    person = forms.TypedChoiceField(coerce=UUID, label="For whom")
    reason = forms.ChoiceField(
        label="What is set aside", choices=[(reason, name) for reason, name in rules.PRECONDITIONS.values()]
    )
    last_day = forms.DateField(
        label="Until the end of", help_text=f"At most {rules.LONGEST_EXCEPTION.days} days ahead.", widget=_day()
    )
    why = forms.CharField(max_length=1000, label="Why", widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: object, people: People, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = [("", "Choose"), *_choices(people)]

    def ends(self, zone: ZoneInfo) -> datetime:
        """The end of the last day, as an instant."""
        return rules.midnight_after(self.cleaned_data["last_day"], zone)


class PreconditionForm(forms.Form):
    """Whether something is asked for when a record opens, and after which grace."""

    kind = forms.ChoiceField(choices=[(kind, kind) for kind in rules.PRECONDITIONS], widget=forms.HiddenInput)
    asked = forms.BooleanField(required=False, label="Asked for when a record opens")
    grace_days = forms.IntegerField(
        label="Days of grace", min_value=0, max_value=rules.LONGEST_GRACE, initial=rules.USUAL_GRACE,
        help_text="So many days it is only told, before it keeps records shut.",
    )  # fmt: skip
    shown = forms.BooleanField(required=False, label="The device itself must be shown, by its certificate")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        if self["kind"].value() != rules.DEVICE:
            del self.fields["shown"]


class StatementForm(forms.Form):
    """One's own statement: the points that are so, and a note about the others."""

    confirmed = forms.MultipleChoiceField(
        required=False, label="I confirm", choices=list(rules.STATEMENT.items()), widget=forms.CheckboxSelectMultiple
    )
    note = forms.CharField(
        max_length=1000, required=False, label="If a point is not so: what is the matter?",
        help_text="The security officer reads it and helps. Without every point, the statement doesn't count yet.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
