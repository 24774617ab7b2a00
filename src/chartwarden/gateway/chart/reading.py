"""One page's reading of a record: decided, written to the ledger, and only then fetched (law 1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import DatabaseError, InterfaceError, transaction

from chartwarden.assignments.contracts import Scope
from chartwarden.clinics.contracts import Clinic
from chartwarden.devices.contracts import Whence
from chartwarden.gateway import compartment
from chartwarden.gateway.chart.line import Got, line
from chartwarden.gateway.compartment import Asked, NotAsked
from chartwarden.gateway.contracts import Facts, Verdict
from chartwarden.gateway.gathering import scope_of
from chartwarden.gateway.opened import opening
from chartwarden.gateway.rules import decide, stated
from chartwarden.gateway.tokens import facts_of
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.decisions import Refused
from chartwarden.ledger.contracts import Draft
from chartwarden.ledger.services import append_many


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads which assignment's record, what for, when (UTC) and from where."""

    clinic: Clinic
    person: UUID
    assignment: UUID
    purpose: str
    actor: Actor
    at: datetime
    whence: Whence


@dataclass(frozen=True, slots=True)
class Standing:
    """What was decided for one request, and what the policy shows. ``patient`` and ``encounter`` are the EHR's ids."""

    reader: Reader
    patient: str
    encounter: str
    facts: Facts
    verdict: Verdict
    scope: Scope


class NotOffered(Exception):
    """What can't be asked of this record. Says why in a sentence."""


class NoLedger(Exception):
    """The entry could not be written, so nothing was fetched, or nothing is shown."""


def decided(reader: Reader) -> Standing:
    """Whether the record is open to somebody now. Writes nothing yet: ``fetched`` or ``refused`` do."""
    patient, facts = facts_of(reader.clinic, reader.person, reader.assignment, reader.purpose, reader.at, reader.whence)
    verdict = decide(facts)
    grant = verdict.grant
    scope = scope_of(reader.clinic.id, facts, grant.kind) if grant else Scope(frozenset())
    return Standing(reader, patient, grant.encounter if grant else "", facts, verdict, scope)


def open_record(*, reader: Reader) -> Standing:
    """Decide whether an assignment opens its record on the pages, and write the answer down. Raises NoLedger."""
    there = decided(reader)
    subject = {"person": str(reader.person), "assignment": str(reader.assignment)}
    facts = {"purpose": stated(reader.purpose), "policy": there.scope.version}
    pages = Draft(reader.clinic.id, "gateway.pages_opened", reader.actor, reader.at, subject, facts)
    _write([pages if there.verdict.allowed else _opening(there, "open")])
    return there


def refused(there: Standing) -> None:
    """Write down that a page was refused. Raises NoLedger."""
    _write([_opening(there, "open")])


def asked(there: Standing, kind: str, identity: str = "", query: str = "") -> Asked:
    """A read or a search of this record, held to the same list as what programs ask for, and to the assignment's
    encounter where the policy says so. Raises NotOffered."""
    path = f"{kind}/{identity}" if identity else kind
    within = there.encounter if there.scope.encounter_only else None
    found = compartment.asked("GET", path, query, there.patient, within)
    if isinstance(found, NotAsked):
        raise NotOffered(found.sentence)
    return found


def fetched(there: Standing, wanted: Sequence[Asked]) -> list[Got]:
    """What the EHR gives of a record that is open: the entry is durable before the EHR is asked, and what failed is
    written down too. Raises NoLedger."""
    if not there.verdict.allowed:
        raise ValueError("expected a record that is open; found one that is not")
    if not wanted:
        return []
    _write([_opening(there, one.interaction) for one in wanted])
    reader = there.reader
    got = line(reader.at).get(there.patient, wanted, reader.at)
    _write([_failed(there, one) for one in got if one.why])
    return got


def _opening(there: Standing, what: str) -> Draft:
    reader = there.reader
    return opening(
        reader.clinic.id, reader.person, there.patient, what, there.facts, there.verdict, reader.actor,
        assignment=str(reader.assignment), policy=there.scope.version,
    )  # fmt: skip


def _failed(there: Standing, got: Got) -> Draft:
    reader = there.reader
    subject = {"person": str(reader.person), "assignment": str(reader.assignment)}
    facts = {"why": got.why, "status": got.status, "interaction": got.asked.interaction}
    return Draft(reader.clinic.id, "gateway.record_failed", reader.actor, reader.at, subject, facts)


def _write(drafts: Sequence[Draft]) -> None:
    if not drafts:
        return
    try:
        with transaction.atomic():
            append_many(drafts[0].clinic, drafts)
    except (DatabaseError, InterfaceError, Refused):
        raise NoLedger from None
