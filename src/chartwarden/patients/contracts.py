"""What other rooms may hold of patients."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True)
class PatientName:
    """A patient for display, to be shown only when somebody asks for it. ``ref`` is the EHR's id."""

    id: UUID
    ref: str
    name: str
    birth_date: date | None
