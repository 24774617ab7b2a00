"""A clinic's own keys: wrapped under the installation's master key, opened once a process.

What is sealed begins with the id of its data key, so that a newer key can seal while older ones still open. The index
key is never changed: it only makes look-ups, and a change would have every row looked up anew. Destroying a clinic's
keys destroys what they sealed (NIST SP 800-88, cryptographic erase).
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from uuid import UUID, uuid4

from django.conf import settings

from chartwarden.clinics import models
from chartwarden.kernel import sealing
from chartwarden.kernel.keyring import current_keyring, stamp

DATA, INDEX = "data", "index"
CHANGED = "keys.changed"
"""The file in the data folder that is written anew when keys were changed."""
_noticed: tuple[int, ...] = ()
ID_BYTES = 16


def keyring() -> sealing.Keyring:
    """The installation's master keys as they are now, from CHARTWARDEN_KEYS or the key file. Raises InputRefused."""
    return current_keyring(settings.KEY_FILE, os.environ)


def tell_others() -> None:
    """Let the other processes of this data folder know that keys were changed, and forget what this one has opened."""
    (settings.DATA / CHANGED).write_bytes(os.urandom(8).hex().encode())
    forget()


def notice_others() -> None:
    """Let go of opened keys where another process has changed some."""
    global _noticed
    now = stamp(settings.DATA / CHANGED)
    if now != _noticed:
        forget()
        _noticed = now


def make_keys(clinic: UUID, at: datetime) -> None:
    """A clinic's first keys, written in the caller's transaction."""
    for purpose in (DATA, INDEX):
        add_data_key(clinic, purpose, at)


def add_data_key(clinic: UUID, purpose: str, at: datetime) -> UUID:
    """One more key: the newest seals from now on."""
    identity = uuid4()
    wrapped = keyring().wrap(sealing.new_data_key(), wrapping_context(clinic, purpose, identity))
    models.DataKey.objects.create(id=identity, clinic_id=clinic, purpose=purpose, wrapped=wrapped, made_at=at)
    forget()
    return identity


def forget() -> None:
    """Let go of opened keys: after a rotation, and between tests."""
    for kept in (_opened, _sealing_key, _sealer, _indexer):
        kept.cache_clear()


def seal(clinic: UUID, purpose: str, data: bytes, place: bytes = b"") -> bytes:
    """Seal under the clinic's newest data key. Opens only for the same clinic and purpose; and where a ``place`` is
    given (which row, which field of it), for that place alone, so that values can't be exchanged."""
    identity, _ = _newest(clinic, DATA, purpose)
    return identity.bytes + _sealer(clinic, purpose, identity.bytes).seal(data, place)


def unseal(clinic: UUID, purpose: str, sealed: bytes | memoryview, place: bytes = b"") -> bytes:
    """What ``seal`` was given. Raises SealBroken. What was sealed before places were kept opens for any."""
    kept = bytes(sealed)
    return _sealer(clinic, purpose, kept[:ID_BYTES]).open(kept[ID_BYTES:], place)


def unseal_many(clinic: UUID, purpose: str, sealed: Iterable[bytes]) -> list[bytes]:
    """Many values that were sealed without a place, in their order. Raises SealBroken."""
    identity, sealer, found = b"", None, []
    for kept in sealed:
        if sealer is None or not kept.startswith(identity):
            identity = kept[:ID_BYTES]
            sealer = _sealer(clinic, purpose, identity)
        found.append(sealer.open(kept[ID_BYTES:]))
    return found


def newest_data_key(clinic: UUID, purpose: str) -> tuple[UUID, bytes]:
    """The key that seals files of one purpose now, and its id, which is kept beside the file's name."""
    return _newest(clinic, DATA, purpose)


def keys_that_stay_shut(clinic: UUID) -> int:
    """How many of a clinic's keys the master keys don't open: none, where they are the right ones."""
    shut = 0
    for row in models.DataKey.objects.filter(clinic_id=clinic):
        try:
            keyring().unwrap(bytes(row.wrapped), wrapping_context(clinic, row.purpose, row.id))
        except sealing.SealBroken:
            shut += 1
    return shut


@lru_cache(maxsize=1024)
def _opened(clinic: UUID, identity: UUID) -> bytes:
    row = models.DataKey.objects.filter(id=identity, clinic_id=clinic).first()
    if row is None:
        raise sealing.SealBroken("sealed under a key that this clinic does not have")
    return keyring().unwrap(bytes(row.wrapped), wrapping_context(clinic, row.purpose, row.id))


def data_key(clinic: UUID, purpose: str, identity: UUID) -> bytes:
    """The key of that id for one purpose. Raises SealBroken where the clinic has none of that id."""
    return sealing.subkey(_opened(clinic, identity), purpose.encode())


def blind_index(clinic: UUID, purpose: str, text: str) -> bytes:
    """16 bytes by which an exact text is found again without keeping it."""
    return _indexer(clinic, purpose).index(text)


@lru_cache(maxsize=1024)
def _sealer(clinic: UUID, purpose: str, identity: bytes) -> sealing.Sealer:
    return sealing.Sealer(data_key(clinic, purpose, UUID(bytes=identity)), _purpose(clinic, purpose))


@lru_cache(maxsize=256)
def _indexer(clinic: UUID, purpose: str) -> sealing.Indexer:
    return sealing.Indexer(_newest(clinic, INDEX, purpose)[1], _purpose(clinic, purpose))


@lru_cache(maxsize=256)
def _sealing_key(clinic: UUID, kind: str, purpose: str) -> tuple[UUID, bytes]:
    row = models.DataKey.objects.filter(clinic_id=clinic, purpose=kind).order_by("-made_at", "-id").first()
    if row is None:
        raise sealing.SealBroken("this clinic has no key: it was destroyed, or the clinic is another one")
    return row.id, data_key(clinic, purpose, row.id)


def _newest(clinic: UUID, kind: str, purpose: str) -> tuple[UUID, bytes]:
    notice_others()
    return _sealing_key(clinic, kind, purpose)


def wrapping_context(clinic: UUID, purpose: str, identity: UUID) -> bytes:
    """What a wrapped key is bound to: it opens for this clinic, purpose and id alone."""
    return b"chartwarden data key" + clinic.bytes + purpose.encode() + identity.bytes


def _purpose(clinic: UUID, purpose: str) -> bytes:
    return clinic.bytes + purpose.encode()


def seal_for_installation(purpose: str, data: bytes) -> bytes:
    """Seal what belongs to no clinic, such as a second factor's secret: wrapped under the newest master key."""
    key = sealing.new_data_key()
    wrapped = keyring().wrap(key, _installation(purpose))
    return len(wrapped).to_bytes(2, "big") + wrapped + sealing.seal(key, data, _installation(purpose))


def open_for_installation(purpose: str, sealed: bytes | memoryview) -> bytes:
    """What ``seal_for_installation`` was given. Raises SealBroken."""
    kept = bytes(sealed)
    end = 2 + int.from_bytes(kept[:2], "big")
    key = keyring().unwrap(kept[2:end], _installation(purpose))
    return sealing.open_sealed(key, kept[end:], _installation(purpose))


def _installation(purpose: str) -> bytes:
    return b"chartwarden installation " + purpose.encode()
