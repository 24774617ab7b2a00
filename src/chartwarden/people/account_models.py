"""What belongs to an account, whichever clinics it serves: a reset of its second factors, and mails to its owner."""

from __future__ import annotations

import uuid

from django.db import models


class FactorReset(models.Model):
    """An account's second factors were removed; the link that went to its address lets a new one be set up, once.

    What the link carries is kept nowhere: it is made anew from ``id`` and ``nonce`` when the mail is sent.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey("people.User", models.PROTECT, related_name="+")
    nonce = models.BinaryField(max_length=16)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "people"
        indexes = [models.Index(fields=["user", "used_at"], name="reset_by_user")]


class FactorResetNotice(models.Model):
    """A clinic is told that the second factors of one of its people were reset somewhere else, until it has seen it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey("clinics.Clinic", models.PROTECT, related_name="+")
    person = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    reset_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)
    seen_by = models.CharField(max_length=64, blank=True)

    class Meta:
        app_label = "people"
        indexes = [models.Index(fields=["clinic", "seen_at"], name="reset_notice_unseen")]


class AccountMail(models.Model):
    """A mail to an account's own address; its link is made when it is sent. ``user`` None: nobody to send it to.

    A request for a new password leaves a row whether or not there is such an account, so that both take as long.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey("people.User", models.PROTECT, null=True, related_name="+")
    reset = models.ForeignKey(FactorReset, models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=32)
    made_at = models.DateTimeField()
    next_try_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        app_label = "people"
        indexes = [models.Index(fields=["next_try_at"], name="account_mail_due")]


class Tally(models.Model):
    """How often something was done in a window that ends at ``until``, in seconds since 1970 (UTC)."""

    what = models.CharField(max_length=100, primary_key=True)
    count = models.BigIntegerField()
    until = models.BigIntegerField()

    class Meta:
        app_label = "people"
        indexes = [models.Index(fields=["until"], name="tally_ended")]
