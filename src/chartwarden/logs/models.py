"""What was imported: one row a file, whatever became of it."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q


class LogImport(models.Model):
    """An access log or a feed, from its first byte until it counts.

    ``name``, ``facts`` and ``preview`` are sealed: a file's name and its faults may speak of a patient. ``key`` is the
    data key of its sealed files. ``digest_index`` is the blind index of the plaintext's SHA-256, by which the same
    file is known again. ``revision`` numbers what counts, clinic by clinic, among all that reviews are made from.
    ``lease`` is whose reading is under way, and ``lease_until`` when another may take it over. ``attempts`` counts
    readings that were begun since one last ended, ``failures`` those at which the program failed. Instants and lengths
    are of the plaintext.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey("clinics.Clinic", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=32, blank=True)
    source = models.CharField(max_length=8)
    state = models.CharField(max_length=12)
    name = models.BinaryField()
    key = models.UUIDField()
    digest_index = models.BinaryField(max_length=32, null=True)
    facts = models.BinaryField(null=True)
    size = models.BigIntegerField(default=0)
    received_bytes = models.BigIntegerField(default=0)
    uploaded_by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")
    actor = models.CharField(max_length=64)
    begun_at = models.DateTimeField()
    received_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    counts_when_read = models.BooleanField(default=False)
    held = models.CharField(max_length=300, blank=True)
    format = models.CharField(max_length=64, blank=True)
    first_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField(null=True)
    rows = models.BigIntegerField(default=0)
    read = models.BigIntegerField(default=0)
    quarantined = models.BigIntegerField(default=0)
    duplicates = models.BigIntegerField(default=0)
    parts = models.PositiveSmallIntegerField(default=0)
    preview = models.BinaryField(null=True)
    revision = models.PositiveIntegerField(null=True)
    lease = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    failures = models.PositiveSmallIntegerField(default=0)
    stage = models.CharField(max_length=80, blank=True)
    fraction = models.FloatField(default=0)

    class Meta:
        ordering = ("-begun_at", "id")
        indexes = [models.Index(fields=["clinic", "state", "kind"], name="imports_by_state")]
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "digest_index"],
                condition=~Q(state__in=["discarded", "refused"]),
                name="one_import_a_file",
            ),
            models.UniqueConstraint(fields=["clinic", "revision"], name="one_import_a_revision"),
        ]
