"""The coding queue's assignments, and who should not be given whose record."""

from __future__ import annotations

import uuid

from django.db import models


class Assignment(models.Model):
    """One coder, one patient, one kind of work, from an instant until another.

    ``ref_index`` and ``patient_index`` are blind indexes of the queue's own id and of the patient's EHR id (the one the
    patients room finds them by); ``sealed`` is JSON with both, the encounter and the reason. ``brought_at`` is when it
    came to open the record for its coder as long as it does now, and ``brought_by`` who counted the file that said so:
    nobody where a program of the house did. Both are unknown of what was here before they were kept. ``coder`` None:
    nobody's yet. ``ended_at`` is None until it is submitted or closed. ``moved_at`` is when it was last changed here by
    a verb, which a file is not. ``follows`` is the assignment that this one continues: reassigned, reopened, or sampled
    for quality review.
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
    moved_at = models.DateTimeField(null=True)

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
                fields=["clinic", "coder", "state", "assigned_at"],
                condition=models.Q(ended_at__isnull=True),
                name="assignment_of_a_coder",
            ),
        ]


class Conflict(models.Model):
    """A person who should not be given a patient's record, since the two seem to be close.

    ``patient_index`` is as an assignment's. ``sealed`` is JSON with the patient's id, how the two are related, the
    evidence, and of a colleague which member of the workforce the patient seems to be: none of it lies in clear, since
    it tells who is a patient. ``note`` is what somebody wrote who let a colleague's record be coded, and ``salt`` that
    of the ledger's commitment to it; both are sealed.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey("clinics.Clinic", models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey("people.Person", models.PROTECT, related_name="+", db_index=False)
    patient_index = models.BinaryField(max_length=32)
    found_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    accepted_at = models.DateTimeField(null=True)
    sealed = models.BinaryField()
    note = models.BinaryField(null=True)
    salt = models.BinaryField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clinic", "person", "patient_index"], name="one_conflict_a_pair")
        ]
        indexes = [models.Index(fields=["clinic", "patient_index"], name="conflict_by_patient")]


class ConflictSearch(models.Model):
    """When conflicts were last looked for, and from what: ``basis`` is a digest of the inputs' revisions and of whom
    was looked at."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey("clinics.Clinic", models.PROTECT, related_name="+", db_index=False)
    basis = models.CharField(max_length=64)
    searched_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["clinic"], name="one_conflict_search_a_clinic")]


class Policy(models.Model):
    """A version of the minimum-necessary policy; ``version`` None: the draft, of which there is one at most.

    ``contents`` is what policy_rules.contents writes, ``digest`` its SHA-256. An approved row stays as it is.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey("clinics.Clinic", models.PROTECT, related_name="+", db_index=False)
    version = models.PositiveIntegerField(null=True)
    contents = models.JSONField()
    digest = models.CharField(max_length=64)
    drafted_by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    drafted_at = models.DateTimeField()
    approved_by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    approved_at = models.DateTimeField(null=True)
    revision = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clinic", "version"], name="one_policy_a_version"),
            models.UniqueConstraint(fields=["clinic"], condition=models.Q(version=None), name="one_policy_draft"),
        ]


class ShareRules(models.Model):
    """The rules by which a clinic shares out what is nobody's, in their order, as sharing_rules.kept writes them."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey("clinics.Clinic", models.PROTECT, related_name="+", db_index=False)
    rules = models.JSONField()
    revision = models.PositiveIntegerField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["clinic"], name="one_set_of_rules_a_clinic")]


class QueueSource(models.Model):
    """Where a clinic's EHR keeps its tasks, and how far they were read.

    ``token`` is the bearer token, sealed. ``tasks_since`` and ``encounters_since`` are the newest change that was read,
    None where all is to be read. ``lease_until``: a process is reading until then. ``trouble`` says what went wrong
    last, ``failing_since`` since when, ``next_try_at`` when it is tried again.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey("clinics.Clinic", models.PROTECT, related_name="+", db_index=False)
    base = models.CharField(max_length=500)
    token = models.BinaryField(null=True)
    on = models.BooleanField()
    encounters = models.BooleanField()
    set_by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+", db_index=False)
    set_at = models.DateTimeField()
    revision = models.PositiveIntegerField()
    tasks_since = models.DateTimeField(null=True)
    encounters_since = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["clinic"], name="one_source_a_clinic")]


class SourceItem(models.Model):
    """A task or an encounter of the EHR that was read, and the assignment it has become.

    ``kind`` is task or encounter, ``ref_index`` the blind index of its id, which lies in ``sealed``. ``version`` is the
    EHR's as it was last seen, ``told_revision`` the assignment's when both last agreed; -1: the EHR is to be told.
    ``step`` says why it could not be taken, "" where it was.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey("clinics.Clinic", models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=9)
    ref_index = models.BinaryField(max_length=32)
    assignment = models.ForeignKey(Assignment, models.PROTECT, null=True, related_name="+")
    version = models.CharField(max_length=64, blank=True)
    told_revision = models.IntegerField(default=-1)
    step = models.CharField(max_length=24, blank=True)
    seen_at = models.DateTimeField()
    sealed = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["clinic", "kind", "ref_index"], name="one_item_a_ref")]
        indexes = [
            models.Index(fields=["clinic", "seen_at"], condition=~models.Q(step=""), name="item_not_taken"),
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
