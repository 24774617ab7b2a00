"""Patients for programs: what was imported, for those who import it and so hold it anyway. No page lists patients."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from chartwarden.clinics.contracts import Clinic
from chartwarden.kernel.offered import Column, Row, Table
from chartwarden.patients import queries
from chartwarden.patients.services import note_table_read
from chartwarden.people.contracts import Member, Permission


def _patients(clinic: Clinic, member: Member, at: datetime, after: str, limit: int) -> Sequence[Row]:
    return queries.patients_behind(clinic.id, after, limit)


def _note(clinic: Clinic, member: Member, at: datetime) -> None:
    note_table_read(clinic=clinic.id, actor=member.actor, at=at)


TABLES = (
    Table(
        name="patients",
        title="Patients; each reading of them is written to the ledger",
        permission=Permission.IMPORT_PATIENTS,
        key="id",
        columns=(
            Column("id", str, "The patient's id here."),
            Column("patient", str, "The id in the EHR."),
            Column("family_name", str | None, "Family name."),
            Column("given_name", str | None, "Given name."),
            Column("birth_date", str | None, "Date of birth."),
            Column("address_line", str | None, "Street and number."),
            Column("city", str | None, "City."),
            Column("state", str | None, "State."),
            Column("postal_code", str | None, "Postal code."),
            Column("phone", str | None, "Telephone."),
            Column("contact_name", str | None, "An emergency contact's name."),
            Column("contact_phone", str | None, "Their telephone."),
            Column("flags", list[str], "Such as public_figure."),
        ),
        read=_patients,
        before=_note,
    ),
)
