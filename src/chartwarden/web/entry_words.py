"""Entries of the ledger as people read them: who, what, when. The ledger itself holds opaque references only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from chartwarden.ledger.contracts import StoredEntry
from chartwarden.people.contracts import PersonName
from chartwarden.people.queries import names

SENTENCES: Mapping[str, str] = {
    "assignments.feed_taken": "imported the coding queue",
    "assignments.table_read": "read the table of assignments",
    "clinics.data_key_rotated": "gave the clinic's data a new key",
    "clinics.keys_rewrapped": "wrapped the clinic's keys anew",
    "clinics.opened": "opened the clinic",
    "clinics.settings_changed": "changed the clinic's settings",
    "clinics.webhook_added": "added a webhook",
    "clinics.webhook_tested": "tested a webhook",
    "duties.access_recertified": "recertified who has access",
    "duties.closed": "closed a duty",
    "duties.reminded": "sent a reminder of a duty",
    "ledger.key_rotated": "gave the ledger a new key",
    "ledger.opened": "began the ledger",
    "logs.counted": "counted an imported log",
    "logs.discarded": "discarded an import",
    "logs.feed_taken": "imported a feed",
    "logs.read_again": "had a file read again",
    "logs.received": "received a file",
    "logs.refused": "refused a file that could not be read",
    "patients.feed_taken": "imported patients",
    "patients.table_read": "read the table of patients",
    "people.added": "added {person} to the workforce",
    "people.changed": "changed what is known of {person}",
    "people.engagement_ended": "ended the engagement of {person}",
    "people.factor_reset_seen": "saw that another clinic reset the second factors of {person}",
    "people.feed_taken": "imported staff",
    "people.hours_set": "set the working hours of {person}",
    "people.invitation_withdrawn": "withdrew an invitation",
    "people.invited": "invited {person} to sign in",
    "people.joined": "accepted the invitation to sign in",
    "people.leave_recorded": "recorded leave of {person}",
    "people.leave_withdrawn": "withdrew leave of {person}",
    "people.linked": "linked {person} to who signs in",
    "people.password_changed": "changed their password",
    "people.presence_shown": "showed a program's request to be their own",
    "people.provider_linked": "linked their account to single sign-on",
    "people.provider_unlinked": "unlinked their account from single sign-on",
    "people.recovery_codes_kept": "kept their recovery codes",
    "people.recovery_codes_made": "made recovery codes",
    "people.rehired": "engaged {person} again",
    "people.reinstated": "reinstated {person}",
    "people.role_granted": "gave {person} the role {role}",
    "people.role_withdrawn": "withdrew the role {role} from {person}",
    "people.second_factor_added": "added a second factor",
    "people.second_factor_failed": "failed at the second factor",
    "people.second_factor_removed": "removed a second factor",
    "people.second_factors_reset": "reset the second factors of {person} (done by {by})",
    "people.signed_in": "signed in",
    "people.suspended": "suspended {person}",
    "people.token_made": "made a token for a program",
    "people.token_withdrawn": "withdrew a program's token",
    "review.amended": "amended a signed review",
    "review.case_decided": "decided a case",
    "review.case_reopened": "reopened a case",
    "review.opened": "opened a review",
    "review.question_answered": "answered a question about a case",
    "review.question_asked": "asked a question about a case",
    "review.refreshed": "looked at a review's logs anew",
    "review.signed": "signed a review",
}


@dataclass(frozen=True)
class Event:
    """An entry in words. ``index`` is its place in the ledger; ``kind`` as it is written there."""

    index: int
    at: datetime
    who: str
    what: str
    kind: str


def events(clinic: UUID, entries: Iterable[StoredEntry]) -> list[Event]:
    """Entries in words, in the order given."""
    found = list(entries)
    wanted = {one for entry in found for one in (_person(entry.actor), _uuid(entry.subject.get("person", ""))) if one}
    known = names(clinic, wanted)
    return [Event(e.index, e.at, who(e.actor, known), what(e, known), e.kind) for e in found]


def who(actor: str, known: Mapping[UUID, PersonName]) -> str:
    """Whoever did it: a person's name, their program, or Chartwarden itself."""
    kind, _, _ = actor.partition(":")
    if kind == "token":
        return "A program"
    person = _person(actor)
    if person is None:
        return "Chartwarden"
    return known[person].name if person in known else "Somebody"


def what(entry: StoredEntry, known: Mapping[UUID, PersonName]) -> str:
    """What was done. A kind that has no sentence here is told by its own words."""
    sentence = SENTENCES.get(entry.kind)
    if sentence is None:
        room, _, verb = entry.kind.partition(".")
        return f"{room.replace('_', ' ')}: {verb.replace('_', ' ')}"
    person = _uuid(entry.subject.get("person", ""))
    name = known[person].name if person is not None and person in known else "somebody"
    return sentence.format_map(_Said({**entry.facts, "person": name}))


class _Said(dict[str, Any]):
    """Facts for a sentence; a word with underscores is read with spaces, and what is missing says so."""

    def __getitem__(self, key: str) -> str:
        return str(self.get(key, "(not said)")).replace("_", " ")


def _person(ref: str) -> UUID | None:
    kind, _, identity = ref.partition(":")
    return _uuid(identity) if kind == "person" else None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
