"""Take a week's findings over into its review: new cases, cases that went on, cases no longer found."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from chartwarden.clinics import queries as clinics
from chartwarden.clinics.contracts import Clinic
from chartwarden.kernel.actors import Actor
from chartwarden.ledger.contracts import Draft
from chartwarden.ledger.services import append, append_many
from chartwarden.people.queries import holders
from chartwarden.review import models, rules
from chartwarden.review.contracts import Case, Findings
from chartwarden.review.desk import sealed
from chartwarden.review.desk.contracts import Summary
from chartwarden.review.desk.opening import amendment_of, newest, settle
from chartwarden.review.desk.own import PersonAccesses, keep_accesses
from chartwarden.review.desk.summing import body_of, head_of, logins_of, summary_of
from chartwarden.review.desk.telling import tell
from chartwarden.review.report.contracts import Picture

BATCH = 500
LISTED_INPUTS = 100
LATELY = timedelta(days=7)
"""Of a week that ended longer ago nobody is told by mail: the first import of a year would send fifty."""


@dataclass
class Counts:
    """What became of the cases."""

    added: int = 0
    continued: int = 0
    withdrawn: int = 0
    unchanged: int = 0
    elsewhere: int = 0


@dataclass(frozen=True)
class Staff:
    """Whom the findings' ids mean: persons by their id in the workforce feed, and who holds a login."""

    persons: Mapping[str, UUID] = field(default_factory=dict)
    holders: Mapping[str, frozenset[UUID]] = field(default_factory=dict)


def take_findings(
    *,
    clinic: Clinic,
    review: UUID,
    findings: Findings,
    judged: Iterable[PersonAccesses],
    staff: Staff,
    revision: int,
    actor: Actor,
    at: datetime,
    pictures: tuple[Picture, ...] = (),
) -> Counts:
    """Take over what the engine found for a review's week, made from inputs of that revision. Again is harmless.

    ``judged`` gives each person's accesses. A signed review never changes: where its week now has a case that it does
    not hold, or was made from other inputs, an amendment is opened and takes all of it, also where nothing is to be
    decided: what came late was reviewed too, and its people see it. Findings that are older than what the review holds
    are let go.
    """
    with transaction.atomic():
        row = _alone(clinic, review)
        row = newest(clinic.id, row.first_day) or row
        if revision < row.revision:
            return Counts()
        counts = Counts()
        signed = _signed_digests(row)
        elsewhere = _digests_elsewhere(row, findings.cases)
        cases = [case for case in findings.cases if case.case not in signed | elsewhere]
        counts.elsewhere = len(elsewhere)
        if row.state == "signed":
            if not cases and not _differs(row, findings):
                models.Review.objects.filter(id=row.id).update(revision=revision, run="idle", run_until=None)
                return counts
            row = amendment_of(row, clinic, actor, at)
        first = row.refreshed_at is None
        lost = _take_cases(row, cases, dict(findings.names), staff, counts, at)
        _withdraw(row, lost, elsewhere, actor, at)
        counts.withdrawn = len(lost)
        row.summary = sealed.pack(clinic.id, sealed.SUMMARY, summary_of(findings, pictures))
        row.accesses, row.explained = findings.totals.accesses, findings.totals.explained
        row.revision, row.refreshed_at = revision, at
        row.run, row.run_until, row.run_stage, row.run_fault = "idle", None, "", ""
        row.save()
        keep_accesses(row, judged, staff.persons)
        today = at.astimezone(clinic.time_zone).date()
        settle(row, today)
        if first and timedelta(0) < today - row.last_day <= LATELY:
            for officer in holders(clinic.id, "privacy_officer", at):
                tell(clinic.id, officer, "review_ready", "review:review", {"review": str(row.id)}, at)
        append(
            clinic=clinic.id,
            kind="review.refreshed",
            actor=actor,
            at=at,
            subject={"review": str(row.id)},
            facts=_facts(findings, counts, revision),
        )
    return counts


def _alone(clinic: Clinic, review: UUID) -> models.Review:
    """A review, held together with those of the weeks around it until the transaction ends: a case that lies across two
    weeks must not be opened in both by two workers. Always in the same order, so that nobody waits in a ring."""
    rows = models.Review.objects.filter(clinic_id=clinic.id)
    first_day = rows.values_list("first_day", flat=True).get(id=review)
    reach = timedelta(days=clinic.lookback_days + 7)
    around = rows.filter(first_day__range=(first_day - reach, first_day + reach)).order_by("first_day", "opened_at")
    list(around.select_for_update().values_list("id"))
    return rows.get(id=review)


def inputs_facts(digests: Sequence[str]) -> dict[str, object]:
    """The inputs' digests as an entry holds them: themselves where they are few, and always the SHA-256 of the sorted
    list, a digest a line, since an entry has an end and a clinic may import every hour."""
    ordered = sorted(digests)
    over = hashlib.sha256("".join(f"{digest}\n" for digest in ordered).encode()).hexdigest()
    return {
        "inputs": ordered if len(ordered) <= LISTED_INPUTS else [],
        "inputs_count": len(ordered),
        "inputs_sha256": over,
    }


def _facts(findings: Findings, counts: Counts, revision: int) -> dict[str, object]:
    return {
        "revision": revision,
        **inputs_facts([given.sha256 for given in findings.inputs]),
        "detectors": {run.id: run.version if run.ran else None for run in findings.detectors},
        "accesses": findings.totals.accesses,
        "explained": findings.totals.explained,
        "cases": {
            "added": counts.added,
            "continued": counts.continued,
            "withdrawn": counts.withdrawn,
            "unchanged": counts.unchanged,
        },
    }


def _signed_digests(row: models.Review) -> set[str]:
    """The cases that signed reviews of the same week hold."""
    same_week = models.CaseRecord.objects.filter(clinic_id=row.clinic_id, review__first_day=row.first_day)
    return set(same_week.filter(review__state="signed").exclude(state="withdrawn").values_list("digest", flat=True))


def _differs(row: models.Review, findings: Findings) -> bool:
    """Whether a week's accesses, or the inputs they are judged from, are others than those its review was made from."""
    if row.summary is None:
        return True
    kept = sealed.unpack(row.clinic_id, sealed.SUMMARY, row.summary, Summary)
    digests = [sorted(given.sha256 for given in inputs) for inputs in (kept.inputs, findings.inputs)]
    return kept.totals != findings.totals or digests[0] != digests[1]


def _digests_elsewhere(row: models.Review, cases: Sequence[Case]) -> set[str]:
    """Cases that the review of another week holds already: a stretch may lie across two weeks, and is one's only."""
    found: set[str] = set()
    digests = [case.case for case in cases]
    for first in range(0, len(digests), BATCH):
        rows = models.CaseRecord.objects.filter(
            clinic_id=row.clinic_id, digest__in=digests[first : first + BATCH]
        ).exclude(review__first_day=row.first_day)
        found.update(rows.exclude(state="withdrawn").values_list("digest", flat=True))
    return found


def _take_cases(
    row: models.Review, cases: Sequence[Case], names: dict[str, str], staff: Staff, counts: Counts, at: datetime
) -> list[models.CaseRecord]:
    """Take cases over; returns those that were there and are no longer found, and do not go on as another."""
    held = {case.digest: case for case in row.cases.select_for_update()}
    found = {case.case for case in cases}
    lost = [case for case in held.values() if case.digest not in found and case.state in rules.UNDECIDED]
    lost = [case for case in lost if case.reopens_id is None]
    going_on: dict[tuple[bytes, bytes | None], list[models.CaseRecord]] = {}
    for case in sorted(lost, key=lambda case: case.rank):
        going_on.setdefault(_pair(case), []).append(case)
    added = []
    for rank, case in enumerate(cases, start=1):
        if case.case in held:
            _renew(held[case.case], replace(case, rank=rank), names, staff, counts)
            continue
        made = _record(row, replace(case, rank=rank), names, staff, at)
        before = going_on.get(_pair(made), [])
        if before:
            _continue(before.pop(0), made, counts)
        else:
            added.append(made)
    models.CaseRecord.objects.bulk_create(added, batch_size=BATCH)
    counts.added = len(added)
    return [case for rest in going_on.values() for case in rest]


def _withdraw(
    row: models.Review, lost: Sequence[models.CaseRecord], elsewhere: set[str], actor: Actor, at: datetime
) -> None:
    """Withdraw cases, each with an entry that says why: nothing leaves a review unseen."""
    why = _changed_inputs(row) if lost else []
    drafts = []
    for case in lost:
        case.state = rules.CASE.after(case.state, "withdrawn")
        case.revision += 1
        case.withdrawn_at = at
        case.withdrawn_for = [rules.ANOTHER_WEEK] if case.digest in elsewhere else why
        case.save(update_fields=["state", "revision", "withdrawn_at", "withdrawn_for"])
        subject = {"case": str(case.id), "review": str(row.id)}
        facts = {"case": case.digest, "why": case.withdrawn_for}
        drafts.append(Draft(row.clinic_id, "review.case_withdrawn", actor, at, subject, facts))
    append_many(row.clinic_id, drafts)


def _changed_inputs(row: models.Review) -> list[str]:
    """The kinds of inputs that came in, or were changed by hand, since a review was last made."""
    return sorted(kind for kind, at in clinics.inputs_changed_at(row.clinic_id).items() if at > row.revision)


def _pair(case: models.CaseRecord) -> tuple[bytes, bytes | None]:
    return bytes(case.coder_index), bytes(case.patient_index) if case.patient_index else None


def _record(row: models.Review, case: Case, names: dict[str, str], staff: Staff, at: datetime) -> models.CaseRecord:
    clinic = row.clinic_id
    seen = sorted({signal.detector for signal in case.signals})
    person = staff.persons.get(case.coder)
    return models.CaseRecord(
        clinic_id=clinic,
        review=row,
        digest=case.case,
        rank=case.rank,
        score=case.score,
        coder_id=person,
        coder_index=sealed.coder_index(clinic, case.coder),
        patient_index=sealed.patient_index(clinic, case.patient),
        holders=_holders(case, staff),
        detectors=seen,
        alike=hashlib.sha256(rules.alike_key(seen, case.suggested, case.patient).encode()).hexdigest(),
        suggested=case.suggested,
        head=sealed.pack(clinic, sealed.HEAD, head_of(case, names)),
        body=sealed.pack(clinic, sealed.BODY, body_of(case, names)),
        opened_at=at,
    )


def _holders(case: Case, staff: Staff) -> list[str]:
    """Everybody but its subject who holds a login under which its accesses were made: it may have been they."""
    found = {holder for login in logins_of(case) for holder in staff.holders.get(login, frozenset())}
    return sorted(str(holder) for holder in found - {staff.persons.get(case.coder)})


def _renew(held: models.CaseRecord, case: Case, names: dict[str, str], staff: Staff, counts: Counts) -> None:
    """The same case once more: its words may tell of names or assignments that are known now. What is decided stays."""
    counts.unchanged += 1
    changed = ["rank"]
    held.rank = case.rank
    if held.state == "withdrawn":
        held.state = rules.CASE.after(held.state, "found again")
        held.revision += 1
        held.withdrawn_at, held.withdrawn_for = None, []
        changed += ["state", "revision", "withdrawn_at", "withdrawn_for"]
    if held.state in rules.UNDECIDED:
        held.score = case.score
        held.head = sealed.pack(held.clinic_id, sealed.HEAD, head_of(case, names))
        held.body = sealed.pack(held.clinic_id, sealed.BODY, body_of(case, names))
        # Whoever holds the login by now may not decide either; whoever held it before still may not.
        person = staff.persons.get(case.coder)
        held.coder_id = person or held.coder_id
        held.holders = sorted({*held.holders, *_holders(case, staff)})
        changed += ["score", "head", "body", "coder", "holders"]
    held.save(update_fields=changed)


CONTINUES = ("digest", "rank", "score", "coder_id", "detectors", "alike", "suggested", "head", "body")


def _continue(before: models.CaseRecord, made: models.CaseRecord, counts: Counts) -> None:
    """An undecided case whose pair has more or fewer accesses now: it goes on under its own id, with its questions."""
    for name in CONTINUES:
        setattr(before, name, getattr(made, name))
    before.holders = sorted({*before.holders, *made.holders})
    before.revision += 1
    before.save()
    counts.continued += 1
