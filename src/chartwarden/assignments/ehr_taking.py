"""One task or encounter of the EHR, taken into the queue; each within the caller's transaction.

What was taken before is known by its id. The same again changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from chartwarden.assignments import conflicts, models, reviewing, rules, sealed
from chartwarden.assignments import task_rules as tasks
from chartwarden.assignments.ehr_source import PURPOSE
from chartwarden.assignments.giving import give
from chartwarden.assignments.keeping import checked, copies_left, identity, made, move, tell
from chartwarden.assignments.task_rules import Side, Step, Told, Unreadable
from chartwarden.clinics.services import blind_index, seal
from chartwarden.kernel.actors import Actor
from chartwarden.people.queries import person_by_code, person_by_login

TASK, ENCOUNTER = "task", "encounter"
ACTOR = Actor.of_system("ehr")


class Taking:
    """Takes what is read in one round of the EHR at ``base``. ``counts`` says how much was added, changed, not taken,
    and other work."""

    def __init__(self, clinic: UUID, base: str, set_by: UUID | None, at: datetime) -> None:
        self._clinic, self._base, self._set_by, self._at = clinic, base, set_by, at
        self._people: dict[str, UUID | None] = {}
        self.counts: Counter[str] = Counter()

    def task(self, resource: Mapping[str, Any]) -> models.SourceItem | None:
        """A Task. Returns its item, whose ``told_revision`` says whether the EHR is to be told; None where it isn't
        coding, or has no id to be known by."""
        if not tasks.is_work(resource):
            self.counts["other"] += 1
            return None
        item = self._item(TASK, resource)
        version = tasks.version_of(resource)
        if item is None or (version and item.version == version and item.step not in tasks.MAY_PASS):
            return item
        try:
            told = tasks.read_task(resource, self._base)
            self._take(item, told)
        except Unreadable as fault:
            self._not_taken(item, str(fault))
        item.version, item.seen_at = version, self._at
        item.save()
        return item

    def take(self, kind: str, resource: Mapping[str, Any]) -> models.SourceItem | None:
        """A resource of a kind of item, as ``task`` and ``encounter`` do."""
        return self.task(resource) if kind == TASK else self.encounter(resource)

    def whose(self, resource: Mapping[str, Any]) -> UUID | None:
        """Whose a Task is, as far as its owner is of the workforce."""
        return self._person(tasks.owner_of(resource, self._base))

    def encounter(self, resource: Mapping[str, Any]) -> models.SourceItem | None:
        """A finished encounter: work that is nobody's, unless there is some of it and of its patient already."""
        item = self._item(ENCOUNTER, resource)
        if item is None:
            return None
        try:
            encounter, patient = tasks.read_encounter(resource, self._base)
            item.seen_at, item.step = self._at, ""
            if item.assignment_id is not None:
                row = self._head(self._locked(item.assignment_id))
                if identity(row).patient == patient:
                    return item
                if not self._is_of_a_task(row):
                    self._shut(row)
                    raise Unreadable("patient_changed")
            item.assignment = self._added(patient, encounter, "initial")
        except Unreadable as fault:
            self._not_taken(item, str(fault))
        item.save()
        return item

    def _item(self, kind: str, resource: Mapping[str, Any]) -> models.SourceItem | None:
        found = resource.get("id")
        if not isinstance(found, str) or not tasks.ID.fullmatch(found):
            self.counts["not_taken"] += 1
            return None
        index = blind_index(self._clinic, f"ehr {kind}", found)
        items = models.SourceItem.objects.select_for_update()
        there = items.filter(clinic_id=self._clinic, kind=kind, ref_index=index).first()
        return there or models.SourceItem(
            clinic_id=self._clinic, kind=kind, ref_index=index, seen_at=self._at,
            sealed=seal(self._clinic, PURPOSE, found.encode()),
        )  # fmt: skip

    def failed(self, kind: str, resource: Mapping[str, Any]) -> None:
        """Note that one could not be taken for another reason than those that are known, and that it is to be taken
        again when it is next read."""
        item = self._item(kind, resource)
        if item is not None:
            self._not_taken(item, "broken")
            item.version, item.seen_at = "", self._at
            item.save()

    def _not_taken(self, item: models.SourceItem, why: str) -> None:
        item.step = why
        self.counts["not_taken"] += 1

    def _take(self, item: models.SourceItem, told: Told) -> None:
        row = before = self._locked(item.assignment_id) if item.assignment_id else None
        if before is not None:
            row = self._head(before)
        coder, why = self._coder(told, row)
        state = told.state if coder or told.state in tasks.OVER else rules.UNASSIGNED
        there = Side(state, coder, told.updated_at)
        if row is None:
            if why and why not in tasks.NOT_THEIRS:
                return self._not_taken(item, why)
            item.step = ""
            if there.over:
                self.counts["past"] += 1
                return None
            there_is = self._of_encounter(told)
            if there_is is not None and identity(there_is).patient != told.patient:
                return self._not_taken(item, "other_patient")
            usable = there_is is not None and not self._is_of_a_task(there_is) and there_is.state not in tasks.OVER
            row = there_is if there_is and usable else self._added(told.patient, told.encounter, told.kind)
            self._claim(told, row)
            ahead = False
            if why:
                self._not_taken(item, why)
        else:
            ahead = row is not before or row.revision != item.told_revision
            if identity(row).patient != told.patient:
                self._shut(row)
                item.assignment, item.told_revision = row, row.revision
                return self._not_taken(item, "patient_changed")
            item.step = ""
            if why:
                self._not_taken(item, why)
        step = tasks.settle(side_of(row), there, ahead)
        if step is Step.TAKE and there.state == rules.SUBMITTED and copies_left(row):
            self._not_taken(item, "copies_left")
            step = Step.NOTHING
        if step is Step.TAKE:
            row = self._follow(row, there)
            self.counts["changed"] += 1
        item.assignment = row
        item.told_revision = -1 if step is Step.TELL else row.revision
        return None

    def _person(self, owner: str) -> UUID | None:
        if owner and owner not in self._people:
            known = person_by_code(self._clinic, owner)
            self._people[owner] = known or person_by_login(self._clinic, owner)
        return self._people[owner] if owner else None

    def _coder(self, told: Told, row: models.Assignment | None) -> tuple[UUID | None, str]:
        """Whose a Task is; and why it can't be theirs. ``row`` is its work here, if there is some."""
        coder = self._person(told.owner)
        if told.owner and coder is None:
            return None, "unknown_coder"
        if coder is None or (row is not None and coder == row.coder_id):
            return coder, ""
        if coder == self._set_by:
            return None, "own_work"
        patient = sealed.index(self._clinic, sealed.PATIENT, told.patient)
        if not rules.may_be_given(conflicts.between(self._clinic, coder, patient)):
            return None, "conflict_of_interest"
        if not self._may_review(told, row, coder):
            return None, "own_coding"
        return coder, ""

    def _may_review(self, told: Told, row: models.Assignment | None, coder: UUID) -> bool:
        if (row.kind if row else told.kind) not in rules.REVIEWING:
            return True
        if row is None:
            return not reviewing.has_coded(self._clinic, coder, told.patient, told.encounter)
        return reviewing.may_review(row, coder)

    def _added(self, patient: str, encounter: str, kind: str) -> models.Assignment:
        row = made(
            clinic=self._clinic, patient=checked("patient", patient), encounter=encounter, kind=kind, reason="",
            coder=None, actor=ACTOR, at=self._at,
        )  # fmt: skip
        tell(row, "added", ACTOR, self._at, {"state": row.state})
        self.counts["added"] += 1
        return row

    def _of_encounter(self, told: Told) -> models.Assignment | None:
        """The work that the encounter has become of which a Task speaks."""
        item = self._encounter_item(told)
        if item is None or item.assignment_id is None:
            return None
        return self._head(self._locked(item.assignment_id))

    def _is_of_a_task(self, row: models.Assignment) -> bool:
        return bool(models.SourceItem.objects.filter(clinic_id=self._clinic, kind=TASK, assignment=row).exists())

    def _shut(self, row: models.Assignment) -> None:
        """End work of which the EHR now says that it is of another patient."""
        if row.state not in tasks.OVER:
            move(row, "cancelled", ACTOR, self._at, ended_at=self._at, outcome="cancelled", hold="")

    def _claim(self, told: Told, row: models.Assignment) -> None:
        """Let the encounter of a first coding make no work of its own."""
        item = self._encounter_item(told)
        if item is not None and item.assignment_id is None:
            item.assignment, item.step = row, ""
            item.save()

    def _encounter_item(self, told: Told) -> models.SourceItem | None:
        return self._item(ENCOUNTER, {"id": told.encounter}) if told.kind == "initial" and told.encounter else None

    def _locked(self, assignment: UUID) -> models.Assignment:
        rows = models.Assignment.objects.select_for_update()
        row: models.Assignment = rows.get(clinic_id=self._clinic, id=assignment)
        return row

    def _head(self, row: models.Assignment) -> models.Assignment:
        """The assignment that goes on where this one was given to somebody else."""
        while row.outcome == "reassigned":
            after = models.Assignment.objects.select_for_update().filter(clinic_id=self._clinic, follows=row)
            following = after.filter(kind=row.kind).first()
            if following is None:
                return row
            row = following
        return row

    def _follow(self, row: models.Assignment, there: Side) -> models.Assignment:
        """Bring an assignment to where the EHR says it is. Returns the one that goes on."""
        at = self._at
        if there.state == rules.CLOSED or (there.over and row.coder_id is None):
            move(row, "cancelled", ACTOR, at, ended_at=at, outcome="cancelled", hold="")
            return row
        if not there.over and row.coder_id != there.coder:
            if row.coder_id is not None:
                row = self._taken_away(row)
            if there.coder is not None:
                give(row, there.coder, ACTOR, at)
        for event in tasks.way(row.state, there.state) or ():
            ended = {"ended_at": at, "outcome": "submitted"} if event == "submitted" else {}
            move(row, event, ACTOR, at, hold="", **ended)
        return row

    def _taken_away(self, row: models.Assignment) -> models.Assignment:
        """End a coder's work; what follows is nobody's."""
        there, at = identity(row), self._at
        move(row, "reassigned", ACTOR, at, ended_at=at, outcome="reassigned", hold="")
        after = made(
            clinic=self._clinic, patient=there.patient, encounter=there.encounter or "", kind=row.kind, reason="",
            coder=None, actor=ACTOR, at=at, follows=row,
        )  # fmt: skip
        tell(after, "added", ACTOR, at, {"state": after.state})
        return after


def side_of(row: models.Assignment) -> Side:
    """How an assignment stands here. What was submitted and then closed is submitted to the EHR."""
    state = rules.SUBMITTED if row.outcome == "submitted" else row.state
    return Side(state, row.coder_id, row.moved_at or row.assigned_at)
