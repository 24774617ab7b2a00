"""What leaves the pages of a record: print-outs and copies, each in the ledger with its purpose before it goes out.

Fetching a document can take a minute, in which its work may be submitted or its reader suspended. So each is decided
about once more, in the transaction that writes it down, right before it goes out.

A copy stands in the way of submitting and closing until its deletion is confirmed (45 CFR 164.310(d)(2), 164.502(b)).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from chartwarden.assignments import services as assignments
from chartwarden.gateway.chart.contracts import COPIES, PRINTS
from chartwarden.gateway.chart.reading import Standing, decided
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.decisions import refused as no
from chartwarden.kernel.decisions import require
from chartwarden.kernel.errors import refuse
from chartwarden.ledger.services import append

LAW = "45 CFR 164.502(b), 164.514(d)(2)"


class Shut(Exception):
    """The record was shut while its document was fetched. Holds what was decided then."""

    def __init__(self, there: Standing) -> None:
        super().__init__("the record is shut by now")
        self.there = there


def note_print(*, there: Standing, document: str, purpose: str) -> None:
    """Write down that a document (an opaque word) is printed. Raises Refused where the policy does not let it, Shut
    where the record is not open any more, and InputRefused for a purpose that is none."""
    reader = there.reader
    _known(purpose, PRINTS)
    with transaction.atomic():
        there = decided(reader)
        _check(there, there.scope.printing, "Printing")
        append(
            clinic=reader.clinic.id, kind="gateway.record_printed", actor=reader.actor, at=reader.at,
            subject={"person": str(reader.person), "assignment": str(reader.assignment)},
            facts={"document": document, "purpose": purpose, "policy": there.scope.version},
        )  # fmt: skip


def make_copy(*, there: Standing, document: str, purpose: str) -> UUID:
    """Write down that a copy of a document is saved, in queue and ledger. Its id. Raises as ``note_print``."""
    reader = there.reader
    _known(purpose, COPIES)
    with transaction.atomic():
        _check(decided(reader), there.scope.copies, "Saving copies")
        made = assignments.note_copy(
            clinic=reader.clinic.id, assignment=reader.assignment, person=reader.person, document=document,
            purpose=purpose, at=reader.at,
        )  # fmt: skip
        there = decided(reader)  # behind the note, which keeps others from moving the assignment
        _check(there, there.scope.copies, "Saving copies")
        append(
            clinic=reader.clinic.id, kind="gateway.copy_made", actor=reader.actor, at=reader.at,
            subject={"person": str(reader.person), "assignment": str(reader.assignment), "copy": str(made)},
            facts={"document": document, "purpose": purpose, "policy": there.scope.version},
        )  # fmt: skip
    return made


def confirm_deleted(*, clinic: UUID, person: UUID, copy: UUID, actor: Actor, at: datetime) -> bool:
    """Write down that somebody has deleted their copy. Whether that is news: again is harmless.

    Raises DoesNotExist, also for anybody else's.
    """
    with transaction.atomic():
        assignment = assignments.confirm_copy_deleted(clinic=clinic, person=person, copy=copy, at=at)
        if assignment is not None:
            subject = {"person": str(person), "assignment": str(assignment), "copy": str(copy)}
            append(clinic=clinic, kind="gateway.copy_deleted", actor=actor, at=at, subject=subject)
    return assignment is not None


def _check(there: Standing, allowed: bool, what: str) -> None:
    if not there.verdict.allowed:
        raise Shut(there)
    if not allowed:
        require(no(f"{what} is not part of the clinic's minimum-necessary policy for this work.", LAW))


def _known(purpose: str, purposes: Mapping[str, str]) -> None:
    if purpose not in purposes:
        raise refuse("purpose", "one of " + ", ".join(purposes.values()), repr(purpose[:40]))
