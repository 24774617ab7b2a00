"""The clinic and its data keys."""

from __future__ import annotations

import uuid

from django.db import models


class Clinic(models.Model):
    """A covered entity; every other table's rows belong to one."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120)
    time_zone = models.CharField(max_length=64)
    holidays = models.CharField(max_length=16, default="US")
    grace_minutes = models.PositiveSmallIntegerField(default=15)
    idle_minutes = models.PositiveSmallIntegerField(default=15)
    review_due_days = models.PositiveSmallIntegerField(default=7)
    lookback_days = models.PositiveSmallIntegerField(default=28)
    reviews_from = models.DateField(null=True)
    thresholds = models.JSONField(default=dict)
    demo = models.BooleanField(default=False)
    opened_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class ReviewInputs(models.Model):
    """How often what a clinic's reviews are made from has changed; ``changed`` is the revision of each kind's last."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+")
    revision = models.BigIntegerField(default=0)
    changed = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["clinic"], name="one_review_inputs")]


class DataKey(models.Model):
    """A key that a clinic's identity data is sealed under, itself wrapped under a master key of the installation."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=16)
    wrapped = models.BinaryField()
    made_at = models.DateTimeField()

    class Meta:
        ordering = ("made_at", "id")


class Webhook(models.Model):
    """A place that is told of new ledger entries; its signing secret is sealed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+")
    url = models.CharField(max_length=500)
    secret = models.BinaryField()
    kinds = models.JSONField(default=list)
    next_index = models.BigIntegerField()
    attempts = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=80, blank=True)
    made_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("made_at", "id")
