"""The coding queue's assignments."""

from __future__ import annotations

import uuid

from django.db import models


class Assignment(models.Model):
    """One coder, one patient, one kind of work, from an instant until another.

    ``ref_index`` and ``patient_index`` are blind indexes of the queue's own id and of the patient's EHR id (the one the
    patients room finds them by); ``sealed`` is JSON with both, the encounter and the reason. ``brought_at`` is when it
    came to open the record for its coder as long as it does now, and ``brought_by`` who counted the file that said so:
    nobody where a program of the house did. Both are unknown of what was here before they were kept. ``coder`` None:
    nobody's yet. ``ended_at`` is None until it is submitted or closed. ``follows`` is the assignment that this one
    continues: reassigned, reopened, or sampled for quality review.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey("clinics.Clinic", models.PROTECT, related_name="+", db_index=False)
    ref_index = models.BinaryField(max_length=32)
    patient_index = models.BinaryField(max_length=32)
    coder = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    kind = models.CharField(max_length=16)
    state = models.CharField(max_length=16)
    assigned_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=16, blank=True)
    hold = models.CharField(max_length=24, blank=True, db_default="")
    follows = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    revision = models.PositiveIntegerField(db_default=0)
    sealed = models.BinaryField()
    brought_at = models.DateTimeField(null=True)
    brought_by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        # The keys need no index of their own: those below begin with the clinic, and many rows are written at once.
        constraints = [models.UniqueConstraint(fields=["clinic", "ref_index"], name="one_assignment_a_ref")]
        indexes = [
            models.Index(fields=["clinic", "coder", "patient_index"], name="assignment_by_coder"),
            models.Index(
                fields=["clinic", "state", "assigned_at"],
                condition=models.Q(ended_at__isnull=True),  # SQLite takes a partial index only for the same words
                name="assignment_in_the_queue",
            ),
            models.Index(
                fields=["clinic", "coder", "state"],
                condition=models.Q(ended_at__isnull=True),
                name="assignment_of_a_coder",
            ),
        ]


class RecordCopy(models.Model):
    """A copy of one document that a coder saved, and when they said that it is deleted (None: not yet). ``document`` is
    an opaque word for it. While one is left the assignment can't be submitted or closed.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey("clinics.Clinic", models.PROTECT, related_name="+", db_index=False)
    assignment = models.ForeignKey("assignments.Assignment", models.PROTECT, related_name="+")
    person = models.ForeignKey("people.Person", models.PROTECT, related_name="+", db_index=False)
    document = models.CharField(max_length=40)
    purpose = models.CharField(max_length=40)
    made_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["clinic", "person"], condition=models.Q(deleted_at__isnull=True), name="copies_to_be_deleted"
            ),
        ]
