"""A patient's name, where the patients feed knows it: looked up when a page is shown, and kept nowhere."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from uuid import UUID


def patient_name(clinic: UUID, patient: str | None) -> str:
    """The name, or nothing."""
    if not patient or find_spec("chartwarden.patients") is None:
        return ""
    found = import_module("chartwarden.patients.queries").names(clinic, [patient]).get(patient)
    return found.name if found and found.name != patient else ""
