"""Who signs in, who works for a clinic, and in which roles. Identity is sealed under the clinic's own key."""

from __future__ import annotations

import uuid

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models


class UserManager(BaseUserManager):
    """Makes users by their mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: object) -> User:
        """A user who may sign in; without a password only by invitation or single sign-on."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """Somebody who signs in. What they may do is said clinic by clinic, by the person they are there."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(unique=True)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(null=True)

    objects = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []

    def __str__(self) -> str:
        return str(self.id)


class Person(models.Model):
    """A workforce member of one clinic. ``code`` is the id in the workforce feed; it and ``identity`` are sealed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey("clinics.Clinic", models.PROTECT, related_name="+")
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    code_index = models.BinaryField(max_length=32)
    identity = models.BinaryField()
    time_zone = models.CharField(max_length=64, blank=True)
    suspended_at = models.DateTimeField(null=True)
    in_feed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clinic", "code_index"], name="one_person_a_code"),
            models.UniqueConstraint(fields=["clinic", "user"], name="one_person_a_user"),
        ]


class Engagement(models.Model):
    """An employment or contract, from a local day until an instant. ``employer`` is a vendor; blank: the clinic.

    ``ended_by`` is the actor who ended it, or ``feed``: what a person has ended, no file takes back.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey("clinics.Clinic", models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="engagements")
    feed_role = models.TextField()
    employer = models.TextField(blank=True)
    started_on = models.DateField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=64, blank=True)

    class Meta:
        indexes = [models.Index(fields=["clinic", "person"], name="engagement_by_person")]


class EhrLogin(models.Model):
    """A login of a person in the EHR, sealed, and found by its blind index."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey("clinics.Clinic", models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="logins")
    login_index = models.BinaryField(max_length=32)
    sealed = models.BinaryField()
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["clinic", "login_index"], name="login_by_index")]


class RoleGrant(models.Model):
    """A role in Chartwarden, from an instant until another."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey("clinics.Clinic", models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="grants")
    role = models.CharField(max_length=32)
    begins = models.DateTimeField()
    ends = models.DateTimeField(null=True)
    granted_by = models.CharField(max_length=64)

    class Meta:
        indexes = [models.Index(fields=["clinic", "role"], name="grant_by_role")]


class WorkingHours(models.Model):
    """When a person works on one weekday (0: Monday), in minutes of their local day; an end before the start: over
    midnight. ``source`` is ``feed`` or ``page``."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey("clinics.Clinic", models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="hours")
    weekday = models.PositiveSmallIntegerField()
    starts = models.PositiveSmallIntegerField()
    ends = models.PositiveSmallIntegerField()
    first_day = models.DateField(null=True)
    last_day = models.DateField(null=True)
    source = models.CharField(max_length=8)

    class Meta:
        indexes = [models.Index(fields=["clinic", "person"], name="hours_by_person")]


class Leave(models.Model):
    """Days off, both ends included; the kind is sealed, since it may speak of health."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey("clinics.Clinic", models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="leave")
    first_day = models.DateField()
    last_day = models.DateField()
    kind = models.BinaryField(null=True)
    source = models.CharField(max_length=8)

    class Meta:
        indexes = [models.Index(fields=["clinic", "person"], name="leave_by_person")]


class FeedTake(models.Model):
    """A feed that was taken over: which bytes, when, and what became of its rows."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey("clinics.Clinic", models.PROTECT, related_name="+")
    feed = models.CharField(max_length=16)
    digest = models.CharField(max_length=64)
    taken_at = models.DateTimeField()
    counts = models.JSONField(default=dict)


class OutgoingMail(models.Model):
    """A message that waits for the mail server, or was taken by it. Its text is fixed by its kind.

    ``address`` is sealed; empty: the address that the person signs in with when it is sent.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey("clinics.Clinic", models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=32)
    path = models.CharField(max_length=512)
    address = models.BinaryField(null=True)
    state = models.CharField(max_length=8, default="waiting")
    made_at = models.DateTimeField()
    next_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    trouble = models.CharField(max_length=64, blank=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["state", "next_at"], name="mail_by_state")]


class ApiToken(models.Model):
    """A secret by which a program acts for a person in one clinic; only its SHA-256 is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey("clinics.Clinic", models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    label = models.CharField(max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)


from chartwarden.people.account_models import (  # noqa: E402  Django finds models here alone
    AccountMail,  # noqa: F401
    FactorReset,  # noqa: F401
    FactorResetNotice,  # noqa: F401
)
from chartwarden.people.invitation_models import Invitation  # noqa: E402, F401
