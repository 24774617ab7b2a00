"""Decide cases, one or several alike together, and reopen them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from chartwarden.clinics.contracts import Clinic
from chartwarden.clinics.services import seal_salt
from chartwarden.kernel import decisions
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.decisions import Decision, Refused, refused, require
from chartwarden.kernel.errors import refuse
from chartwarden.ledger.services import append
from chartwarden.people import queries as people
from chartwarden.review import models, rules
from chartwarden.review.desk import sealed
from chartwarden.review.desk.contracts import CaseBody
from chartwarden.review.desk.opening import amendment_of, settle
from chartwarden.review.desk.summing import logins_of

MOST_TEXT = 4000


class Stale(decisions.Stale):
    """A form was filled in for a case that has changed since. ``case`` says which; its page tells what happened."""

    def __init__(self, decision: Decision, case: UUID) -> None:
        super().__init__(decision)
        self.case = case


def decide_case(
    *, clinic: Clinic, case: UUID, outcome: str, note: str, revision: int, actor: Actor, at: datetime
) -> None:
    """Decide a case. ``revision`` is that of the case which the decider saw.

    Raises Refused where the rules say no, Stale where the case has changed, InputRefused for an outcome that is none
    or a note that is missing or too long.
    """
    decide_together(clinic=clinic, cases={case: revision}, outcome=outcome, note=note, actor=actor, at=at)


def decide_together(
    *, clinic: Clinic, cases: Mapping[UUID, int], outcome: str, note: str, actor: Actor, at: datetime
) -> None:
    """Decide cases of one review the same way, all or none; ``cases`` are their revisions as the decider saw them.

    Each gets a disposition and an entry of its own. Raises as ``decide_case``, InputRefused for cases that are not
    alike, Refused where one of several has strong evidence.
    """
    if outcome not in rules.OUTCOMES:
        raise refuse("outcome", "one of " + ", ".join(rules.OUTCOMES), repr(outcome[:40]))
    text = checked_text("note", note)
    with transaction.atomic():
        rows = [locked(clinic.id, case) for case in sorted(cases)]
        if len({row.review_id for row in rows}) != 1:
            raise refuse("cases", "cases of one review", "cases of several, or none")
        if len({row.alike for row in rows}) != 1:
            raise refuse("cases", "cases that are alike", "some that are not: decide those one by one")
        require(rules.may_decide_together([row.score for row in rows]))
        together = uuid4() if len(rows) > 1 else None
        for row in rows:
            require_current(row, cases[row.id])
            require(rules.may_decide(facts_of(row), actor.person))
            _decide(row, outcome, text, together, actor, at)
        settle(rows[0].review, at.astimezone(clinic.time_zone).date())


def _decide(row: models.CaseRecord, outcome: str, note: str, together: UUID | None, actor: Actor, at: datetime) -> None:
    row.state = rules.CASE.after(row.state, "decided")
    row.outcome, row.decided_at = outcome, at
    row.revision += 1
    row.save(update_fields=["state", "outcome", "decided_at", "revision"])
    entry = append(
        clinic=row.clinic_id,
        kind="review.case_decided",
        actor=actor,
        at=at,
        subject={"case": str(row.id), "review": str(row.review_id)},
        facts={"outcome": outcome, "detectors": row.detectors, "together": str(together) if together else None},
        private={"note": note},
    )
    made = uuid4()
    models.Disposition.objects.create(
        id=made,
        clinic_id=row.clinic_id,
        case=row,
        outcome=outcome,
        note=sealed.seal_text(row.clinic_id, note, sealed.note_place(made, row.id, outcome)),
        salt=seal_salt(row.clinic_id, entry.salts["note"]),
        by_id=actor.person,
        at=at,
        together=together,
    )


def reopen_case(*, clinic: Clinic, case: UUID, reason: str, revision: int, actor: Actor, at: datetime) -> UUID:
    """Take a decided case up again, with a reason, and return the case that is open now.

    Where its review is signed, that stays as it is: an amendment holds the case anew. Raises as ``decide_case``.
    """
    text = checked_text("reason", reason)
    with transaction.atomic():
        row = locked(clinic.id, case)
        require_current(row, revision)
        signed = row.review.state == "signed"
        facts = facts_of(row)
        require(rules.may_reopen(facts, actor.person))
        rules.CASE.after(row.state, "reopened")
        if signed and models.CaseRecord.objects.filter(clinic_id=clinic.id, reopens=row).exists():
            raise Refused(refused("This case was reopened before. Its amendment holds it now."))
        opened = _anew(row, clinic, actor, at) if signed else _again(row)
        entry = append(
            clinic=clinic.id,
            kind="review.case_reopened",
            actor=actor,
            at=at,
            subject={"case": str(opened.id), "review": str(opened.review_id), "reopens": str(row.id)},
            facts={"outcome": row.dispositions.latest("at").outcome},
            private={"reason": text},
        )
        last = row.dispositions.latest("at")
        last.superseded_at, last.superseded_by_id = at, actor.person
        last.reason = sealed.seal_text(clinic.id, text, sealed.place("reason", last.id))
        last.reason_salt = seal_salt(clinic.id, entry.salts["reason"])
        last.save()
        settle(opened.review, at.astimezone(clinic.time_zone).date())
    return opened.id


def _again(row: models.CaseRecord) -> models.CaseRecord:
    row.state = rules.CASE.after(row.state, "reopened")
    row.outcome, row.decided_at = "", None
    row.revision += 1
    row.save(update_fields=["state", "outcome", "decided_at", "revision"])
    return row


COPIED = (
    "clinic_id", "digest", "rank", "score", "coder_id", "coder_index", "patient_index", "holders", "detectors", "alike",
    "suggested", "head", "body",
)  # fmt: skip


def _anew(row: models.CaseRecord, clinic: Clinic, actor: Actor, at: datetime) -> models.CaseRecord:
    review = amendment_of(row.review, clinic, actor, at)
    copied = {name: getattr(row, name) for name in COPIED}
    return models.CaseRecord.objects.create(review=review, opened_at=at, reopens=row, **copied)


def locked(clinic: UUID, case: UUID) -> models.CaseRecord:
    """A case and its review, held until the transaction ends. Raises DoesNotExist, also for another clinic's."""
    # The review first, as a refresh does: two that lock in one order can't wait for each other.
    held = models.CaseRecord.objects.values_list("review_id", flat=True).get(clinic_id=clinic, id=case)
    review = models.Review.objects.select_for_update().get(clinic_id=clinic, id=held)
    row = models.CaseRecord.objects.select_for_update().get(clinic_id=clinic, id=case)
    row.review = review
    return row


def facts_of(row: models.CaseRecord) -> rules.CaseFacts:
    """What the rules need of a case."""
    answerers: set[UUID] = set()
    before: models.CaseRecord | None = row
    while before is not None:  # who answered before it was reopened has still answered
        answerers.update(before.questions.exclude(answered_at=None).values_list("to_id", flat=True))
        before = before.reopens
    return rules.CaseFacts(
        state=row.state,
        revision=row.revision,
        coder=row.coder_id,
        holders=frozenset(UUID(holder) for holder in row.holders) | _holders_now(row),
        answerers=frozenset(answerers),
        review_signed=row.review.state == "signed",
    )


def _holders_now(row: models.CaseRecord) -> frozenset[UUID]:
    """Who has come to hold a login of the case since the review was last made: they may not decide either."""
    case = sealed.unpack(row.clinic_id, sealed.BODY, row.body, CaseBody).case
    return people.login_holders(row.clinic_id, logins_of(case)) - {row.coder_id}


def require_current(row: models.CaseRecord, revision: int) -> None:
    """Raise Stale where the case has changed since the form was shown."""
    current = rules.is_current(revision, row.revision)
    if not current:
        raise Stale(current, row.id)


def checked_text(what: str, text: str) -> str:
    """A text that people wrote, without the space around it. Raises InputRefused where it is missing or too long."""
    found = text.strip().replace("\r\n", "\n").replace("\x00", "")
    if not found:
        raise refuse(what, "a few words", "nothing")
    if len(found) > MOST_TEXT:
        raise refuse(what, f"at most {MOST_TEXT:,} characters", f"{len(found):,}")
    return found
