"""The coding queue for programs: what was imported, for those who import it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from chartwarden.assignments import queries
from chartwarden.assignments.services import note_table_read
from chartwarden.clinics.contracts import Clinic
from chartwarden.kernel.offered import Column, Row, Table
from chartwarden.people.contracts import Member, Permission


def _assignments(clinic: Clinic, member: Member, at: datetime, after: str, limit: int) -> Sequence[Row]:
    return queries.assignments_behind(clinic.id, after, limit)


def _note(clinic: Clinic, member: Member, at: datetime) -> None:
    note_table_read(clinic=clinic.id, actor=member.actor, at=at)


TABLES = (
    Table(
        name="assignments",
        title="The coding queue; each reading of it is written to the ledger",
        permission=Permission.IMPORT_QUEUE,
        key="id",
        columns=(
            Column("id", str, "Its id here."),
            Column("assignment", str, "The queue's own id."),
            Column("patient", str, "The patient's id in the EHR."),
            Column("coder", str, "The person it is assigned to."),
            Column("kind", str, "The kind of work."),
            Column("state", str, "How it stands."),
            Column("assigned_at", str, "From when (UTC)."),
            Column("ended_at", str | None, "Until when (UTC); null while it is open."),
            Column("outcome", str, "How it ended."),
            Column("encounter", str | None, "The encounter's id in the EHR."),
            Column("reason", str | None, "Why it was opened again."),
        ),
        read=_assignments,
        before=_note,
    ),
)
