"""Unsealing what counts, for the review."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from chartwarden.clinics.services import data_key
from chartwarden.kernel.sealing import open_sealed_file, unseal_file
from chartwarden.logs import models, previews, rules, vault
from chartwarden.logs.contracts import FeedRead, QuarantinedRow, StoredLog


def fetch_logs(clinic: UUID, begins: datetime | None, ends: datetime | None, scratch: Path) -> list[StoredLog]:
    """Unseal the canonical Parquet of every counted log that touches a stretch of time into ``scratch``.

    Instants are aware, or naive UTC; None is no limit. In the order in which they were counted, which ``gather`` goes
    by. Raises SealBroken where a kept file was changed.
    """
    rows = models.LogImport.objects.filter(clinic_id=clinic, kind=rules.LOG, state=rules.COUNTED)
    if begins is not None:
        rows = rows.filter(last_at__gte=_aware(begins))
    if ends is not None:
        rows = rows.filter(first_at__lt=_aware(ends))
    return [_stored(row, scratch) for row in rows.order_by("revision")]


def kept_feed(clinic: UUID, name: str, scratch: Path) -> FeedRead | None:
    """The newest counted file of a feed, unsealed; None where there is none, or a room has taken it into its tables."""
    rows = models.LogImport.objects.filter(clinic_id=clinic, kind=name, state=rules.COUNTED)
    row = rows.order_by("-revision").first()
    return feed_of(row, scratch) if row and row.parts else None


def feed_of(row: models.LogImport, scratch: Path) -> FeedRead:
    """A feed that was read, unsealed into ``scratch``."""
    preview = previews.preview_of(row)
    target = scratch / f"{row.kind}.parquet"
    _unsealed(row, 0, target)
    return FeedRead(target, preview.counts[0], quarantined_rows(row), preview.present, preview.guessed)


def quarantined_rows(row: models.LogImport) -> tuple[QuarantinedRow, ...]:
    """All rows of an import in quarantine."""
    path = vault.quarantine(row.clinic_id, row.id)
    if not path.exists():
        return ()
    key = data_key(row.clinic_id, vault.PURPOSE, row.key)
    with open_sealed_file(path, key, vault.context(row.id, "quarantine")) as sealed:
        return previews.quarantine_rows(b"".join(sealed.chunks()))


def _stored(row: models.LogImport, scratch: Path) -> StoredLog:
    preview = previews.preview_of(row)
    files = []
    for number in range(row.parts):
        target = scratch / f"kept-{row.id}-{number}.parquet"
        _unsealed(row, number, target)
        files.append(target)
    return StoredLog(tuple(files), preview.counts, quarantined_rows(row), preview.not_accesses)


def _unsealed(row: models.LogImport, number: int, target: Path) -> None:
    key = data_key(row.clinic_id, vault.PURPOSE, row.key)
    unseal_file(vault.part(row.clinic_id, row.id, number), key, target, vault.context(row.id, f"part {number}"))


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
