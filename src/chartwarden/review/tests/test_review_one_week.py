"""A case that lies across two weeks belongs to one of them."""

from __future__ import annotations

from datetime import date

import pytest

from chartwarden.review import models
from chartwarden.review.desk import running, weeks
from chartwarden.review.services import open_reviews, take_findings
from chartwarden.review.tests.desk_support import LATE, WORKER, case, findings, staff
from tests.support.clinic import House


@pytest.mark.parametrize("oldest_first", [True, False])
def test_it_is_opened_in_one_week_whichever_is_made_first(house: House, oldest_first: bool) -> None:
    open_reviews(clinic=house.clinic, spans=[], actor=WORKER, at=LATE)
    made = list(models.Review.objects.order_by("first_day" if oldest_first else "-first_day"))
    assert len(made) == 2
    for revision in (1, 2):
        for review in made:
            take_findings(
                clinic=house.clinic, review=review.id, findings=findings(case("x")), judged=(), staff=staff(house),
                revision=revision, actor=WORKER, at=LATE,
            )  # fmt: skip
    (held,) = models.CaseRecord.objects.filter(digest="x")
    assert (held.review_id, held.state) == (made[0].id, "open")


def test_the_oldest_week_is_made_first(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    open_reviews(clinic=house.clinic, spans=[], actor=WORKER, at=LATE)
    monkeypatch.setattr(weeks, "revision", lambda *_: 1)
    monkeypatch.setattr(weeks, "has_log", lambda *_: True)
    assert [row.first_day for row in running.behind(house.clinic)] == [date(2026, 3, 2), date(2026, 3, 9)]
