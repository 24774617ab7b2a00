"""What must hold of an installation whatever was killed in it: nothing acknowledged is lost, nothing is half done."""

from __future__ import annotations

import hashlib
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

AT = datetime(2027, 6, 1, tzinfo=UTC)
MOST = 10**7


def faults(acks: Sequence[Sequence[str]] = (), full: bool = True, ended: bool = False) -> list[str]:
    """Everything that is wrong in any clinic of the installation that Django is set up for.

    ``acks`` are (kind, name, value) of what callers were told is done. ``full`` opens every kept file and the export
    too. ``ended``: no work is left, so nothing may be under way.
    """
    from chartwarden.clinics.queries import clinics
    from chartwarden.clinics.services import acting_in

    found: list[str] = []
    for clinic in clinics():
        with acting_in(clinic.id):
            found += _ledger(clinic.id, full)
            entries = _entries(clinic.id)
            found += _of_imports(clinic.id, entries, full)
            found += _of_reviews(clinic, entries)
            found += _acknowledged(entries, acks)
            found += _under_way(clinic.id) if ended else ()
    return found


def _entries(clinic: UUID) -> list[Any]:
    from chartwarden.ledger.queries import entries

    return entries(clinic, limit=MOST)


def _ledger(clinic: UUID, full: bool) -> Iterator[str]:
    from django.db import transaction

    from chartwarden.ledger.queries import signing_keys, verify_stored
    from chartwarden.ledger.services import export_signed
    from chartwarden.ledger.verify import verify

    yield from (f"ledger: {fault}" for fault in verify_stored(clinic).faults)
    if full:
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "ledger.zip"
            with transaction.atomic():
                export_signed(clinic=clinic, out=out, at=AT)
            yield from (f"export: {fault}" for fault in verify(out, signing_keys(clinic)[0]).faults)


def _of(entries: Iterable[Any], kind: str, name: str) -> Counter[str]:
    return Counter(entry.subject[name] for entry in entries if entry.kind == kind)


def _same(what: str, entries: Counter[str], rows: Iterable[Any]) -> Iterator[str]:
    kept = Counter(str(row) for row in rows)
    for missing in (entries - kept).elements():
        yield f"{what}: an entry without its change, {missing}"
    for silent in (kept - entries).elements():
        yield f"{what}: a change without its entry, {silent}"


def _of_imports(clinic: UUID, entries: list[Any], full: bool) -> Iterator[str]:
    from chartwarden.logs import vault
    from chartwarden.logs.models import LogImport
    from chartwarden.logs.services import fetch_logs

    rows = list(LogImport.objects.filter(clinic_id=clinic))
    arrived = [row.id for row in rows if row.received_at is not None]
    yield from _same("received", _of(entries, "logs.received", "import"), arrived)
    for state in ("counted", "discarded"):
        yield from _same(state, _of(entries, f"logs.{state}", "import"), [row.id for row in rows if row.state == state])
    revisions = sorted(row.revision for row in rows if row.revision is not None)
    if revisions != list(range(1, len(revisions) + 1)):
        yield f"revisions are {revisions}"
    there = {identity for identity, _ in vault.kept(clinic)}
    gone = {row.id for row in rows if row.state == "discarded"}
    if full:
        yield from (f"a file without an import, {one}" for one in there - {row.id for row in rows})
        yield from (f"a file of a discarded import, {one}" for one in there & gone)
        with tempfile.TemporaryDirectory() as folder:
            logs = fetch_logs(clinic, None, None, Path(folder))
            if len(logs) != sum(row.kind == "log" and row.state == "counted" for row in rows):
                yield "a counted log can't be fetched"


def _of_reviews(clinic: Any, entries: list[Any]) -> Iterator[str]:
    from chartwarden.people.models import OutgoingMail
    from chartwarden.review import models
    from chartwarden.review.queries import signed_document

    reviews = list(models.Review.objects.filter(clinic_id=clinic.id).defer("summary"))
    signed = [row for row in reviews if row.state == "signed"]
    yield from _same("opened", _of(entries, "review.opened", "review"), [r.id for r in reviews if r.amends_id is None])
    yield from _same("amended", _of(entries, "review.amended", "review"), [r.id for r in reviews if r.amends_id])
    yield from _same("signed", _of(entries, "review.signed", "review"), [row.id for row in signed])
    told = {e.subject["review"]: e.facts["document_sha256"] for e in entries if e.kind == "review.signed"}
    for row in signed:
        kept = hashlib.sha256(signed_document(clinic, row.id) or b"").hexdigest()
        if not kept == row.document_digest == told.get(str(row.id)):
            yield f"the signed document of {row.id} is not the one of its entry"
    cases = list(models.CaseRecord.objects.filter(clinic_id=clinic.id))
    decisions = list(models.Disposition.objects.filter(clinic_id=clinic.id))
    decided = [one.case_id for one in decisions]
    yield from _same("decided", _of(entries, "review.case_decided", "case"), decided)
    in_force = {one.case_id for one in decisions if one.superseded_at is None}
    if {case.id for case in cases if case.state == "decided"} != in_force:
        yield "decided cases and dispositions in force differ"
    if any(
        count > 1 for count in Counter(c.digest for c in cases if c.state != "withdrawn" and not c.reopens_id).values()
    ):
        yield "a case is there twice"
    for row in signed:
        if any(case.review_id == row.id and case.state in ("open", "asked") for case in cases):
            yield f"the signed review {row.id} holds an undecided case"
    questions = list(models.Question.objects.filter(clinic_id=clinic.id))
    answered = [one.id for one in questions if one.answered_at is not None]
    yield from _same("asked", _of(entries, "review.question_asked", "question"), [one.id for one in questions])
    yield from _same("answered", _of(entries, "review.question_answered", "question"), answered)
    mails = Counter(OutgoingMail.objects.filter(clinic_id=clinic.id).values_list("kind", flat=True))
    for kind, rows in (("question_asked", questions), ("question_answered", answered)):
        if mails[kind] != len(rows):
            yield f"{len(rows)} of {kind}, and {mails[kind]} mails about them"


def _acknowledged(entries: list[Any], acks: Sequence[Sequence[str]]) -> Iterator[str]:
    there = {(entry.kind, name, value) for entry in entries for name, value in entry.subject.items()}
    yield from (f"acknowledged and lost: {' '.join(ack)}" for ack in acks if tuple(ack) not in there)


def _under_way(clinic: UUID) -> Iterator[str]:
    from chartwarden.logs.models import LogImport
    from chartwarden.review.models import Review

    for row in LogImport.objects.filter(clinic_id=clinic).exclude(
        state__in=("counted", "discarded", "refused", "read")
    ):
        yield f"an import is still {row.state}"
    for row in Review.objects.filter(clinic_id=clinic).exclude(run="idle"):
        yield f"a review's run is {row.run}: {row.run_fault}"
