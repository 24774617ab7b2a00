"""What becomes of a file that was read: it counts, it is discarded, or it is read once more."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from chartwarden.clinics.services import inputs_changed
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.decisions import require
from chartwarden.kernel.errors import refuse
from chartwarden.ledger.services import append
from chartwarden.logs import models, previews, rules, vault
from chartwarden.logs.fetching import feed_of, kept_feed
from chartwarden.logs.own_rows import COMPARED, own_rows
from chartwarden.logs.takers import takers

LONGEST_REASON = 300


def count_import(*, clinic: UUID, upload: UUID, actor: Actor, at: datetime) -> None:
    """Have a file that was read count: a log for the review, a feed in the room that owns its table. Again: nothing.

    Raises Refused where it was not read, or gives work or a permission to the actor; InputRefused where the feed can't
    be taken over.
    """
    with transaction.atomic():
        row = locked(clinic, upload)
        if row.state == rules.COUNTED:
            return
        row.state = rules.IMPORT.after(row.state, rules.COUNTED)
        if row.kind in COMPARED and actor.person:
            require(rules.may_permit(row.kind, _own_rows(row, actor.person)))
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
        row.revision, row.decided_at = inputs_changed(clinic, row.kind), at
        row.counts_when_read, row.held = False, ""
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
        row.preview, row.decided_at, row.held = None, None, ""
        row.attempts, row.failures = 0, 0
        row.save()
        append(
            clinic=clinic,
            kind="logs.read_again",
            actor=actor,
            at=at,
            subject={"import": str(row.id)},
            facts={"kind": row.kind},
        )


def hold_import(*, clinic: UUID, upload: UUID, why: str, actor: Actor, at: datetime) -> None:
    """Have a file that was to count by itself wait for a person, and keep why in a sentence that names nobody."""
    with transaction.atomic():
        row = locked(clinic, upload)
        if row.state != rules.READ or not row.counts_when_read:
            return
        row.counts_when_read, row.held = False, why[:LONGEST_REASON]
        row.save(update_fields=["counts_when_read", "held"])
        append(
            clinic=clinic,
            kind="logs.held",
            actor=actor,
            at=at,
            subject={"import": str(row.id)},
            facts={"kind": row.kind, "sha256": previews.digest_of(row)},
        )


def _own_rows(row: models.LogImport, person: UUID) -> list[int]:
    with vault.scratch_folder() as scratch, vault.scratch_folder() as beside:
        before = kept_feed(row.clinic_id, row.kind, beside)
        return own_rows(row.clinic_id, person, row.kind, feed_of(row, scratch), before)


def locked(clinic: UUID, upload: UUID) -> models.LogImport:
    """The row of an import, kept from others until the transaction ends. Raises InputRefused where there is none."""
    rows = models.LogImport.objects.select_for_update().filter(clinic_id=clinic, id=upload)
    row: models.LogImport | None = rows.first()
    if row is None:
        raise refuse("import", "one of this clinic", "none of that id")
    return row
