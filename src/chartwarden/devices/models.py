"""The register of devices and networks, statements about workplaces, exceptions, and the disposal log.

A ``salt`` is that of the ledger's commitment to the sealed words beside it, itself sealed.
"""

from __future__ import annotations

import uuid

from django.db import models


class Device(models.Model):
    """A device in one stretch of approval; approved once more, it is another row of the same device.

    ``ref_index`` is the blind index of its name; ``stretch`` the first day of its approval or "", which tells its rows
    apart. ``sealed`` is JSON with its name, its id in the MDM, and the id of whose it is where the workforce knows
    nobody of that id: then it is nobody's, and not ``shared`` either. ``source`` is hand or feed.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey("clinics.Clinic", models.PROTECT, related_name="+", db_index=False)
    ref_index = models.BinaryField(max_length=32)
    stretch = models.CharField(max_length=10, blank=True)
    person = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")
    shared = models.BooleanField()
    owner = models.CharField(max_length=8, blank=True)
    encrypted = models.BooleanField(null=True)
    managed = models.BooleanField(null=True)
    antivirus = models.BooleanField(null=True)
    approved = models.BooleanField()
    approved_from = models.DateField(null=True)
    approved_to = models.DateField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    source = models.CharField(max_length=4)
    revision = models.PositiveIntegerField(default=0)
    sealed = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["clinic", "ref_index", "stretch"], name="one_device_a_stretch")]


class DeviceProof(models.Model):
    """A client certificate by which a device shows itself. ``ref_index`` is the device's, as in its rows;
    ``fingerprint`` the SHA-256 of the certificate, in hexadecimal digits."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey("clinics.Clinic", models.PROTECT, related_name="+", db_index=False)
    ref_index = models.BinaryField(max_length=32)
    fingerprint = models.CharField(max_length=64)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "fingerprint"], condition=models.Q(withdrawn_at=None), name="one_device_a_certificate"
            )
        ]


class MdmSource(models.Model):
    """Where a clinic's MDM tells of its devices, how its words become the register's, and how the last pull went.

    ``url``, the token and the mapping are sealed together. Of ``set_by`` no device gains by it. ``rows`` devices came
    last, ``left_out`` had no name, ``held`` were not taken over. ``trouble`` is in the program's own words; ``next_at``
    when it is asked next.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.OneToOneField("clinics.Clinic", models.PROTECT, related_name="+")
    sealed = models.BinaryField()
    set_at = models.DateTimeField()
    set_by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    next_at = models.DateTimeField()
    pulled_at = models.DateTimeField(null=True)
    rows = models.PositiveIntegerField(default=0)
    left_out = models.PositiveIntegerField(default=0)
    held = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=200, blank=True)


class Network(models.Model):
    """A range of addresses and what it is: office, VPN or other."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey("clinics.Clinic", models.PROTECT, related_name="+", db_index=False)
    cidr = models.CharField(max_length=43)
    kind = models.CharField(max_length=8)
    source = models.CharField(max_length=4)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["clinic", "cidr"], name="one_network_a_range")]


class WorkplaceStatement(models.Model):
    """What a person said about their workplace: the points they confirmed, and a note about the rest, sealed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey("clinics.Clinic", models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey("people.Person", models.PROTECT, related_name="+", db_index=False)
    signed_at = models.DateTimeField()
    version = models.PositiveSmallIntegerField()
    confirmed = models.JSONField(default=list)
    whole = models.BooleanField()
    note = models.BinaryField()
    salt = models.BinaryField(null=True)

    class Meta:
        indexes = [models.Index(fields=["clinic", "person", "signed_at"], name="statement_by_person")]


class Training(models.Model):
    """That a person was trained in privacy on a day, and who wrote it down."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey("clinics.Clinic", models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey("people.Person", models.PROTECT, related_name="+", db_index=False)
    day = models.DateField()
    recorded_by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["clinic", "person", "day"], name="one_training_a_day")]


class Precondition(models.Model):
    """Whether something is asked for when a record opens, from when, and who decided so."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey("clinics.Clinic", models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=12)
    asked_from = models.DateTimeField(null=True)
    grace_days = models.PositiveSmallIntegerField()
    shown = models.BooleanField(default=False)
    decided_by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["clinic", "kind"], name="one_precondition_a_kind")]


class WorkplaceException(models.Model):
    """A precondition that somebody has set aside for somebody else, until an instant; why is sealed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey("clinics.Clinic", models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey("people.Person", models.PROTECT, related_name="+", db_index=False)
    reason = models.CharField(max_length=24)
    begins = models.DateTimeField()
    ends = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    granted_by = models.ForeignKey("people.Person", models.PROTECT, related_name="+", db_index=False)
    why = models.BinaryField()
    salt = models.BinaryField(null=True)

    class Meta:
        indexes = [models.Index(fields=["clinic", "person", "ends"], name="exception_by_person")]


class Disposal(models.Model):
    """A device, a drive or paper that was disposed of; what it was is sealed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey("clinics.Clinic", models.PROTECT, related_name="+")
    device = models.ForeignKey(Device, models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=8)
    method = models.CharField(max_length=12)
    day = models.DateField()
    disposed_by = models.ForeignKey("people.Person", models.PROTECT, related_name="+", db_index=False)
    witness = models.ForeignKey("people.Person", models.PROTECT, related_name="+", db_index=False)
    recorded_by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    recorded_at = models.DateTimeField()
    what = models.BinaryField()
    salt = models.BinaryField(null=True)
