"""The ledger's tables. Entries, tiles, checkpoints and keys are only ever added: triggers refuse everything else.

``clinic_id`` is no foreign key, since the ledger stands below the clinics; row-level security goes by its name.
"""

from __future__ import annotations

from django.db import models


class Entry(models.Model):
    """One entry. ``body`` is its canonical JSON, whose UTF-8 bytes are the leaf; ``at`` and ``kind`` are copies of
    what it says, to be searched by.
    """

    pk = models.CompositePrimaryKey("clinic_id", "index")
    clinic_id = models.UUIDField()
    index = models.BigIntegerField()
    at = models.DateTimeField()
    kind = models.CharField(max_length=100)
    body = models.TextField()
    leaf_hash = models.BinaryField()

    class Meta:
        indexes = [models.Index(fields=["clinic_id", "kind", "index"], name="ledger_entry_kind")]


class Head(models.Model):
    """Where a clinic's tree has grown to. Its row is the lock that appends queue up for."""

    clinic_id = models.UUIDField(primary_key=True)
    size = models.BigIntegerField()
    frontier = models.BinaryField()


class Tile(models.Model):
    """A full tile: its 256 hashes, and their root, which is a hash of the tile above."""

    pk = models.CompositePrimaryKey("clinic_id", "level", "number")
    clinic_id = models.UUIDField()
    level = models.SmallIntegerField()
    number = models.BigIntegerField()
    hashes = models.BinaryField()
    root = models.BinaryField()


class SigningKey(models.Model):
    """A key that signs from the entry on that brought it; its private half wrapped under the master key."""

    pk = models.CompositePrimaryKey("clinic_id", "since")
    clinic_id = models.UUIDField()
    since = models.BigIntegerField()
    verifier = models.CharField(max_length=200)
    wrapped = models.BinaryField()


class Checkpoint(models.Model):
    """A signed head, as its note."""

    pk = models.CompositePrimaryKey("clinic_id", "size")
    clinic_id = models.UUIDField()
    size = models.BigIntegerField()
    at = models.DateTimeField()
    root = models.BinaryField()
    note = models.TextField()
