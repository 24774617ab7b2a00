"""Patients of a clinic, sealed."""

from __future__ import annotations

import uuid

from django.db import models


class Patient(models.Model):
    """A patient. ``ref_index`` is the blind index of the EHR's id; ``identity`` is sealed JSON with that id in it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey("clinics.Clinic", models.PROTECT, related_name="+", db_index=False)
    ref_index = models.BinaryField(max_length=32)
    identity = models.BinaryField()
    changed_at = models.DateTimeField()

    class Meta:
        # The keys need no index of their own: those below begin with the clinic, and many rows are written at once.
        constraints = [models.UniqueConstraint(fields=["clinic", "ref_index"], name="one_patient_a_ref")]
