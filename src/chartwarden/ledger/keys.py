"""The keys that sign a clinic's checkpoints: made, wrapped under the installation's master key, opened to sign."""

from __future__ import annotations

import os
from pathlib import Path
from uuid import UUID

from django.conf import settings

from chartwarden.kernel.keyring import Keyring, current_keyring
from chartwarden.ledger import models, outside
from chartwarden.ledger.checkpoint import SigningKey, VerifierKey
from chartwarden.ledger.rotation import KeyInForce


def keyring() -> Keyring:
    """The installation's master keys, as they are now. Raises InputRefused without one."""
    return current_keyring(settings.KEY_FILE, os.environ)


def origin(clinic: UUID) -> str:
    """The name of a clinic's ledger in checkpoints, and of its keys."""
    return f"chartwarden/{clinic}"


def outside_folder(clinic: UUID) -> Path:
    """Where a clinic's checkpoints are kept outside the database."""
    folder: Path = settings.DATA / outside.FOLDER / str(clinic)
    return folder


def keep(clinic: UUID, since: int, key: SigningKey) -> None:
    """Keep a new key, which signs from entry ``since`` on."""
    written = str(key.verifier)
    wrapped = keyring().wrap(key.private, _context(clinic, written))
    models.SigningKey.objects.create(clinic_id=clinic, since=since, verifier=written, wrapped=wrapped)


def newest(clinic: UUID) -> SigningKey:
    """The key that signs now. Raises SealBroken where the master key that wrapped it is gone."""
    row = models.SigningKey.objects.filter(clinic_id=clinic).order_by("-since")[0]
    private = keyring().unwrap(bytes(row.wrapped), _context(clinic, row.verifier))
    return SigningKey(origin(clinic), private)


def in_force(clinic: UUID, size: int | None = None) -> list[KeyInForce]:
    """The keys of a clinic in order; up to the one that signs a tree of ``size``, if that is given."""
    rows = models.SigningKey.objects.filter(clinic_id=clinic).order_by("since")
    rows = rows if size is None else rows.filter(since__lt=size)
    return [KeyInForce(row.since, VerifierKey.parse(row.verifier)) for row in rows]


def _context(clinic: UUID, verifier: str) -> bytes:
    return b"ledger-key" + clinic.bytes + verifier.encode()
