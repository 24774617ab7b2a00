"""A patient's name, where the patients feed knows it: looked up when a page is shown, and kept nowhere else."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from chartwarden.patients import queries as patients


def patient_names(clinic: UUID, refs: Iterable[str | None]) -> dict[str, str]:
    """The names of those that the feed knows, by their EHR ids."""
    return {ref: found.name for ref, found in patients.names(clinic, filter(None, refs)).items() if found.name != ref}


def patient_name(clinic: UUID, patient: str | None) -> str:
    """The name, or nothing."""
    return patient_names(clinic, [patient]).get(patient or "", "")
