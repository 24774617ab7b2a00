"""Invitations to sign in."""

from __future__ import annotations

import uuid

from django.db import models


class Invitation(models.Model):
    """A person is invited to sign in, until they come, it is withdrawn, or a week has passed. The address is sealed.

    What the link carries is kept nowhere: it is made anew from ``id`` and ``nonce`` when the mail is sent.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey("clinics.Clinic", models.PROTECT, related_name="+")
    person = models.ForeignKey("people.Person", models.PROTECT, related_name="invitations")
    address = models.BinaryField()
    nonce = models.BinaryField(max_length=16)
    invited_by = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-made_at", "id")
        app_label = "people"
