"""What others may read of the coding queue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

import pyarrow as pa
from django.db.models import QuerySet

from chartwarden.assignments import keeping, models, rules, sealed
from chartwarden.assignments.conflicted import conflict, conflicted, conflicts_about, conflicts_searched, unlooked
from chartwarden.assignments.contracts import Grant, Load, SavedCopy, Work
from chartwarden.assignments.dues import due, facts
from chartwarden.assignments.keeping import counts
from chartwarden.assignments.policy_keeping import draft as policy_draft
from chartwarden.assignments.policy_keeping import scope
from chartwarden.clinics.services import stored, stored_instants, stored_key
from chartwarden.kernel.sealing import SealBroken
from chartwarden.people.queries import by_code

__all__ = [
    "assignments_behind",
    "assignments_table",
    "board",
    "brought",
    "conflict",
    "conflicted",
    "conflicts_about",
    "conflicts_searched",
    "copies_left",
    "copies_of",
    "counts",
    "due",
    "facts",
    "grants",
    "loads",
    "one_of_own",
    "own_total",
    "own_work",
    "patients",
    "place_of",
    "policy_draft",
    "scope",
    "some_work",
    "standing",
    "unlooked",
    "work",
    "works",
]
COLUMNS = pa.schema(
    [
        pa.field("assignment", pa.string()),
        pa.field("patient", pa.string()),
        pa.field("coder", pa.string()),
        pa.field("kind", pa.string()),
        pa.field("assigned_at", pa.timestamp("us")),
        pa.field("ended_at", pa.timestamp("us")),
        pa.field("encounter", pa.string()),
        pa.field("outcome", pa.string()),
        pa.field("reason", pa.string()),
    ]
)
"""The columns of the assignments feed, as the review reads them; instants are naive UTC."""
READ = ("coder_id", "kind", "assigned_at", "ended_at", "outcome", "sealed")
PART = 20_000
ORDER = (rules.IN_PROGRESS, rules.ASSIGNED, rules.CODED, rules.ON_HOLD)


def assignments_table(clinic: UUID) -> pa.Table | None:
    """The whole queue in the columns of the assignments feed; None where none was ever imported.

    It holds patients' ids: keep it in memory or in a scratch folder.
    """
    codes = {stored_key(person): code for code, person in by_code(clinic).items()}
    rows = stored(models.Assignment.objects.filter(clinic_id=clinic, coder__isnull=False), READ)
    parts = []
    while part := list(islice(rows, PART)):
        coders, kinds, begins, ends, outcomes, kept = zip(*part, strict=True)
        opened = sealed.opened_many(clinic, kept)
        columns = {
            **{name: [getattr(one, name) for one in opened] for name in sealed.FIELDS},
            "coder": [codes[coder] for coder in coders],
            "kind": kinds,
            "assigned_at": stored_instants(begins),
            "ended_at": stored_instants(ends),
            "outcome": [outcome or None for outcome in outcomes],
        }
        parts.append(pa.table([columns[name] for name in COLUMNS.names], schema=COLUMNS))
    return pa.concat_tables(parts) if parts else None


def grants(clinic: UUID, person: UUID, patient: str, past: bool = False) -> list[Grant]:
    """All that one person was ever given of one patient's record, by the EHR's id. ``past``: what is open is asked of
    an instant that is over, for which the state that an assignment has by now says nothing, but when it ended does.
    """
    rows = models.Assignment.objects.filter(
        clinic_id=clinic, coder_id=person, patient_index=sealed.index(clinic, sealed.PATIENT, patient)
    )
    return [
        Grant(
            row.id, row.kind, row.state in rules.OPEN or (past and row.ended_at is not None), row.assigned_at,
            row.ended_at, row.expires_at, keeping.identity(row).encounter or "",
        )
        for row in rows
    ]  # fmt: skip


def own_work(clinic: UUID, person: UUID, at: datetime, most: int) -> list[Work]:
    """What a coder has before them, what they have begun first, then the oldest; at most so many. PHI, for their own
    page."""
    found: list[models.Assignment] = []
    for state in ORDER:  # one at a time: each is in order in an index
        rows = _own(clinic, person, at).filter(state=state).order_by("assigned_at", "id")
        found.extend(rows[: most - len(found)] if len(found) < most else ())
    return _works(found)


def own_total(clinic: UUID, person: UUID, at: datetime) -> int:
    """How many records are open to a person."""
    return int(_own(clinic, person, at).count())


def _own(clinic: UUID, person: UUID, at: datetime) -> QuerySet[models.Assignment]:
    rows = keeping.in_queue(clinic).filter(coder_id=person, state__in=rules.OPEN)
    return rows.exclude(expires_at__lte=at)


def one_of_own(clinic: UUID, person: UUID, assignment: UUID) -> Work | None:
    """One of a person's own, whatever its state."""
    row = models.Assignment.objects.filter(clinic_id=clinic, coder_id=person, id=assignment).first()
    return _work(row, keeping.identity(row)) if row else None


def copies_left(clinic: UUID, person: UUID) -> list[SavedCopy]:
    """Copies of documents that a person saved and has not confirmed as deleted, the oldest first. PHI, for their own
    page."""
    kept = models.RecordCopy.objects.filter(clinic_id=clinic, person_id=person, deleted_at=None)
    return [
        SavedCopy(
            row.id, row.assignment_id, keeping.identity(row.assignment).patient, row.purpose, row.made_at,
            row.assignment.state not in rules.OPEN,
        )
        for row in kept.select_related("assignment").order_by("made_at", "id")
    ]  # fmt: skip


def copies_of(clinic: UUID, assignment: UUID) -> Mapping[UUID, int]:
    """How many copies of an assignment's record each person saved and has not confirmed as deleted."""
    kept = models.RecordCopy.objects.filter(clinic_id=clinic, assignment_id=assignment, deleted_at=None)
    return Counter(kept.values_list("person_id", flat=True))


Place = tuple[datetime, UUID]
"""Where an assignment stands in the queue's order: by when it came, then by its id."""


def place_of(clinic: UUID, assignment: UUID | None) -> Place | None:
    """The place of an assignment; None where there is none."""
    rows = models.Assignment.objects.filter(clinic_id=clinic, id=assignment)
    return rows.values_list("assigned_at", "id").first()


def board(
    clinic: UUID, states: Collection[str], coder: UUID | None, most: int, after: Place | None = None
) -> list[Work]:
    """The queue in those states, the oldest first, of one coder or of all, behind a place; at most so many."""
    over = {rules.SUBMITTED, rules.CLOSED} & set(states)
    rows = models.Assignment.objects.filter(clinic_id=clinic) if over else keeping.in_queue(clinic)
    rows = rows.filter(state__in=states)
    if coder is not None:
        rows = rows.filter(coder_id=coder)
    if after is not None:
        began, identity = after
        rows = rows.filter(assigned_at__gte=began).exclude(assigned_at=began, id__lte=identity)
    return _works(rows.order_by("assigned_at", "id")[:most])


def some_work(clinic: UUID, assignments: Collection[UUID], most: int) -> list[Work]:
    """Those assignments, the oldest first; at most so many."""
    rows = models.Assignment.objects.filter(clinic_id=clinic, id__in=list(assignments))
    return _works(rows.order_by("assigned_at", "id")[:most])


def works(clinic: UUID, assignments: Collection[UUID]) -> dict[UUID, Work]:
    """Several assignments, by their ids."""
    rows = models.Assignment.objects.filter(clinic_id=clinic, id__in=list(assignments))
    return {one.id: one for one in _works(rows)}


def work(clinic: UUID, assignment: UUID) -> Work | None:
    """One assignment."""
    row = models.Assignment.objects.filter(clinic_id=clinic, id=assignment).first()
    return _work(row, keeping.identity(row)) if row else None


def patients(clinic: UUID, assignments: Collection[UUID]) -> Mapping[UUID, str]:
    """The patients of assignments (the EHR's ids, PHI). Those whose identity is not there any more are left out."""
    rows = models.Assignment.objects.filter(clinic_id=clinic, id__in=assignments)
    found: dict[UUID, str] = {}
    for row in rows.only("id", "clinic_id", "sealed"):
        with suppress(SealBroken, ValueError):  # too short to have been sealed
            found[row.id] = keeping.identity(row).patient
    return found


def loads(clinic: UUID) -> list[Load]:
    """How much each coder has before them, those with most first."""
    return standing(clinic)[1]


def standing(clinic: UUID) -> tuple[Mapping[str, int], list[Load]]:
    """``counts`` and ``loads`` by one look at the whole queue."""
    states: Counter[str] = Counter()
    open_, held = Counter[UUID](), Counter[UUID]()
    for coder, state, count in keeping.tally(clinic):
        states[state] += count
        if coder is not None and state in rules.OPEN:
            open_[coder] += count
            held[coder] += count * (state == rules.ON_HOLD)
    found = [Load(coder, count, held[coder]) for coder, count in open_.items()]
    return states, sorted(found, key=lambda one: (-one.open, one.coder))


def _works(rows: Sequence[models.Assignment]) -> list[Work]:
    """Rows of one clinic, opened together."""
    opened = sealed.opened_many(rows[0].clinic_id, [row.sealed for row in rows]) if rows else []
    return [_work(row, there) for row, there in zip(rows, opened, strict=True)]


def _work(row: models.Assignment, there: sealed.Sealed) -> Work:
    return Work(
        id=row.id,
        patient=there.patient,
        encounter=there.encounter or "",
        kind=row.kind,
        state=row.state,
        coder=row.coder_id,
        assigned_at=row.assigned_at,
        ended_at=row.ended_at,
        expires_at=row.expires_at,
        outcome=row.outcome,
        hold=row.hold,
        reason=there.reason or "",
        revision=row.revision,
    )


def assignments_behind(clinic: UUID, after: str, most: int) -> list[dict[str, Any]]:
    """Assignments by their ids here, those behind one, as plain values; people are ids."""
    found = models.Assignment.objects.filter(clinic_id=clinic)
    found = found.filter(id__gt=UUID(after)) if after else found
    rows = list(found.order_by("id")[:most])
    return [
        {
            "id": str(row.id),
            **{name: getattr(opened, name) for name in sealed.FIELDS},
            "coder": str(row.coder_id) if row.coder_id else None,
            "kind": row.kind,
            "state": row.state,
            "assigned_at": row.assigned_at.isoformat(),
            "ended_at": row.ended_at.isoformat() if row.ended_at else None,
            "outcome": row.outcome,
        }
        for row, opened in zip(rows, sealed.opened_many(clinic, (row.sealed for row in rows)), strict=True)
    ]


def brought(clinic: UUID, refs: Iterable[str]) -> dict[str, tuple[datetime, UUID | None]]:
    """When assignments came to open what they open now, and who had the file count that said so (None: a program of
    the house); by the queue's own ids. Those of which it is not known are left out."""
    by_index = {sealed.index(clinic, sealed.REF, ref): ref for ref in refs}
    rows = models.Assignment.objects.filter(clinic_id=clinic, ref_index__in=list(by_index)).exclude(brought_at=None)
    found = rows.values_list("ref_index", "brought_at", "brought_by_id")
    return {by_index[bytes(index)]: (at, person) for index, at, person in found}
