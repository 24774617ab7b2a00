"""Ask the coder or a supervisor a written question about a case, and answer it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from chartwarden.clinics.contracts import Clinic
from chartwarden.clinics.services import seal_salt
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.decisions import require
from chartwarden.ledger.services import append
from chartwarden.people import queries as people
from chartwarden.review import models, rules
from chartwarden.review.desk import sealed
from chartwarden.review.desk.contracts import CaseShown
from chartwarden.review.desk.deciding import checked_text, facts_of, locked, require_current
from chartwarden.review.desk.telling import tell


def askable(clinic: UUID, shown: CaseShown, asker: UUID, at: datetime) -> list[tuple[UUID, str]]:
    """Whom one may ask: the coder, and the coding supervisors, with their part; the one who is suggested first."""
    supervisors = people.holders(clinic, "coding_supervisor", at)
    found = [(person, "coding supervisor") for person in supervisors]
    if shown.coder:
        place = len(found) if shown.body.case.suggested == "ask_supervisor" else 0
        found.insert(place, (shown.coder, "the coder"))
    return [(person, part) for person, part in found if person != asker]


def ask_question(*, clinic: Clinic, case: UUID, to: UUID, text: str, revision: int, actor: Actor, at: datetime) -> UUID:
    """Put a question to a person of the clinic; they are told by mail that there is one. Returns its id.

    Raises Refused where the rules say no, Stale where the case has changed, InputRefused for a missing text.
    """
    words = checked_text("question", text)
    with transaction.atomic():
        row = locked(clinic.id, case)
        require_current(row, revision)
        require(rules.may_ask(facts_of(row), actor.person, to))
        row.state = rules.CASE.after(row.state, "asked about")
        row.revision += 1
        row.save(update_fields=["state", "revision"])
        question = models.Question(clinic_id=clinic.id, case=row, to_id=to, asked_by_id=actor.person, asked_at=at)
        entry = append(
            clinic=clinic.id,
            kind="review.question_asked",
            actor=actor,
            at=at,
            subject={"case": str(row.id), "question": str(question.id), "to": str(to)},
            private={"question": words},
        )
        question.text = sealed.seal_text(clinic.id, words, sealed.place("question", question.id))
        question.salt = seal_salt(clinic.id, entry.salts["question"])
        question.save()
        tell(clinic.id, to, "question_asked", "review:question", {"question": str(question.id)}, at)
    return question.id


def answer_question(*, clinic: Clinic, question: UUID, text: str, actor: Actor, at: datetime) -> None:
    """Answer a question that was put to the actor; who asked is told by mail. An answer stays as it was given."""
    words = checked_text("answer", text)
    with transaction.atomic():
        case = models.Question.objects.values_list("case_id", flat=True).get(clinic_id=clinic.id, id=question)
        row = locked(clinic.id, case)
        asked = models.Question.objects.select_for_update().get(clinic_id=clinic.id, id=question)
        require(rules.may_answer(asked.to_id, asked.answered_at is not None, row.state, actor.person))
        entry = append(
            clinic=clinic.id,
            kind="review.question_answered",
            actor=actor,
            at=at,
            subject={"case": str(row.id), "question": str(question)},
            private={"answer": words},
        )
        asked.answered_at = at
        asked.answer = sealed.seal_text(clinic.id, words, sealed.place("answer", asked.id))
        asked.answer_salt = seal_salt(clinic.id, entry.salts["answer"])
        asked.save()
        if not row.questions.filter(answered_at=None).exists():
            row.state = rules.CASE.after(row.state, "answered")
        row.revision += 1
        row.save(update_fields=["state", "revision"])
        tell(clinic.id, asked.asked_by_id, "question_answered", "review:case", {"case": str(row.id)}, at)
