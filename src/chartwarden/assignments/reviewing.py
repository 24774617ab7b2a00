"""Whose coding a review looks at: nobody is given the review of their own (law 10), whoever gives it.

It is told by the chain of assignments that a review follows, and by what was coded of the same patient's encounter,
which finds it also where a review came from an EHR or by hand and follows nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any
from uuid import UUID

from chartwarden.assignments import models, rules, sealed
from chartwarden.assignments.keeping import identity

CANCELLED = "cancelled"
AT_ONCE = 500
"""So many rows are asked for at once."""
Coded = tuple[bytes, str, UUID]
"""A patient's index, the encounter ("": not known), and who codes or coded it."""


def barred(clinic: UUID, coders: Collection[UUID], work: Collection[models.Assignment]) -> dict[UUID, frozenset[UUID]]:
    """Of each piece of work, by its id, those coders who can't review it, or by it: who has coded what it looks at, and
    who has reviewed it where that review is itself looked at."""
    chains = _chains(clinic, work)
    near: dict[bytes, list[Coded]] = {}
    for one in _coded(clinic, coders, {bytes(row.patient_index) for row in work}):
        near.setdefault(one[0], []).append(one)
    found = {}
    for row in work:
        own = {one.coder_id for one in chains[row.id] if one.coder_id in coders and _done(one)}
        patient = bytes(row.patient_index)
        if patient in near:
            loose = row.follows_id is None and row.kind in rules.REVIEWING
            own |= set(_of_visit(near[patient], (patient, identity(row).encounter or ""), loose))
        found[row.id] = frozenset(own)
    return found


def may_review(row: models.Assignment, coder: UUID) -> bool:
    """Whether a coder may review a piece of work, or by it."""
    return coder not in barred(row.clinic_id, [coder], [row])[row.id]


def has_coded(clinic: UUID, coder: UUID, patient: str, encounter: str) -> bool:
    """Whether somebody has coded a patient's encounter, or any of theirs where none is named; by the EHR's ids."""
    index = sealed.index(clinic, sealed.PATIENT, patient)
    return any(_of_visit(_coded(clinic, [coder], {index}), (index, encounter), True))


def _done(row: models.Assignment) -> bool:
    """Whether a row's coder has coded by it, or has submitted a review."""
    return bool(row.outcome == rules.SUBMITTED if row.kind in rules.REVIEWING else row.outcome != CANCELLED)


def _chains(clinic: UUID, rows: Collection[models.Assignment]) -> dict[UUID, list[models.Assignment]]:
    """Each row with those that it follows, back to the first."""
    known = {row.id: row for row in rows}
    while wanted := {row.follows_id for row in known.values() if row.follows_id} - known.keys():
        for part in _parts(wanted):
            known |= {row.id: row for row in models.Assignment.objects.filter(clinic_id=clinic, id__in=part)}
    chains = {}
    for row in rows:
        chains[row.id] = [row]
        while (after := chains[row.id][-1].follows_id) is not None:
            chains[row.id].append(known[after])
    return chains


def _coded(clinic: UUID, coders: Collection[UUID], patients: Collection[bytes]) -> list[Coded]:
    """What these coders have coded, or are coding, of some patients."""
    rows = models.Assignment.objects.filter(clinic_id=clinic, coder_id__in=coders)
    rows = rows.exclude(kind__in=rules.REVIEWING).exclude(outcome=CANCELLED)
    kept = [row for part in _parts(patients) for row in rows.filter(patient_index__in=part)]
    opened = sealed.opened_many(clinic, [row.sealed for row in kept]) if kept else []
    return [
        (bytes(row.patient_index), there.encounter or "", row.coder_id) for row, there in zip(kept, opened, strict=True)
    ]


def _parts(values: Collection[Any]) -> Iterator[list[Any]]:
    ordered = list(values)
    return (ordered[begin : begin + AT_ONCE] for begin in range(0, len(ordered), AT_ONCE))


def _of_visit(coded: Iterable[Coded], visit: tuple[bytes, str], loose: bool) -> Iterable[UUID]:
    """Who has coded this encounter of a patient; ``loose``: also where the encounter of either is not known."""
    for patient, encounter, coder in coded:
        known = encounter and visit[1]
        if patient == visit[0] and (encounter == visit[1] if known else loose):
            yield coder
