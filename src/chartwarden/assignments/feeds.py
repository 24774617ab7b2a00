"""The assignments feed, taken over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import pyarrow.parquet as pq
from django.db import transaction

from chartwarden.assignments import models, rules, sealed
from chartwarden.clinics.services import as_stored, insert_stored, stored, update_stored
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.errors import refuse
from chartwarden.kernel.taken import Taken
from chartwarden.ledger.services import append
from chartwarden.people.queries import by_code

BATCH = 5_000
PLAIN = ("patient_index", "coder_id", "kind", "state", "assigned_at", "ended_at", "outcome")
Row = tuple[Any, ...]


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
            values = batch.to_pylist()
            rows = as_stored(
                models.Assignment,
                ("clinic_id", "ref_index", *PLAIN),
                [_row(clinic, one, people, patients) for one in values],
            )
            for one, plain in zip(values, rows, strict=True):
                there, data = known.get(plain[1]) if known else None, sealed.encoded(one)
                plain = _as_done_here(plain, there) if there else plain
                if there is None:
                    new.append((*plain, sealed.sealed(clinic, data)))
                elif plain[2:] == there[1:-2] and sealed.opened(clinic, there[-2]) == data:
                    unchanged += 1
                else:
                    other.append((*plain[2:], sealed.sealed(clinic, data), there[0]))
                    is_ended = one["ended_at"] is not None and there[1 + PLAIN.index("ended_at")] is None
                    ended, changed = ended + is_ended, changed + (not is_ended)
            insert_stored(models.Assignment, ("clinic_id", "ref_index", *PLAIN, "sealed"), new)
            update_stored(models.Assignment, (*PLAIN, "sealed"), other)
            added += len(new)
    return Taken(added=added, changed=changed, ended=ended, unchanged=unchanged)


def _as_done_here(plain: Row, there: Row) -> Row:
    """A queue that only says "still open" doesn't undo what was done here: begun, held, coded, submitted."""
    told, own = dict(zip(PLAIN, plain[2:], strict=True)), dict(zip(PLAIN, there[1:-2], strict=True))
    if there[-1] == 0 or told["state"] != rules.ASSIGNED:
        return plain
    kept = {name: own[name] for name in ("state", "coder_id", "assigned_at", "ended_at", "outcome")}
    return (*plain[:2], *(told | kept).values())


def _known(clinic: UUID) -> dict[bytes, tuple[Any, ...]]:
    """Rows by their index, as the database has them: the id, the columns of PLAIN, what is sealed, the revision."""
    rows = stored(models.Assignment.objects.filter(clinic_id=clinic), ("ref_index", "id", *PLAIN, "sealed", "revision"))
    return {row[0]: row[1:] for row in rows}


def _row(clinic: UUID, values: dict[str, Any], people: Mapping[str, UUID], patients: dict[str, bytes]) -> Row:
    """The clinic, the index of an assignment, and the columns of PLAIN."""
    coder, patient = people.get(values["coder"]), values["patient"]
    if coder is None:
        raise refuse("assignments, coder", "people of the workforce", "somebody else; read the file again")
    if patient not in patients:
        patients[patient] = sealed.index(clinic, sealed.PATIENT, patient)
    ends, outcome = values["ended_at"], values["outcome"] or ""
    index = sealed.index(clinic, sealed.REF, values["assignment"])
    state = rules.state_of(ends, outcome)
    return clinic, index, patients[patient], coder, values["kind"], state, values["assigned_at"], ends, outcome


TAKES: Mapping[str, Callable[..., Taken]] = {"assignments": take}
