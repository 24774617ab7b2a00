"""Each person's own judged accesses of a week, for their page and their clearing statement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from chartwarden.clinics.services import seal, unseal
from chartwarden.review import models
from chartwarden.review.desk import sealed
from chartwarden.review.desk.contracts import JudgedAccess

PART = 1000
"""So many accesses lie in one sealed part: a page of fifty opens one, in a few milliseconds."""
COLUMNS = ("occurred_at", "action", "patient", "document", "outcome", "event", "explained", "explanation", "reference")
COMPRESSED = pa.ipc.IpcWriteOptions(compression="zstd")


@dataclass(frozen=True)
class PersonAccesses:
    """One person's week, ready to be kept: ``code`` is their id in the workforce feed, ``parts`` are sealed."""

    code: str
    accesses: int
    explained: int
    unexplained: int
    by_explanation: Mapping[str, int]
    parts: tuple[bytes, ...]


def accesses_by_person(clinic: UUID, judged: Path) -> list[PersonAccesses]:
    """Each person of a judged week (``review.week.JUDGED_SCHEMA``, by coder, then time). Logins that are nobody's are
    left out. All that is slow is done here, outside of any transaction."""
    table = pq.read_table(judged, columns=["person", *COLUMNS])
    table = table.filter(pc.is_valid(table["person"]))
    counts: dict[str, dict[str | None, int]] = {}
    told = table.filter(pc.is_valid(table["explained"]))
    for row in told.group_by(["person", "explanation"]).aggregate([([], "count_all")]).to_pylist():
        counts.setdefault(row["person"], {})[row["explanation"]] = row["count_all"]
    found, first = [], 0
    for code, length in _runs(table):
        found.append(_person(clinic, code, table.slice(first, length), counts.get(code, {})))
        first += length
    return found


def _runs(table: pa.Table) -> Iterable[tuple[str, int]]:
    """Each person in the table's order, and how many rows are theirs; they lie together."""
    if len(table):
        lengths = table.group_by("person", use_threads=False).aggregate([([], "count_all")])
        yield from zip(lengths["person"].to_pylist(), lengths["count_all"].to_pylist(), strict=True)


def _person(clinic: UUID, code: str, rows: pa.Table, counts: Mapping[str | None, int]) -> PersonAccesses:
    by = {name: number for name, number in counts.items() if name is not None}
    parts = tuple(
        seal(clinic, sealed.ACCESSES, _packed(rows.slice(first, PART))) for first in range(0, len(rows), PART)
    )
    return PersonAccesses(code, len(rows), sum(by.values()), counts.get(None, 0), by, parts)


def _packed(rows: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    plain = rows.select(COLUMNS).combine_chunks()
    with pa.ipc.new_stream(sink, plain.schema, options=COMPRESSED) as writer:
        writer.write_table(plain)
    return sink.getvalue().to_pybytes()


def opened(clinic: UUID, part: bytes | memoryview, first: int, most: int) -> list[JudgedAccess]:
    """So many accesses of a part, from the given one on."""
    with pa.ipc.open_stream(unseal(clinic, sealed.ACCESSES, part)) as reader:
        rows = reader.read_all().slice(first, most).to_pylist()
    return [JudgedAccess(**row) for row in rows]


def keep_accesses(review: models.Review, judged: Iterable[PersonAccesses], persons: Mapping[str, UUID]) -> None:
    """Keep the week's accesses by person in place of those kept before, in the caller's transaction."""
    models.PersonWeek.objects.filter(review=review).delete()
    weeks, parts = [], []
    for person in judged:
        if person.code not in persons:
            continue
        week = models.PersonWeek(
            clinic_id=review.clinic_id,
            review=review,
            person_id=persons[person.code],
            accesses=person.accesses,
            explained=person.explained,
            unexplained=person.unexplained,
            by_explanation=dict(person.by_explanation),
        )
        weeks.append(week)
        parts += [
            models.AccessPart(clinic_id=review.clinic_id, week=week, part=number, sealed=data)
            for number, data in enumerate(person.parts)
        ]
    models.PersonWeek.objects.bulk_create(weeks, batch_size=200)
    models.AccessPart.objects.bulk_create(parts, batch_size=50)
