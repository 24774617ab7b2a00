"""What a FHIR Task says of an assignment and an assignment of a Task, and who is right where they differ. Pure.

An end holds wherever it came from, since it shuts a record. What is over here is never opened by the EHR. Between two
open states the later one holds, and one that is further on is never put back.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any
from uuid import UUID

from chartwarden.assignments import rules

STATES = {
    "requested": rules.UNASSIGNED,
    "received": rules.UNASSIGNED,
    "ready": rules.UNASSIGNED,
    "accepted": rules.ASSIGNED,
    "in-progress": rules.IN_PROGRESS,
    "on-hold": rules.ON_HOLD,
    "completed": rules.SUBMITTED,
    "cancelled": rules.CLOSED,
    "rejected": rules.CLOSED,
    "failed": rules.CLOSED,
    "entered-in-error": rules.CLOSED,
}
"""What each status of a Task is here. A draft is nobody's business yet."""
STATUSES = {
    rules.UNASSIGNED: "requested",
    rules.ASSIGNED: "accepted",
    rules.IN_PROGRESS: "in-progress",
    rules.ON_HOLD: "on-hold",
    rules.CODED: "in-progress",
    rules.SUBMITTED: "completed",
}
ID = re.compile(r"[A-Za-z0-9.-]{1,64}")
"""What an id may look like: nothing else is put into an address."""
OVER = (rules.SUBMITTED, rules.CLOSED)
FURTHER = {rules.UNASSIGNED: 0, rules.ASSIGNED: 1, rules.IN_PROGRESS: 2, rules.ON_HOLD: 2, rules.CODED: 3}
TROUBLES = {
    "no_id": "It has no id that the standard allows.",
    "no_patient": "It names no patient.",
    "no_date": "It does not say when it was last changed.",
    "unknown_status": "Its status is none that the standard knows.",
    "unknown_coder": "Its owner is nobody of the workforce.",
    "own_work": "It gives work to the person who set this up. Somebody else must assign it here.",
    "conflict_of_interest": "A conflict of interest keeps the record from its owner. Assign it to somebody else here.",
    "own_coding": "It gives a review to whoever did the coding. Assign it to somebody else here.",
    "not_told": "The EHR does not take how it stands here.",
    "patient_changed": "It names another patient than before. The record was shut.",
    "other_patient": "It names an encounter of another patient.",
    "copies_left": "It has ended, but a saved copy of the record is not confirmed as deleted. It ends here once it is.",
    "broken": "Something in it could not be taken over. The other tasks were.",
}
"""Why something of the EHR could not be taken."""


NOT_THEIRS = ("own_work", "conflict_of_interest", "own_coding")
"""Troubles in which the work is taken over all the same, as nobody's."""
MAY_PASS = ("unknown_coder", "other_patient", "copies_left", "broken")
"""Troubles that may pass without a change in the EHR, so that what has them is looked at again."""


class Unreadable(Exception):
    """What a resource lacks: a word of TROUBLES."""


@dataclass(frozen=True, slots=True)
class Told:
    """A Task as the EHR tells of it. ``owner`` is the owner's identifier, "" where there is none; ids are PHI."""

    id: str
    version: str
    updated_at: datetime
    state: str
    owner: str
    patient: str
    encounter: str
    kind: str


@dataclass(frozen=True, slots=True)
class Side:
    """How an assignment stands on one side: its state, whose it is, and since when (aware UTC)."""

    state: str
    coder: UUID | None
    at: datetime

    @property
    def over(self) -> bool:
        """Whether it shuts the record for good."""
        return self.state in OVER


class Step(Enum):
    """What is to be done so that both sides agree."""

    NOTHING = "nothing"
    TAKE = "take"
    """Do here what the EHR says."""
    TELL = "tell"
    """Tell the EHR how it stands here."""


def is_work(resource: Mapping[str, Any]) -> bool:
    """Whether a Task is a piece of coding, by its code, and no draft."""
    return bool(_kind(resource)) and resource.get("status") != "draft"


def read_task(resource: Mapping[str, Any], base: str) -> Told:
    """A Task of the EHR at this base, as it is told here. Raises Unreadable."""
    if not ID.fullmatch(str(resource.get("id"))):
        raise Unreadable("no_id")
    patient = _id_of(resource.get("for"), "Patient", base)
    if not patient:
        raise Unreadable("no_patient")
    owner = owner_of(resource, base)
    state = STATES.get(str(resource.get("status")))
    if state is None:
        raise Unreadable("unknown_status")
    if state == rules.UNASSIGNED and owner:
        state = rules.ASSIGNED
    return Told(
        id=str(resource.get("id")),
        version=version_of(resource),
        updated_at=updated(resource),
        state=state,
        owner=owner,
        patient=patient,
        encounter=_id_of(resource.get("encounter"), "Encounter", base),
        kind=_kind(resource),
    )


def read_encounter(resource: Mapping[str, Any], base: str) -> tuple[str, str]:
    """The ids of an encounter of the EHR at this base, and of its patient. Raises Unreadable."""
    if not ID.fullmatch(str(resource.get("id"))):
        raise Unreadable("no_id")
    patient = _id_of(resource.get("subject"), "Patient", base)
    if not patient:
        raise Unreadable("no_patient")
    return str(resource.get("id")), patient


def version_of(resource: Mapping[str, Any]) -> str:
    """The version of a resource; "" where it has none."""
    meta = resource.get("meta")
    return str(meta.get("versionId", ""))[:64] if isinstance(meta, Mapping) else ""


def updated(resource: Mapping[str, Any]) -> datetime:
    """When a resource was last changed. Raises Unreadable."""
    meta = resource.get("meta")
    text = meta.get("lastUpdated") if isinstance(meta, Mapping) else None
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        raise Unreadable("no_date") from None
    if found.tzinfo is None:
        raise Unreadable("no_date")
    try:
        return found.astimezone(UTC)
    except OverflowError:  # the first or the last day that there is, in another zone
        raise Unreadable("no_date") from None


def settle(here: Side, told: Side, ahead: bool) -> Step:
    """Who is right where the sides differ; ``ahead``: changed here since both agreed."""
    if same(here, told):
        return Step.NOTHING
    if here.over:
        return Step.TELL
    if told.over:
        return Step.TAKE
    if here.coder == told.coder:
        further = FURTHER[told.state] >= FURTHER[here.state]
        return Step.TAKE if further and (not ahead or told.at > here.at) else Step.TELL
    return Step.TAKE if not ahead or told.at > here.at else Step.TELL


def same(here: Side, told: Side) -> bool:
    """Whether both say the same. What is over has no owner to agree about, and coded is still in progress there."""
    if here.over or told.over:
        return STATUSES.get(here.state, "") == STATUSES.get(told.state, "")
    return STATUSES[here.state] == STATUSES[told.state] and here.coder == told.coder


def way(begins: str, ends: str) -> tuple[str, ...] | None:
    """The fewest steps of the queue's own table from a state to another, with nobody else's hand in it; None where
    there is no way."""
    waiting: deque[tuple[str, tuple[str, ...]]] = deque([(begins, ())])
    seen = {begins}
    while waiting:
        state, events = waiting.popleft()
        if state == ends:
            return events
        for (before, event), after in rules.ASSIGNMENT.table.items():
            if (
                before == state
                and after not in seen
                and event not in ("assigned", "reassigned", "reopened", "cancelled")
            ):
                seen.add(after)
                waiting.append((after, (*events, event)))
    return None


def written(resource: Mapping[str, Any], state: str, outcome: str, owner: str | None, at: datetime) -> dict[str, Any]:
    """A Task with our state and owner in it, and everything else as it was. ``owner`` is the coder's id in the
    workforce feed, "" for nobody; None leaves the owner as it is."""
    status = STATUSES.get(state) or ("completed" if outcome == "submitted" else "cancelled")
    found = {**resource, "status": status, "lastModified": at.isoformat(timespec="seconds")}
    if state in OVER or owner is None:
        return found
    if not owner:
        found.pop("owner", None)
    else:
        before = resource.get("owner")
        known = before.get("identifier") if isinstance(before, Mapping) else None
        system = known.get("system") if isinstance(known, Mapping) else None
        found["owner"] = {"identifier": {**({"system": system} if system else {}), "value": owner}}
    return found


def owner_of(resource: Mapping[str, Any], base: str) -> str:
    """An owner's identifier, or else the id of what is referred to; "" for nobody. A reference to another server is
    given as it is, since the same id is somebody else there."""
    found = resource.get("owner")
    if not isinstance(found, Mapping):
        return ""
    identifier = found.get("identifier")
    if isinstance(identifier, Mapping) and isinstance(identifier.get("value"), str):
        return str(identifier["value"]).strip()
    reference = found.get("reference")
    if not isinstance(reference, str):
        return ""
    return _referred(reference, base)[1] or reference


def _id_of(found: object, kind: str, base: str) -> str:
    """The id in a reference such as ``Patient/17``; "" for anything else."""
    reference = found.get("reference") if isinstance(found, Mapping) else None
    name, identity = _referred(reference, base) if isinstance(reference, str) else ("", "")
    return identity if name == kind else ""


def _referred(reference: str, base: str) -> tuple[str, str]:
    """The type and the id that a reference names, relative or at the base itself; two "" for any other: the same id is
    another record on another server."""
    name, _, identity = reference.removeprefix(f"{base}/").split("/_history/")[0].partition("/")
    return (name, identity) if name and ID.fullmatch(identity) else ("", "")


def _kind(resource: Mapping[str, Any]) -> str:
    code = resource.get("code")
    codings = code.get("coding") if isinstance(code, Mapping) else None
    words = [one.get("code") for one in codings if isinstance(one, Mapping)] if isinstance(codings, list) else []
    text = code.get("text") if isinstance(code, Mapping) else None
    return next((word for word in (*words, text) if isinstance(word, str) and word in rules.KINDS), "")
