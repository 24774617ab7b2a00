"""Who may come to the gateway: the tokens of opened assignments."""

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
