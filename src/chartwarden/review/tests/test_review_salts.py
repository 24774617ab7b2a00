"""Whoever reads the database can't try guesses against the ledger's commitments: the salts lie sealed."""

from __future__ import annotations

from chartwarden.clinics.services import open_salt, seal_those_in_clear
from chartwarden.ledger.queries import commits_to, entries
from chartwarden.review import models
from chartwarden.review.services import answer_question, ask_question, decide_case, reopen_case
from chartwarden.review.tests.desk_support import AFTER, case, taken
from tests.support.clinic import House

TEXTS = {"question": "Why at night?", "answer": "A late shift.", "note": "Seen and settled.", "reason": "Once more."}


def told(house: House) -> dict[str, tuple[bytes, str]]:
    """Each text's salt as it is stored, and its commitment in the ledger."""
    taken(house, case("a"))
    row, officer = models.CaseRecord.objects.get(), house.actor("privacy_officer")
    common = {"clinic": house.clinic, "at": AFTER}
    question = ask_question(
        **common, case=row.id, to=house.people["coding_supervisor"], text=TEXTS["question"], revision=row.revision,
        actor=officer,
    )  # fmt: skip
    answer_question(**common, question=question, text=TEXTS["answer"], actor=house.actor("coding_supervisor"))
    row.refresh_from_db()
    decide_case(**common, case=row.id, outcome="in_order", note=TEXTS["note"], revision=row.revision, actor=officer)
    row.refresh_from_db()
    reopen_case(**common, case=row.id, reason=TEXTS["reason"], revision=row.revision, actor=officer)
    asked, decided = models.Question.objects.get(), models.Disposition.objects.get()
    salts = {
        "question": asked.salt, "answer": asked.answer_salt, "note": decided.salt, "reason": decided.reason_salt,
    }  # fmt: skip
    said = {name: kept for entry in entries(house.id, limit=1000) for name, kept in entry.private.items()}
    return {name: (bytes(salt), said[name]) for name, salt in salts.items()}


def test_a_salt_is_of_no_use_without_the_clinics_key(house: House) -> None:
    for name, (salt, commitment) in told(house).items():
        assert not commits_to(commitment, salt, TEXTS[name])
        assert commits_to(commitment, open_salt(house.id, salt), TEXTS[name])


def test_what_lay_in_clear_is_sealed_by_the_migration(house: House) -> None:
    (salt, commitment) = told(house)["answer"]
    models.Question.objects.update(answer_salt=open_salt(house.id, salt))
    assert seal_those_in_clear(models.Question, "salt", "answer_salt") == 1
    assert seal_those_in_clear(models.Question, "salt", "answer_salt") == 0
    kept = bytes(models.Question.objects.get().answer_salt)
    assert len(kept) > 32
    assert commits_to(commitment, open_salt(house.id, kept), TEXTS["answer"])
