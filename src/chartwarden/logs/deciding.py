"""What becomes of a file that was read: it counts, it is discarded, or it is read once more."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from chartwarden.kernel.actors import Actor
from chartwarden.kernel.errors import refuse
from chartwarden.ledger.services import append
from chartwarden.logs import models, previews, rules, vault
from chartwarden.logs.fetching import feed_of
from chartwarden.logs.takers import takers


def count_import(*, clinic: UUID, upload: UUID, actor: Actor, at: datetime) -> None:
    """Have a file that was read count: a log for the review, a feed in the room that owns its table. Again: nothing.

    Raises Refused where it was not read, InputRefused where the feed can't be taken over.
    """
    with transaction.atomic():
        row = locked(clinic, upload)
        if row.state == rules.COUNTED:
            return
        row.state = rules.IMPORT.after(row.state, rules.COUNTED)
        taken = takers().get(row.kind)
        if taken is not None:
            with vault.scratch_folder() as scratch:
                taken(clinic=clinic, feed=feed_of(row, scratch), actor=actor, at=at)
        append(
            clinic=clinic,
            kind="logs.counted",
            actor=actor,
            at=at,
            subject={"import": str(row.id)},
            facts={
                "kind": row.kind,
                "sha256": previews.digest_of(row),
                "format": row.format,
                "rows": row.rows,
                "read": row.read,
                "quarantined": row.quarantined,
                "duplicates": row.duplicates,
                "first_at": row.first_at.isoformat() if row.first_at else None,
                "last_at": row.last_at.isoformat() if row.last_at else None,
            },
        )
        latest = models.LogImport.objects.filter(clinic_id=clinic).aggregate(latest=Max("revision"))["latest"]
        row.revision, row.decided_at, row.counts_when_read = (latest or 0) + 1, at, False
        row.save()
    if taken is not None:
        # The table holds the rows now; one copy of people's data less.
        for number in range(row.parts):
            vault.part(clinic, row.id, number).unlink(missing_ok=True)


def discard_import(*, clinic: UUID, upload: UUID, actor: Actor, at: datetime) -> None:
    """Destroy a file that does not count, with all that was read of it. Again: nothing. Raises Refused."""
    with transaction.atomic():
        row = locked(clinic, upload)
        if row.state == rules.DISCARDED:
            return
        row.state = rules.IMPORT.after(row.state, rules.DISCARDED)
        row.decided_at, row.preview, row.parts = at, None, 0
        row.save()
        append(
            clinic=clinic,
            kind="logs.discarded",
            actor=actor,
            at=at,
            subject={"import": str(row.id)},
            facts={"kind": row.kind, "sha256": previews.digest_of(row)},
        )
    vault.destroy(clinic, row.id)


def read_again(*, clinic: UUID, upload: UUID, actor: Actor, at: datetime) -> None:
    """Have a file read once more: after the workforce was imported, or a clinic's setting was put right.

    Raises Refused where it counts already or was discarded, InputRefused where the same file was sent anew meanwhile,
    or its bytes are gone.
    """
    with transaction.atomic():
        row = locked(clinic, upload)
        row.state = rules.IMPORT.after(row.state, rules.RECEIVED)
        others = models.LogImport.objects.filter(clinic_id=clinic, digest_index=row.digest_index).exclude(id=row.id)
        if others.exclude(state__in=rules.GONE).exists():
            raise refuse("the file", "to be here once", "a second one: it was sent anew meanwhile")
        if not vault.raw(clinic, row.id).exists():
            raise refuse("the file", "its bytes in the vault", "none: send it anew")
        row.preview, row.decided_at, row.attempts = None, None, 0
        row.save()
        append(
            clinic=clinic,
            kind="logs.read_again",
            actor=actor,
            at=at,
            subject={"import": str(row.id)},
            facts={"kind": row.kind},
        )


def locked(clinic: UUID, upload: UUID) -> models.LogImport:
    """The row of an import, kept from others until the transaction ends. Raises InputRefused where there is none."""
    rows = models.LogImport.objects.select_for_update().filter(clinic_id=clinic, id=upload)
    row: models.LogImport | None = rows.first()
    if row is None:
        raise refuse("import", "one of this clinic", "none of that id")
    return row
