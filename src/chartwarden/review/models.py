"""Reviews, cases, questions, dispositions, and each person's judged accesses. What tells of people lies sealed."""

from __future__ import annotations

import uuid

from django.db import models


class Review(models.Model):
    """One week of a clinic, Monday to Sunday in its zone, read and signed.

    ``state`` by ``rules.REVIEW``. ``revision`` is that of the inputs which the summary was made from; 0 before the
    first. ``run`` says what the engine does about it now: idle, running, failed. ``amends`` is the signed review of the
    same week that this one adds to. ``document`` is the signed JSON, sealed; ``document_digest`` its SHA-256.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey("clinics.Clinic", models.PROTECT, related_name="+")
    first_day = models.DateField()
    last_day = models.DateField()
    due_at = models.DateTimeField()
    state = models.CharField(max_length=8, default="open")
    amends = models.OneToOneField("self", models.PROTECT, null=True, related_name="amended_by")
    opened_at = models.DateTimeField()
    revision = models.BigIntegerField(default=0)
    refreshed_at = models.DateTimeField(null=True)
    run = models.CharField(max_length=8, default="idle")
    run_until = models.DateTimeField(null=True)
    run_stage = models.CharField(max_length=120, blank=True)
    run_fault = models.TextField(blank=True)
    accesses = models.PositiveIntegerField(default=0)
    explained = models.PositiveIntegerField(default=0)
    summary = models.BinaryField(null=True)
    signed_at = models.DateTimeField(null=True)
    signed_by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")
    document = models.BinaryField(null=True)
    document_digest = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ("-first_day", "-opened_at")
        indexes = [models.Index(fields=["clinic", "first_day"], name="review_by_week")]
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "first_day"], condition=models.Q(amends=None), name="one_review_a_week"
            )
        ]


class CaseRecord(models.Model):
    """A case of a review. ``digest`` is the engine's id of what it holds; ``revision`` grows with every change.

    ``coder`` is None for a login that is no one person's; it lies in ``head``, and ``holders`` are those who hold it.
    ``withdrawn_for`` names the kinds of inputs that had changed when it was no longer found, or ``another_week``.
    ``head`` (what a list shows) and ``body`` (the whole case) lie sealed. ``reopens`` is the decided case of a signed
    review that this one takes up again.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey("clinics.Clinic", models.PROTECT, related_name="+")
    review = models.ForeignKey(Review, models.PROTECT, related_name="cases")
    digest = models.CharField(max_length=64)
    rank = models.PositiveIntegerField()
    score = models.FloatField()
    coder = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")
    coder_index = models.BinaryField(max_length=32)
    patient_index = models.BinaryField(max_length=32, null=True)
    holders = models.JSONField(default=list)
    detectors = models.JSONField(default=list)
    alike = models.CharField(max_length=64)
    suggested = models.CharField(max_length=32)
    state = models.CharField(max_length=9, default="open")
    outcome = models.CharField(max_length=10, blank=True)
    revision = models.PositiveIntegerField(default=1)
    head = models.BinaryField()
    body = models.BinaryField()
    opened_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_for = models.JSONField(default=list)
    reopens = models.OneToOneField("self", models.PROTECT, null=True, related_name="reopened_as")

    class Meta:
        ordering = ("rank", "id")
        indexes = [
            models.Index(fields=["review", "state", "rank"], name="cases_of_review"),
            models.Index(fields=["review", "rank", "id", "state"], name="cases_in_order"),
            models.Index(fields=["clinic", "coder_index"], name="cases_of_coder"),
            models.Index(fields=["clinic", "digest"], name="cases_by_digest"),
        ]
        constraints = [models.UniqueConstraint(fields=["review", "digest"], name="one_case_a_digest")]


class Question(models.Model):
    """A written question about a case, and its answer. Texts lie sealed, and so do the salts of their commitments."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey("clinics.Clinic", models.PROTECT, related_name="+")
    case = models.ForeignKey(CaseRecord, models.PROTECT, related_name="questions")
    to = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    asked_by = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    text = models.BinaryField()
    salt = models.BinaryField()
    answered_at = models.DateTimeField(null=True)
    answer = models.BinaryField(null=True)
    answer_salt = models.BinaryField(null=True)

    class Meta:
        ordering = ("asked_at", "id")
        indexes = [models.Index(fields=["clinic", "to", "answered_at"], name="questions_to")]


class Disposition(models.Model):
    """How a case was decided. ``together`` is shared by cases decided in one go; a reopening supersedes it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey("clinics.Clinic", models.PROTECT, related_name="+")
    case = models.ForeignKey(CaseRecord, models.PROTECT, related_name="dispositions")
    outcome = models.CharField(max_length=10)
    note = models.BinaryField()
    salt = models.BinaryField()
    by = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    together = models.UUIDField(null=True)
    superseded_at = models.DateTimeField(null=True)
    superseded_by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")
    reason = models.BinaryField(null=True)
    reason_salt = models.BinaryField(null=True)

    class Meta:
        ordering = ("at", "id")


class PersonWeek(models.Model):
    """One person's judged accesses in one review, for their own page: counts, and the rows in sealed parts."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey("clinics.Clinic", models.PROTECT, related_name="+")
    review = models.ForeignKey(Review, models.PROTECT, related_name="person_weeks")
    person = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    accesses = models.PositiveIntegerField()
    explained = models.PositiveIntegerField()
    unexplained = models.PositiveIntegerField()
    by_explanation = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["review", "person"], name="one_person_week")]
        indexes = [models.Index(fields=["clinic", "person"], name="weeks_of_person")]


class AccessPart(models.Model):
    """A stretch of a person's judged accesses, in order of time, sealed; ``part`` counts from 0."""

    clinic = models.ForeignKey("clinics.Clinic", models.PROTECT, related_name="+")
    week = models.ForeignKey(PersonWeek, models.CASCADE, related_name="parts")
    part = models.PositiveIntegerField()
    sealed = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["week", "part"], name="one_access_part")]
