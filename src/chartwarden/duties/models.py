"""What was closed by hand, and whom a mail has reminded."""

from __future__ import annotations

import uuid

from django.db import models


class Closing(models.Model):
    """One occurrence of a duty, done: by whom, when, with a sealed note and the SHA-256 of a file that shows it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey("clinics.Clinic", models.PROTECT, related_name="+")
    duty = models.CharField(max_length=64)
    day = models.DateField()
    person = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField()
    entry = models.BigIntegerField()
    note = models.BinaryField()
    salt = models.BinaryField()
    evidence = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ("-closed_at", "id")
        constraints = [models.UniqueConstraint(fields=["clinic", "duty", "day"], name="one_closing_an_occurrence")]


class Reminder(models.Model):
    """That people were reminded of an occurrence, once when it came round and once when it was overdue."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey("clinics.Clinic", models.PROTECT, related_name="+")
    duty = models.CharField(max_length=64)
    day = models.DateField()
    step = models.CharField(max_length=16)
    sent_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["clinic", "duty", "day", "step"], name="one_reminder_a_step")]
