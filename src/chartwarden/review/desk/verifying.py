"""What the desk keeps, held against the ledger: outcomes, commitments to what people wrote, signed documents.

The ledger proves itself; this finds what was changed beside it, such as by somebody who writes into the database.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from django.db.models import F

from chartwarden.clinics.services import open_salt, unseal
from chartwarden.kernel.errors import Fault
from chartwarden.kernel.sealing import SealBroken
from chartwarden.ledger.contracts import StoredEntry
from chartwarden.ledger.queries import commits_to, entries, latest
from chartwarden.review import models
from chartwarden.review.desk import sealed

DECIDED, REOPENED, SIGNED = "review.case_decided", "review.case_reopened", "review.signed"
ASKED, ANSWERED = "review.question_asked", "review.question_answered"
ABOUT = {DECIDED: "case", REOPENED: "reopens", SIGNED: "review", ASKED: "question", ANSWERED: "question"}
"""The kinds that are compared, and which of their subjects names the row."""

Found = Mapping[tuple[str, str], Sequence[StoredEntry]]


def verify_kept(clinic: UUID) -> tuple[int, tuple[Fault, ...]]:
    """How many rows of the desk were compared with their entries, and what differs: which row, and what of it.

    A fault names ids, states and digests, and no text.
    """
    found = _entries(clinic)
    faults: list[Fault] = []
    compared = 0
    for check in (_dispositions, _questions, _documents):
        for some in check(clinic, found):
            compared += 1
            faults += some
    return compared, tuple(faults)


def _entries(clinic: UUID) -> Found:
    found: dict[tuple[str, str], list[StoredEntry]] = defaultdict(list)
    for entry in entries(clinic, limit=latest(clinic).size, kinds=tuple(ABOUT)):
        found[entry.kind, entry.subject.get(ABOUT[entry.kind], "")].append(entry)
    return found


def _dispositions(clinic: UUID, found: Found) -> Iterator[list[Fault]]:
    by_case: dict[UUID, list[models.Disposition]] = defaultdict(list)
    given_in_order = models.Disposition.objects.filter(clinic_id=clinic)
    for given in given_in_order.order_by("at", F("superseded_at").asc(nulls_last=True), "id"):
        by_case[given.case_id].append(given)
    cases = models.CaseRecord.objects.filter(clinic_id=clinic).values_list("id", "state", "outcome")
    known = {identity: (state, outcome) for identity, state, outcome in cases}
    for case in sorted(known.keys() | {UUID(about) for kind, about in found if kind == DECIDED}):
        rows, written = by_case.get(case, []), found.get((DECIDED, str(case)), [])
        where = f"case {case}"
        if len(rows) != len(written):
            yield [Fault(where, f"{len(written)} decisions, as the ledger has them", str(len(rows)))]
            continue
        faults = [fault for row, entry in zip(rows, written, strict=True) for fault in _decision(row, entry, where)]
        faults += _reasons(rows, found.get((REOPENED, str(case)), []), where)
        state, outcome = known.get(case, ("", ""))
        last = rows[-1].outcome if rows and state == "decided" else ""
        if outcome != last:
            faults.append(Fault(where, f"the outcome {last or 'none'} of its last decision", outcome or "none"))
        yield faults


def _decision(row: models.Disposition, entry: StoredEntry, where: str) -> Iterator[Fault]:
    said = str(entry.facts.get("outcome"))
    if row.outcome != said:
        yield Fault(where, f"the outcome {said} of entry {entry.index}", row.outcome)
    if row.at != entry.at or entry.actor not in (f"person:{row.by_id}", *_programs(entry)):
        yield Fault(where, f"the decision by {entry.actor} of entry {entry.index}", "another person or time")
    place = sealed.note_place(row.id, row.case_id, row.outcome)
    yield from _text(where, "note", entry, row.clinic_id, row.note, row.salt, place)


def _programs(entry: StoredEntry) -> tuple[str, ...]:
    """A program acts for a person whom its entry does not name."""
    return (entry.actor,) if not entry.actor.startswith("person:") else ()


def _reasons(rows: Sequence[models.Disposition], written: Sequence[StoredEntry], where: str) -> list[Fault]:
    reopened = [row for row in rows if row.superseded_at is not None]
    if len(reopened) != len(written):
        return [Fault(where, f"{len(written)} reopenings, as the ledger has them", str(len(reopened)))]
    return [
        fault
        for row, entry in zip(reopened, written, strict=True)
        for fault in _text(
            where, "reason", entry, row.clinic_id, row.reason, row.reason_salt, sealed.place("reason", row.id)
        )
    ]


def _questions(clinic: UUID, found: Found) -> Iterator[list[Fault]]:
    rows = {row.id: row for row in models.Question.objects.filter(clinic_id=clinic)}
    for identity in sorted(rows.keys() | {UUID(about) for kind, about in found if kind == ASKED}):
        row, where = rows.get(identity), f"question {identity}"
        asked, answered = (found.get((kind, str(identity)), []) for kind in (ASKED, ANSWERED))
        if row is None or len(asked) != 1:
            yield [Fault(where, "a question and its entry", "one without the other")]
            continue
        faults = list(_text(where, "question", asked[0], clinic, row.text, row.salt, sealed.place("question", row.id)))
        if len(answered) != (row.answered_at is not None):
            faults.append(Fault(where, "an answer and its entry", "one without the other"))
        for entry in answered[:1]:
            place = sealed.place("answer", row.id)
            faults += _text(where, "answer", entry, clinic, row.answer, row.answer_salt, place)
        yield faults


def _documents(clinic: UUID, found: Found) -> Iterator[list[Fault]]:
    rows = {row.id: row for row in models.Review.objects.filter(clinic_id=clinic, state="signed").defer("summary")}
    for identity in sorted(rows.keys() | {UUID(about) for kind, about in found if kind == SIGNED}):
        row, written, where = rows.get(identity), found.get((SIGNED, str(identity)), []), f"review {identity}"
        if row is None or len(written) != 1:
            yield [Fault(where, "a signed review and its entry", "one without the other")]
            continue
        said = str(written[0].facts.get("document_sha256"))
        faults = []
        if row.document_digest != said:
            faults.append(Fault(where, f"the document's SHA-256 of entry {written[0].index}", "another beside it"))
        if _digest(row) != said:
            faults.append(Fault(where, f"the document that entry {written[0].index} signed", "another document"))
        yield faults


def _digest(row: models.Review) -> str:
    try:
        return hashlib.sha256(unseal(row.clinic_id, sealed.DOCUMENT, row.document or b"")).hexdigest()
    except SealBroken:
        return ""


def _text(
    where: str, name: str, entry: StoredEntry, clinic: UUID, kept: bytes | None, salt: bytes | None, place: bytes
) -> Iterator[Fault]:
    """Whether a sealed text can be opened where it lies, and is the one that its entry commits to."""
    expected = f"the {name} that entry {entry.index} commits to"
    try:
        text, opened = sealed.open_text(clinic, kept, place), open_salt(clinic, salt) if salt else b""
    except SealBroken:
        yield Fault(where, expected, "one that was changed or moved")
        return
    if not commits_to(entry.private.get(name, ""), opened, text):
        yield Fault(where, expected, "another text")
