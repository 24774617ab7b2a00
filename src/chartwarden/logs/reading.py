"""Reading a received file in the background: unsealed to scratch, read, shown, its rows sealed again.

A worker holds a lease while it reads and renews it every second; when it is killed, another takes the reading over
once the lease has run out, and does all of it again under the same names. Only the last step writes what was found,
and only for whoever holds the lease.
"""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import duckdb
from django.db import transaction
from django.db.models import F, Q

from chartwarden.clinics.queries import clinic as clinic_of
from chartwarden.clinics.services import across_clinics, acting_in, data_key
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.decisions import Refused
from chartwarden.kernel.disk import is_full
from chartwarden.kernel.errors import InputRefused, refuse
from chartwarden.kernel.sealing import SealBroken, SealedWriter, open_sealed_file, seal_file
from chartwarden.ledger.services import append
from chartwarden.logs import models, previews, rules, vault
from chartwarden.logs.access_logs import read_log
from chartwarden.logs.catalogue import FEEDS
from chartwarden.logs.contracts import FeedRead, LogRead, QuarantinedRow
from chartwarden.logs.deciding import count_import, hold_import
from chartwarden.logs.feed_reading import read_feed
from chartwarden.logs.import_contracts import Preview
from chartwarden.logs.listing import acquaintance
from chartwarden.logs.receiving import plain_name
from chartwarden.people.queries import by_code

LEASE = timedelta(seconds=60)
BEAT = 1.0
MOST_ATTEMPTS = 5
BYTES_A_SECOND = 20 << 20
"""About how fast a file is read: only the progress bar stands on it."""
WORKER = Actor.of_system("worker")


@dataclass(frozen=True)
class Claimed:
    """An import that this worker may read, until its lease runs out."""

    clinic: UUID
    id: UUID
    lease: UUID


@dataclass
class Watched:
    """Progress of a reading, written by the thread that reads and looked at by the one that holds the lease."""

    stage_name: str = "opening the file"
    done: int = 0
    since: float = field(default_factory=time.monotonic)
    size: int = 0

    def stage(self, name: str, total: int | None = None) -> None:  # noqa: ARG002  kernel.progress
        """A new stage begins. A file's own name is not told: it may speak of a patient."""
        self.stage_name = "reading the rows" if name.startswith("reading ") else name
        self.since = time.monotonic()

    def advance(self, amount: int) -> None:
        """So many more bytes are unsealed."""
        self.done += amount

    @property
    def fraction(self) -> float:
        """How much is done, from 0 to 1: what is unsealed exactly, what is read by the time it usually takes."""
        unsealed = 0.2 * min(1.0, self.done / max(self.size, 1))
        if self.stage_name != "reading the rows":
            return 0.85 if self.stage_name.startswith(("looking", "keeping")) else unsealed
        usual = max(self.size / BYTES_A_SECOND, 0.5)
        return 0.2 + 0.65 * min(0.97, (time.monotonic() - self.since) / usual)


def next_claim(at: datetime) -> Claimed | None:
    """Claim the next import that waits to be read, or whose reading was broken off; staff and patients come first."""
    open_ones = Q(state=rules.RECEIVED) | Q(state=rules.READING, lease_until__lt=at)
    with across_clinics():
        waiting = models.LogImport.objects.filter(open_ones).values_list("id", "clinic_id", "kind", "received_at")
        for identity, clinic, _, _ in sorted(waiting, key=lambda row: (row[2] not in rules.FIRST, row[3], row[0])):
            lease = uuid4()
            claimed = models.LogImport.objects.filter(open_ones, id=identity).update(
                state=rules.READING,
                lease=lease,
                lease_until=at + LEASE,
                attempts=F("attempts") + 1,
                stage="opening the file",
                fraction=0,
            )
            if claimed:
                return Claimed(clinic, identity, lease)
    return None


def read_next(at: datetime) -> int:
    """Read one import that waits, and count it at once where that was asked for. Returns how many were read."""
    claimed = next_claim(at)
    if claimed is None:
        return count_next(at)
    with acting_in(claimed.clinic):
        read_claimed(claimed, at)
    count_next(at)
    return 1


def count_next(at: datetime) -> int:
    """Count what was read and was to count at once: also what a killed worker had read. Returns how many.

    What looks like another clinic's log, and what nobody may count by their own hand, is held for a person instead.
    """
    with across_clinics():
        waiting = models.LogImport.objects.filter(state=rules.READ, counts_when_read=True)
        found = list(waiting.order_by("read_at", "id").values_list("clinic_id", "id", "actor", "uploaded_by"))
    for clinic, identity, ref, person in found:
        with acting_in(clinic):
            try:
                why = _foreign(clinic, identity)
                if not why:
                    count_import(clinic=clinic, upload=identity, actor=Actor(ref, person), at=at)
            except Refused as no:
                why = no.decision.reason
            except InputRefused as told:
                _refuse(models.LogImport.objects.get(id=identity, clinic_id=clinic), told, at)
                continue
            if why:
                hold_import(clinic=clinic, upload=identity, why=why, actor=WORKER, at=at)
    return len(found)


def _foreign(clinic: UUID, identity: UUID) -> str:
    """Why a log does not count by itself: it looks like another clinic's. Empty where it does not, or is no log."""
    row = models.LogImport.objects.get(id=identity, clinic_id=clinic)
    return acquaintance(clinic, previews.preview_of(row)).sentence if row.kind == rules.LOG else ""


def read_claimed(claimed: Claimed, at: datetime) -> None:
    """Read a claimed import to its end, whatever that is."""
    row = models.LogImport.objects.get(id=claimed.id, clinic_id=claimed.clinic)
    started = time.monotonic()
    try:
        if row.attempts > MOST_ATTEMPTS:
            raise refuse("the file", "to be read in one go", f"its reading broke off {row.attempts - 1} times")
        outcome = _outcome(row, claimed, at, started)
    except InputRefused as told:
        _refuse(row, told, at, claimed.lease)
        return
    except SealBroken:
        changed = refuse("the kept file", "the bytes as they were received", "others: the file was changed on the disk")
        _refuse(row, changed, at, claimed.lease)
        return
    except OSError as fault:
        plain = vault.told_plainly(fault)
        if not isinstance(plain, InputRefused):
            raise
        _wait_for_room(claimed, at)
        return
    except duckdb.IOException as fault:
        if not is_full(fault):
            raise
        _wait_for_room(claimed, at)
        return
    _keep(row, claimed, outcome, at + timedelta(seconds=time.monotonic() - started))


def _wait_for_room(claimed: Claimed, at: datetime) -> None:
    """Nothing is wrong with the file: it is tried again in a minute, until the disk has room."""
    _set(claimed, lease_until=at + LEASE, stage="waiting for room: the disk is full", fraction=0, attempts=0)


@dataclass(frozen=True)
class _Outcome:
    preview: Preview
    read: LogRead | FeedRead
    quarantined: tuple[QuarantinedRow, ...]
    parts: int


def _outcome(row: models.LogImport, claimed: Claimed, at: datetime, started: float) -> _Outcome:
    clinic = clinic_of(row.clinic_id)
    if clinic is None:
        raise refuse("the clinic", "one of this installation", "none")
    key = data_key(row.clinic_id, vault.PURPOSE, row.key)
    name = previews.name_of(row)
    people = frozenset(by_code(row.clinic_id)) if row.kind != rules.LOG else frozenset()
    watched = Watched(size=row.size)
    with vault.scratch_folder() as scratch, ThreadPoolExecutor(1) as reader:
        work = reader.submit(
            _read, row.kind, row.clinic_id, row.id, key, name, clinic.time_zone, people, scratch, watched
        )
        while not _done(work):
            beaten = at + timedelta(seconds=time.monotonic() - started)
            _set(claimed, lease_until=beaten + LEASE, stage=watched.stage_name, fraction=watched.fraction)
        return work.result()


def _done(work: Future[_Outcome]) -> bool:
    try:
        work.exception(timeout=BEAT)
    except NotYet:
        return False
    return True


def _read(
    kind: str,
    clinic: UUID,
    identity: UUID,
    key: bytes,
    name: str,
    zone: ZoneInfo,
    people: frozenset[str],
    scratch: Path,
    watched: Watched,
) -> _Outcome:
    """The long part, in a thread of its own, which asks no database of ours anything."""
    inputs, made = scratch / "in", scratch / "out"
    inputs.mkdir()
    made.mkdir()
    path = inputs / plain_name(name)
    with (
        open_sealed_file(vault.raw(clinic, identity), key, vault.context(identity, "raw")) as sealed,
        path.open("wb") as out,
    ):
        for chunk in sealed.chunks():
            out.write(chunk)
            watched.advance(len(chunk))
    read: LogRead | FeedRead
    if kind == rules.LOG:
        log = read_log([path], zone, made, watched)
        read, files, quarantined, preview = log, log.parquet, log.quarantined, previews.of_log(log)
    else:
        feed = next(feed for feed in FEEDS if feed.name == kind)
        table = read_feed(feed, path, zone, made, watched, people)
        _refuse_unreadable(table)
        read, files, quarantined = table, (table.parquet,), table.quarantined
        preview = previews.of_feed(rules.TITLES[kind], table)
    watched.stage("keeping what was read")
    for number, file in enumerate(files):
        target = vault.prepared(vault.part(clinic, identity, number))
        seal_file(file, target, key, vault.context(identity, f"part {number}"))
    _seal_quarantine(clinic, identity, key, quarantined)
    return _Outcome(preview, read, quarantined, len(files))


def _refuse_unreadable(table: FeedRead) -> None:
    """A feed of which not one row can be read is refused, as such a log is."""
    if table.quarantined and not table.count.read:
        first = table.quarantined[0]
        raise refuse(
            f"{table.count.name}, line {first.line}", "rows of which some can be read", f"none: {first.reason}"
        )


def _seal_quarantine(clinic: UUID, identity: UUID, key: bytes, rows: tuple[QuarantinedRow, ...]) -> None:
    target = vault.prepared(vault.quarantine(clinic, identity))
    target.unlink(missing_ok=True)
    if rows:
        with SealedWriter(target, key, vault.context(identity, "quarantine")) as sealed:
            sealed.write(previews.quarantine_bytes(rows))
            sealed.finish()


def _keep(row: models.LogImport, claimed: Claimed, outcome: _Outcome, at: datetime) -> None:
    counts = outcome.preview.counts
    log = outcome.read if isinstance(outcome.read, LogRead) else None
    found = {
        "state": rules.IMPORT.after(rules.READING, rules.READ),
        "read_at": at,
        "format": log.format if log else "feed",
        "first_at": _aware(log.first_at) if log else None,
        "last_at": _aware(log.last_at) if log else None,
        "rows": sum(count.rows for count in counts),
        "read": sum(count.read for count in counts),
        "quarantined": sum(count.quarantined for count in counts),
        "duplicates": sum(count.duplicates for count in counts),
        "parts": outcome.parts,
        "preview": previews.sealed(row.clinic_id, outcome.preview),
        "lease": None,
        "lease_until": None,
        "stage": "",
        "fraction": 1,
        "attempts": 0,
    }
    _set(claimed, **found)


def _aware(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment else None


def _refuse(row: models.LogImport, told: InputRefused, at: datetime, lease: UUID | None = None) -> None:
    found = {
        "state": rules.IMPORT.after(row.state, rules.REFUSED),
        "decided_at": at,
        "preview": previews.sealed_faults(row.clinic_id, previews.Faults.of(told)),
        "lease": None,
        "lease_until": None,
        "stage": "",
        "counts_when_read": False,
    }
    with transaction.atomic():
        held = models.LogImport.objects.filter(id=row.id, clinic_id=row.clinic_id, lease=lease)
        if held.update(**found):
            append(
                clinic=row.clinic_id,
                kind="logs.refused",
                actor=WORKER,
                at=at,
                subject={"import": str(row.id)},
                facts={"kind": row.kind, "sha256": previews.digest_of(row), "faults": len(told.faults)},
            )


def _set(claimed: Claimed, **values: object) -> None:
    """Write to the row while the lease is ours; a reading that was taken over writes nothing."""
    held = models.LogImport.objects.filter(id=claimed.id, clinic_id=claimed.clinic, lease=claimed.lease)
    held.update(**values)
