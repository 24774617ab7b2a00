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

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clinic", "code_index"], name="one_person_a_code"),
            models.UniqueConstraint(fields=["clinic", "user"], name="one_person_a_user"),
        ]


class Engagement(models.Model):
    """An employment or contract, from a local day until an instant. ``employer`` is a vendor; blank: the clinic."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey("clinics.Clinic", models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="engagements")
    feed_role = models.CharField(max_length=64)
    employer = models.CharField(max_length=128, blank=True)
    started_on = models.DateField()
    ended_at = models.DateTimeField(null=True)


class EhrLogin(models.Model):
    """A login of a person in the EHR, sealed, and found by its blind index."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey("clinics.Clinic", models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="logins")
    login_index = models.BinaryField(max_length=32)
    sealed = models.BinaryField()


class RoleGrant(models.Model):
    """A role in Chartwarden, from an instant until another."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey("clinics.Clinic", models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="grants")
    role = models.CharField(max_length=32)
    begins = models.DateTimeField()
    ends = models.DateTimeField(null=True)
    granted_by = models.CharField(max_length=64)


from chartwarden.people.invitation_models import Invitation  # noqa: E402, F401  Django finds models here alone
