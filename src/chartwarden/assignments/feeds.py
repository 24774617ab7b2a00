"""The assignments feed, taken over."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import pyarrow.parquet as pq
from django.db import transaction

from chartwarden.assignments import models, rules, sealed
from chartwarden.clinics.services import as_stored, insert_stored, stored, update_stored
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.decisions import require
from chartwarden.kernel.errors import refuse
from chartwarden.kernel.taken import Taken
from chartwarden.ledger.services import append
from chartwarden.people.queries import by_code, sharing_logins

BATCH = 5_000
LISTED = 100
"""So many changed rows stand in the entry themselves; of more only what they add up to."""
PLAIN = ("patient_index", "coder_id", "kind", "state", "assigned_at", "ended_at", "outcome")
BROUGHT = ("brought_at", "brought_by_id")
Row = tuple[Any, ...]


@dataclass
class _Work:
    """What a take-over has found: rows by what they did, traces of those that changed something, and the own ones."""

    own: frozenset[UUID]
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("added", "changed", "ended", "unchanged"), 0))
    traces: list[str] = field(default_factory=list)
    own_rows: list[int] = field(default_factory=list)


def take(*, clinic: UUID, feed: Any, actor: Actor, at: datetime) -> Taken:
    """Take over the queue that was read: new assignments are added, known ones brought up to date, none taken away.

    ``feed`` is the logs room's FeedRead, whose rows about people that the workforce does not know are in quarantine.
    Raises InputRefused where such a row is left all the same, Refused where a row gives the actor work or changes it;
    its number is its place among the rows that were read. The entry holds a trace of each changed row: the keyed
    indexes of its id and of its contents, which whoever has the clinic's keys finds again.
    """
    with transaction.atomic():
        work = _Work(sharing_logins(clinic, actor.person) if actor.person else frozenset())
        _take(clinic, feed, work, actor, at)
        require(rules.may_count(work.own_rows))
        append(
            clinic=clinic,
            kind="assignments.feed_taken",
            actor=actor,
            at=at,
            subject={"feed": "assignments"},
            facts={"sha256": feed.count.sha256, **work.counts, **_traced(work.traces)},
        )
    return Taken(**work.counts)


def _traced(traces: Sequence[str]) -> dict[str, object]:
    """Changed rows as an entry holds them: themselves where they are few, and always the SHA-256 of the sorted list, a
    row a line, since an entry has an end."""
    ordered = sorted(traces)
    over = hashlib.sha256("".join(f"{trace}\n" for trace in ordered).encode()).hexdigest()
    return {"rows": ordered if len(ordered) <= LISTED else [], "rows_sha256": over}


def _take(clinic: UUID, feed: Any, work: _Work, actor: Actor, at: datetime) -> None:
    people = by_code(clinic)
    own = {one for (one,) in as_stored(models.Assignment, ("coder_id",), [(person,) for person in work.own])}
    (brought,) = as_stored(models.Assignment, BROUGHT, [(at, actor.person)])
    patients: dict[str, bytes] = {}
    known = _known(clinic)
    number = 0
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
                number += 1
                there, data = known.get(plain[1]) if known else None, sealed.encoded(one)
                plain = _as_done_here(plain, there) if there else plain
                if there is None:
                    new.append((*plain, sealed.sealed(clinic, data), *brought))
                    what = "added"
                elif plain[2:] == there[1 : 1 + len(PLAIN)] and sealed.opened(clinic, there[-4]) == data:
                    work.counts["unchanged"] += 1
                    continue
                else:
                    kept = brought if _is_more(there, plain) else there[-3:-1]
                    other.append((*plain[2:], sealed.sealed(clinic, data), *kept, there[0]))
                    is_ended = one["ended_at"] is not None and there[1 + ENDED] is None
                    what = "ended" if is_ended else "changed"
                work.counts[what] += 1
                work.traces.append(f"{plain[1].hex()} {sealed.row_index(clinic, one, data).hex()}")
                if plain[2 + CODER] in own or (there is not None and there[1 + CODER] in own):
                    work.own_rows.append(number)
            insert_stored(models.Assignment, ("clinic_id", "ref_index", *PLAIN, "sealed", *BROUGHT), new)
            update_stored(models.Assignment, (*PLAIN, "sealed", *BROUGHT), other)


CODER, PATIENT, BEGUN, ENDED = (PLAIN.index(name) for name in ("coder_id", "patient_index", "assigned_at", "ended_at"))


def _is_more(there: tuple[Any, ...], plain: tuple[Any, ...]) -> bool:
    """Whether a known row now opens a record for somebody, or for longer: then it was brought anew."""
    before, now = there[1:], plain[2:]
    same = all(before[at] == now[at] for at in (CODER, PATIENT))
    return not same or rules.widens((before[BEGUN], before[ENDED]), (now[BEGUN], now[ENDED]))


def _as_done_here(plain: Row, there: Row) -> Row:
    """A queue that only says "still open" doesn't undo what was done here: begun, held, coded, submitted; nor does one
    that says "submitted" open again what was closed since."""
    told, own = dict(zip(PLAIN, plain[2:], strict=True)), dict(zip(PLAIN, there[1:-4], strict=True))
    if told | {"state": rules.CLOSED} == own and told["state"] == rules.SUBMITTED:
        return (*plain[:2], *own.values())
    if there[-1] == 0 or told["state"] != rules.ASSIGNED:
        return plain
    kept = {name: own[name] for name in ("state", "coder_id", "assigned_at", "ended_at", "outcome")}
    return (*plain[:2], *(told | kept).values())


def _known(clinic: UUID) -> dict[bytes, tuple[Any, ...]]:
    """Rows by their index, as the database has them: the id, PLAIN, what is sealed, BROUGHT, the revision."""
    columns = ("ref_index", "id", *PLAIN, "sealed", *BROUGHT, "revision")
    rows = stored(models.Assignment.objects.filter(clinic_id=clinic), columns)
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
