"""The patients feed, taken over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pyarrow.parquet as pq
from django.db import transaction

from chartwarden.clinics.services import as_stored, insert_many, stored, update_stored
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.taken import Taken
from chartwarden.ledger.services import append
from chartwarden.patients import identity, models

BATCH = 5_000
CHANGED = ("identity", "changed_at")


def take(*, clinic: UUID, feed: Any, actor: Actor, at: datetime) -> Taken:
    """Take over patients that were read: new ones are added, known ones brought up to date, none is taken away.

    ``feed`` is the logs room's FeedRead. A patient who is missing stays: a later file may be an extract.
    """
    with transaction.atomic():
        taken = _take(clinic, feed.parquet, at)
        append(
            clinic=clinic,
            kind="patients.feed_taken",
            actor=actor,
            at=at,
            subject={"feed": "patients"},
            facts={
                "sha256": feed.count.sha256,
                "added": taken.added,
                "changed": taken.changed,
                "unchanged": taken.unchanged,
            },
        )
    return taken


def _take(clinic: UUID, parquet: Path, at: datetime) -> Taken:
    rows = models.Patient.objects.filter(clinic_id=clinic)
    known = {index: (key, kept) for key, index, kept in stored(rows, ("id", "ref_index", "identity"))}
    added = changed = unchanged = 0
    with pq.ParquetFile(parquet) as file:
        for batch in file.iter_batches(BATCH):
            new, other = [], []
            for values in batch.to_pylist():
                index, data = identity.index(clinic, values["patient"]), identity.encoded(values)
                there = known.get(index)
                if there is None:
                    new.append((clinic, index, identity.sealed(clinic, data), at))
                elif identity.opened(clinic, there[1]) != data:
                    other.append((identity.sealed(clinic, data), at, there[0]))
                else:
                    unchanged += 1
            insert_many(models.Patient, ("clinic", "ref_index", "identity", "changed_at"), new)
            update_stored(models.Patient, CHANGED, as_stored(models.Patient, (*CHANGED, "id"), other))
            added, changed = added + len(new), changed + len(other)
    return Taken(added=added, changed=changed, unchanged=unchanged)


TAKES: Mapping[str, Callable[..., Taken]] = {"patients": take}
