"""New keys in the place of old ones; what the old ones sealed still opens.

A new data key seals from now on. A new master key wraps every clinic's keys anew; once none is left under an old one,
that can be taken out of the key file and destroyed.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.db import transaction

from chartwarden.clinics import keys, models
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.sealing import Keyring, add_key
from chartwarden.ledger.services import append, rotate_key


def rotate_data_key(*, clinic: UUID, actor: Actor, at: datetime) -> UUID:
    """A new key that seals this clinic's data from now on. Returns its id. The index key never changes."""
    with transaction.atomic():
        made = keys.add_data_key(clinic, keys.DATA, at)
        subject = {"clinic": str(clinic), "key": str(made)}
        append(clinic=clinic, kind="clinics.data_key_rotated", actor=actor, at=at, subject=subject)
    transaction.on_commit(keys.tell_others)
    return made


def add_master_key(key_file: Path) -> Keyring:
    """Put a new master key before those of the key file, durably, and use it from now on. Raises InputRefused.

    Other processes of this data folder see it with the next key that they wrap or unwrap.
    """
    ring = add_key(key_file)
    keys.tell_others()
    return ring


def rewrap_keys(*, clinic: UUID, actor: Actor, at: datetime) -> int:
    """Wrap a clinic's keys under the newest master key. Returns how many were not yet; again is harmless.

    The ledger's tables are only added to: it gets a new signing key instead, which the old one vouches for.
    """
    ring, wrapped = keys.keyring(), 0
    with transaction.atomic():
        for row in models.DataKey.objects.select_for_update().filter(clinic_id=clinic):
            if not ring.is_newest(bytes(row.wrapped)):
                context = keys.wrapping_context(clinic, row.purpose, row.id)
                row.wrapped = ring.wrap(ring.unwrap(bytes(row.wrapped), context), context)
                row.save(update_fields=["wrapped"])
                wrapped += 1
        if wrapped:
            facts = {"keys": wrapped, "master_key": ring.ids[0].hex()}
            subject = {"clinic": str(clinic)}
            rotate_key(clinic=clinic, actor=actor, at=at)
            append(clinic=clinic, kind="clinics.keys_rewrapped", actor=actor, at=at, subject=subject, facts=facts)
    return wrapped
