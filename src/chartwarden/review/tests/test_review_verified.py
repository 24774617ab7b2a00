"""What is changed beside the ledger is found, and it is said which."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest

from chartwarden.clinics.services import seal
from chartwarden.kernel.sealing import SealBroken
from chartwarden.review import models, queries
from chartwarden.review.desk import sealed
from chartwarden.review.services import answer_question, ask_question, decide_case, reopen_case, sign_review
from chartwarden.review.tests.desk_support import AFTER, LATE, case, taken
from tests.support.clinic import House


def decided(house: House, row: models.CaseRecord, note: str) -> None:
    row.refresh_from_db()
    decide_case(
        clinic=house.clinic, case=row.id, outcome="violation", note=note, revision=row.revision,
        actor=house.actor("privacy_officer"), at=AFTER,
    )  # fmt: skip


@pytest.fixture
def signed(house: House) -> UUID:
    """A signed week with two cases, a question answered, and one case reopened and decided again."""
    review = taken(house, case("a"), case("b", patient="P-2", coder="u-qa_auditor"))
    officer = house.actor("privacy_officer")
    first, second = models.CaseRecord.objects.order_by("rank")
    asked = ask_question(
        clinic=house.clinic, case=first.id, to=house.people["coder"], text="Why?", revision=1, actor=officer, at=AFTER
    )
    answer_question(clinic=house.clinic, question=asked, text="So.", actor=house.actor("coder"), at=AFTER)
    decided(house, first, "Stole the record.")
    first.refresh_from_db()
    reopen_case(clinic=house.clinic, case=first.id, reason="Again.", revision=first.revision, actor=officer, at=AFTER)
    decided(house, first, "Stole it indeed.")
    decided(house, second, "Innocent.")
    sign_review(clinic=house.clinic, review=review, coverage_acknowledged=True, actor=officer, at=AFTER)
    return review


def test_a_sound_desk_agrees_with_its_ledger(house: House, signed: UUID) -> None:
    assert queries.verify_kept(house.id) == (4, ())
    reopened = models.CaseRecord.objects.get(digest="b")
    reopen_case(
        clinic=house.clinic, case=reopened.id, reason="Once more.", revision=reopened.revision,
        actor=house.actor("privacy_officer"), at=LATE,
    )  # fmt: skip
    assert queries.verify_kept(house.id) == (5, ())


def _exchange_notes(house: House) -> None:
    one, two = models.Disposition.objects.filter(superseded_at=None).order_by("case__rank")
    one.note, two.note, one.salt, two.salt = bytes(two.note), bytes(one.note), bytes(two.salt), bytes(one.salt)
    one.save()
    two.save()


def _outcome(house: House) -> None:
    models.CaseRecord.objects.filter(digest="a").update(outcome="in_order")
    models.Disposition.objects.filter(case__digest="a").update(outcome="in_order")


def _document(house: House) -> None:
    models.Review.objects.update(document=seal(house.id, sealed.DOCUMENT, b"{}"))


CHANGES: dict[str, tuple[Callable[[House], object], str]] = {
    "the notes of two cases are exchanged": (_exchange_notes, "note"),
    "an outcome is changed": (_outcome, "the outcome violation of entry"),
    "a case alone has another outcome": (
        lambda _: models.CaseRecord.objects.filter(digest="a").update(outcome="in_order"), "of its last decision",
    ),
    "a note is written anew": (
        lambda house: models.Disposition.objects.update(note=seal(house.id, sealed.TEXT, b"Innocent.")), "note",
    ),
    "a reason is written anew": (
        lambda house: models.Disposition.objects.exclude(reason=None).update(reason=seal(house.id, sealed.TEXT, b"x")),
        "reason",
    ),
    "an answer is written anew": (
        lambda house: models.Question.objects.update(answer=seal(house.id, sealed.TEXT, b"x")), "answer",
    ),
    "a question is taken away": (lambda _: models.Question.objects.all().delete(), "a question and its entry"),
    "a decision is taken away": (
        lambda _: models.Disposition.objects.filter(case__digest="b").delete(), "decisions, as the ledger has them",
    ),
    "another person decided": (
        lambda house: models.Disposition.objects.update(by_id=house.people["owner"]), "the decision by person:",
    ),
    "the document is exchanged": (_document, "the document that entry"),
    "its digest is changed": (lambda _: models.Review.objects.update(document_digest="0" * 64), "SHA-256 of entry"),
    "the signature is taken back": (lambda _: models.Review.objects.update(state="ready"), "a signed review"),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_what_was_changed_past_chartwarden_is_found(house: House, signed: UUID, name: str) -> None:
    change, expected = CHANGES[name]
    change(house)
    _, faults = queries.verify_kept(house.id)
    assert any(expected in fault.expected for fault in faults)
    assert not any("nnocent" in str(fault) or "tole" in str(fault) for fault in faults)


def test_a_text_opens_only_where_it_was_written(house: House, signed: UUID) -> None:
    one, two = models.Disposition.objects.filter(superseded_at=None).order_by("case__rank")
    with pytest.raises(SealBroken):
        sealed.open_text(house.id, one.note, sealed.note_place(two.id, two.case_id, two.outcome))
    with pytest.raises(SealBroken):
        sealed.open_text(house.id, one.note, sealed.note_place(one.id, one.case_id, "in_order"))
    before = seal(house.id, sealed.TEXT, b"Written before places were kept.")
    assert sealed.open_text(house.id, before, b"anywhere").startswith("Written before")


def test_the_ledgers_page_says_which(house: House, signed: UUID, signed_in: Callable[[str], object]) -> None:
    client = signed_in("privacy_officer")
    found = models.CaseRecord.objects.get(digest="a")
    sound = client.post(f"/c/{house.id}/ledger/verify/").content.decode()
    assert "Cases, questions and signed reviews say what their entries say: 4 rows compared." in sound
    _outcome(house)
    page = client.post(f"/c/{house.id}/ledger/verify/").content.decode()
    assert "It does not hold." in page
    assert f"case {found.id}: expected the outcome violation of entry" in page
    shown = client.get(f"/c/{house.id}/reviews/cases/{found.id}/")
    assert "This text was changed or moved outside of Chartwarden." in shown.content.decode()


def test_the_entry_of_a_signed_review_names_no_system(house: House, signed: UUID) -> None:
    from chartwarden.ledger.queries import entries

    (entry,) = entries(house.id, kinds=("review.signed",))
    assert entry.facts["coverage"]["systems"] == 1
    assert len(entry.facts["coverage"]["systems_sha256"]) == 64
    assert '"plain"' not in entry.leaf.decode()
