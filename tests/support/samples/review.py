"""Samples of the review room: a week with a case, and a question about it to the coder."""

from __future__ import annotations

from collections.abc import Mapping

from chartwarden.review.models import CaseRecord
from chartwarden.review.services import ask_question
from chartwarden.review.tests.desk_support import AFTER, case, taken
from tests.support.clinic import House


def make(house: House) -> Mapping[str, object]:
    """Real ids. The case is another one than the coder's question is about."""
    review = taken(house, case("asked"), case("open", patient="P-2"))
    asked = CaseRecord.objects.get(review_id=review, digest="asked")
    question = ask_question(
        clinic=house.clinic, case=asked.id, to=house.people["coder"], text="What was the work?", revision=1,
        actor=house.actor("privacy_officer"), at=AFTER,
    )  # fmt: skip
    return {"review": review, "case": CaseRecord.objects.get(review_id=review, digest="open").id, "question": question}
