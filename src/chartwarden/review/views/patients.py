"""A patient's name, where the patients feed knows it: looked up when a page is shown, and kept nowhere else."""

from __future__ import annotations

from uuid import UUID

from chartwarden.patients import queries as patients


def patient_name(clinic: UUID, patient: str | None) -> str:
    """The name, or nothing."""
    found = patients.names(clinic, [patient]).get(patient) if patient else None
    return found.name if found and found.name != patient else ""
