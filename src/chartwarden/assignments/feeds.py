"""The assignments feed, taken over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pyarrow.parquet as pq
from django.db import transaction

from chartwarden.assignments import models, rules, sealed
from chartwarden.clinics.services import insert_many
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.errors import refuse
from chartwarden.kernel.taken import Taken
from chartwarden.ledger.services import append
from chartwarden.people.queries import by_code

BATCH = 5_000
CHANGING = ("patient_index", "coder_id", "kind", "state", "assigned_at", "ended_at", "outcome", "sealed")
ENDED_AT = CHANGING.index("ended_at")


def take(*, clinic: UUID, feed: Any, actor: Actor, at: datetime) -> Taken:
    """Take over the queue that was read: new assignments are added, known ones brought up to date, none taken away.

    ``feed`` is the logs room's FeedRead, whose rows about people that the workforce does not know are in quarantine.
    Raises InputRefused where such a row is left all the same.
    """
    with transaction.atomic():
        taken = _take(clinic, feed)
        append(
            clinic=clinic,
            kind="assignments.feed_taken",
            actor=actor,
            at=at,
            subject={"feed": "assignments"},
            facts={
                "sha256": feed.count.sha256,
                "added": taken.added,
                "changed": taken.changed,
                "ended": taken.ended,
                "unchanged": taken.unchanged,
            },
        )
    return taken


def _take(clinic: UUID, feed: Any) -> Taken:
    people = by_code(clinic)
    patients: dict[str, bytes] = {}
    known = _known(clinic)
    added = changed = ended = unchanged = 0
    with pq.ParquetFile(feed.parquet) as file:
        for batch in file.iter_batches(BATCH):
            new, other = [], []
            for values in batch.to_pylist():
                index, row = _row(clinic, values, people, patients)
                there = known.get(index) if known else None
                if there is None:
                    new.append((clinic, index, *row, sealed.sealed(clinic, sealed.encoded(values))))
                elif _is_alike(clinic, row, sealed.encoded(values), there):
                    unchanged += 1
                else:
                    kept = sealed.sealed(clinic, sealed.encoded(values))
                    other.append(models.Assignment(id=there["id"], **dict(zip(CHANGING, (*row, kept), strict=True))))
                    is_ended = row[ENDED_AT] is not None and there["ended_at"] is None
                    ended, changed = ended + is_ended, changed + (not is_ended)
            insert_many(models.Assignment, ("clinic", "ref_index", *CHANGING), new)
            models.Assignment.objects.bulk_update(other, CHANGING, batch_size=500)
            added += len(new)
    return Taken(added=added, changed=changed, ended=ended, unchanged=unchanged)


def _known(clinic: UUID) -> dict[bytes, dict[str, Any]]:
    rows = models.Assignment.objects.filter(clinic_id=clinic).values("id", "ref_index", *CHANGING)
    return {bytes(row["ref_index"]): row for row in rows.iterator()}


def _row(
    clinic: UUID, values: dict[str, Any], people: Mapping[str, UUID], patients: dict[str, bytes]
) -> tuple[bytes, tuple[Any, ...]]:
    """The index of an assignment, and the values of CHANGING but the last."""
    coder, patient = people.get(values["coder"]), values["patient"]
    if coder is None:
        raise refuse("assignments, coder", "people of the workforce", "somebody else; read the file again")
    if patient not in patients:
        patients[patient] = sealed.index(clinic, sealed.PATIENT, patient)
    ended_at, outcome = _aware(values["ended_at"]), values["outcome"] or ""
    index = sealed.index(clinic, sealed.REF, values["assignment"])
    state = rules.state_of(ended_at, outcome)
    return index, (patients[patient], coder, values["kind"], state, _aware(values["assigned_at"]), ended_at, outcome)


def _is_alike(clinic: UUID, row: tuple[Any, ...], data: bytes, there: dict[str, Any]) -> bool:
    """Whether nothing changed; the patient is compared by what is sealed."""
    plain = all(value == there[name] for name, value in zip(CHANGING[1:-1], row[1:], strict=True))
    return plain and sealed.opened(clinic, there["sealed"]) == data


def _aware(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment else None


TAKES: Mapping[str, Callable[..., Taken]] = {"assignments": take}
