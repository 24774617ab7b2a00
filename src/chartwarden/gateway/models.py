"""Who may come to the gateway: the tokens of opened assignments. What people are reminded of, and what they ask. How
far openings are pushed to a collector.
"""

from __future__ import annotations

import uuid

from django.db import models


class AccessToken(models.Model):
    """One opened assignment of one person, for minutes. ``digest`` is the SHA-256 of the token's text, which is kept
    nowhere. ``purpose`` is what the person stated when they opened it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey("clinics.Clinic", models.PROTECT, related_name="+")
    person = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    assignment = models.ForeignKey("assignments.Assignment", models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    purpose = models.CharField(max_length=40)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)


class Reminder(models.Model):
    """That a person knows, on a local day of the clinic, that openings are logged."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey("clinics.Clinic", models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey("people.Person", models.PROTECT, related_name="+", db_index=False)
    day = models.DateField()
    acknowledged_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["clinic", "person", "day"], name="one_reminder_a_day")]


class Inquiry(models.Model):
    """What somebody needs a record for that is neither coding nor quality review, put to the privacy officer in
    writing. ``kind`` says where such things belong. ``text`` and ``answer`` are sealed, and so are the salts of the
    ledger's commitments to them.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey("clinics.Clinic", models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey("people.Person", models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=16)
    asked_at = models.DateTimeField()
    text = models.BinaryField()
    text_salt = models.BinaryField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    answer = models.BinaryField(null=True)
    answer_salt = models.BinaryField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["clinic", "asked_at"], condition=models.Q(closed_at=None), name="inquiry_that_waits"),
            models.Index(fields=["clinic", "person", "asked_at"], name="inquiry_by_person"),
        ]


class AuditFeed(models.Model):
    """How far a clinic's openings are told to its audit record repository: ``next_index`` is the first entry of the
    ledger that it has not confirmed. ``target`` is its host and port."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey("clinics.Clinic", models.PROTECT, related_name="+", db_index=False)
    target = models.CharField(max_length=300, blank=True)
    next_index = models.BigIntegerField(default=0)
    attempts = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["clinic"], name="one_audit_feed")]
