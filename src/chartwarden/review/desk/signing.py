"""Sign a review: from then on it never changes."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count

from chartwarden.clinics.contracts import Clinic
from chartwarden.clinics.services import seal
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.decisions import Decision, refused, require
from chartwarden.ledger.services import append
from chartwarden.review import models, rules
from chartwarden.review.desk import sealed, weeks
from chartwarden.review.desk.contracts import CaseHead, Summary
from chartwarden.review.desk.document import SignedCase, Signing, document, told
from chartwarden.review.desk.opening import settle
from chartwarden.review.desk.refreshing import inputs_facts


def sign_review(*, clinic: Clinic, review: UUID, coverage_acknowledged: bool, actor: Actor, at: datetime) -> str:
    """Sign a review and return the SHA-256 of its document, which the ledger keeps.

    The caller makes sure that the signer has just proved who they are. Raises Refused where the rules say no.
    """
    with transaction.atomic():
        row = models.Review.objects.select_for_update().get(clinic_id=clinic.id, id=review)
        today = at.astimezone(clinic.time_zone).date()
        settle(row, today)
        require(rules.may_sign(facts_of(clinic, row), today, coverage_acknowledged))
        if actor.person is None:
            require(refused("A review is signed by a person.", rules.LAW))
        row.state = rules.REVIEW.after(row.state, "signed")
        row.signed_at, row.signed_by_id = at, actor.person
        summary = sealed.unpack(clinic.id, sealed.SUMMARY, row.summary, Summary)
        cases = signed_cases(row)
        content = document(_signing(clinic, row), summary, cases)
        row.document = seal(clinic.id, sealed.DOCUMENT, content)
        row.document_digest = hashlib.sha256(content).hexdigest()
        row.save()
        append(
            clinic=clinic.id,
            kind="review.signed",
            actor=actor,
            at=at,
            subject={"review": str(row.id), **({"amends": str(row.amends_id)} if row.amends_id else {})},
            facts=_facts(row, summary, cases),
        )
    return row.document_digest


def signable(*, clinic: Clinic, review: UUID, at: datetime, coverage_acknowledged: bool = True) -> Decision:
    """Whether a review may be signed as it is now by whoever says that they have read its coverage."""
    row = models.Review.objects.get(clinic_id=clinic.id, id=review)
    return rules.may_sign(facts_of(clinic, row), at.astimezone(clinic.time_zone).date(), coverage_acknowledged)


def facts_of(clinic: Clinic, row: models.Review) -> rules.ReviewFacts:
    """What the rules need of a review."""
    latest = weeks.revision(clinic, row.first_day, row.last_day, row.state == "signed")
    return rules.ReviewFacts(
        state=row.state,
        last_day=row.last_day,
        undecided=row.cases.filter(state__in=rules.UNDECIDED).count(),
        read=row.refreshed_at is not None and row.run != "failed",
        behind=row.revision < latest,
        decided_by_subject=_decided_by_subject(row),
    )


def _decided_by_subject(row: models.Review) -> int:
    """How many cases were decided by somebody who may not, by what is kept of each."""
    answered: dict[UUID, set[UUID]] = defaultdict(set)
    questions = models.Question.objects.filter(clinic_id=row.clinic_id).exclude(answered_at=None)
    for field in ("case", "case__reopened_as", "case__reopened_as__reopened_as"):
        for case, person in questions.filter(**{f"{field}__review": row}).values_list(f"{field}__id", "to_id"):
            answered[case].add(person)
    found = models.Disposition.objects.filter(case__review=row, superseded_at=None)
    facts = ("by_id", "case_id", "case__coder_id", "case__holders")
    return sum(
        not rules.is_judge_of(
            rules.CaseFacts("decided", 0, coder, frozenset(map(UUID, holders)), frozenset(answered[case])), by
        )
        for by, case, coder, holders in found.values_list(*facts)
    )


def signed_cases(row: models.Review) -> list[SignedCase]:
    """The decided cases of a review, worst first."""
    cases = row.cases.filter(state="decided").annotate(asked=Count("questions")).defer("body").order_by("rank", "id")
    last = {found.case_id: found for found in models.Disposition.objects.filter(case__review=row, superseded_at=None)}
    return [
        SignedCase(
            id=case.id,
            digest=case.digest,
            rank=case.rank,
            score=case.score,
            coder=case.coder_id,
            detectors=tuple(case.detectors),
            accesses=sealed.unpack(row.clinic_id, sealed.HEAD, case.head, CaseHead).accesses,
            outcome=case.outcome,
            decided_by=last[case.id].by_id,
            decided_at=last[case.id].at,
            questions=case.asked,
            reopens=case.reopens_id,
        )
        for case in cases
    ]


def _signing(clinic: Clinic, row: models.Review) -> Signing:
    return Signing(
        clinic=clinic.id,
        clinic_name=clinic.name,
        time_zone=clinic.time_zone.key,
        review=row.id,
        amends=row.amends_id,
        first_day=row.first_day,
        last_day=row.last_day,
        due_at=row.due_at,
        signed_at=row.signed_at,
        signed_by=row.signed_by_id,
    )


def _coverage(plain: Mapping[str, Any]) -> dict[str, Any]:
    """The coverage without the systems' names, which are words of whoever set a format up: their count and digest."""
    names = "".join(f"{name}\n" for name in plain["systems"])
    digest = hashlib.sha256(names.encode()).hexdigest()
    return {**plain, "systems": len(plain["systems"]), "systems_sha256": digest}


def _facts(row: models.Review, summary: Summary, cases: list[SignedCase]) -> dict[str, object]:
    plain = told(summary)
    return {
        "first_day": row.first_day.isoformat(),
        "last_day": row.last_day.isoformat(),
        "document_sha256": row.document_digest,
        "late_seconds": int(rules.lateness(row.due_at, row.signed_at).total_seconds()),
        **inputs_facts([given.sha256 for given in summary.inputs]),
        "detectors": {run.id: run.version if run.ran else None for run in summary.detectors},
        "coverage": _coverage(plain["coverage"]),
        "totals": {name: plain["totals"][name] for name in ("accesses", "explained", "unexplained")},
        "cases": len(cases),
        "dispositions": rules.outcome_counts([case.outcome for case in cases]),
    }
