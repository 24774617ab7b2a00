"""A case that leaves a review says so, and work that was brought in after the access is seen as such."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from chartwarden.assignments.feeds import take
from chartwarden.assignments.tests.test_assignments_feed import HEADER, read
from chartwarden.ledger.queries import entries
from chartwarden.review import models, queries, rules
from chartwarden.review.tests.desk_support import AFTER, case, taken
from tests.support.clinic import House


def test_a_case_no_longer_found_leaves_an_entry_and_a_line(house: House, signed_in: object, tmp_path: Path) -> None:
    review = taken(house, case("a"), case("b", patient="P-2"))
    row = models.CaseRecord.objects.get(digest="a")
    taken(house, case("b", patient="P-2"), review=review, revision=2)
    (entry,) = entries(house.id, kinds=("review.case_withdrawn",))
    assert entry.subject == {"case": str(row.id), "review": str(review)}
    assert entry.facts == {"case": "a", "why": []}
    (shown,) = queries.withdrawn(house.clinic, review)
    assert (shown.id, shown.at) == (row.id, AFTER)
    page = signed_in("privacy_officer").get(f"/c/{house.id}/reviews/{review}/").content.decode()
    assert "No longer found" in page
    assert "It is no longer found in what is known now." in page
    taken(house, case("a"), case("b", patient="P-2"), review=review, revision=3)
    assert queries.withdrawn(house.clinic, review) == ()
    assert len(entries(house.id, kinds=("review.case_withdrawn",))) == 1


def test_the_entry_says_which_inputs_came_in(house: House) -> None:
    from chartwarden.logs.tests.test_logs_imports import LOG, QUEUE, count
    from chartwarden.logs.tests.test_logs_imports import read as imported

    review = taken(house, case("a"))
    count(house, imported(house, LOG.encode()))
    count(house, imported(house, QUEUE.encode(), "assignments.csv"))
    taken(house, review=review)
    assert entries(house.id, kinds=("review.case_withdrawn",))[0].facts["why"] == ["assignments", "log"]
    assert queries.withdrawn(house.clinic, review)[0].why.endswith("since a coding queue and a log came in.")


@pytest.mark.parametrize(
    ("why", "said"),
    [
        ([], "It is no longer found in what is known now."),
        (["log"], "It is no longer found since a log came in."),
        (["assignments", "leave", "log"], "It is no longer found since a coding queue, leave and a log came in."),
        ([rules.ANOTHER_WEEK], "The review of another week holds it."),
    ],
)
def test_why_in_words(why: list[str], said: str) -> None:
    assert rules.withdrawn_words(why) == said


def test_who_brought_an_assignment_after_the_access_is_shown(house: House, signed_in: object, tmp_path: Path) -> None:
    taken(house, case("a"))
    row = models.CaseRecord.objects.get()
    feed = read(HEADER + "A-1,P-1,u-coder,initial,2026-03-01T08:00:00,,,,\n", house, tmp_path)
    take(clinic=house.id, feed=feed, actor=house.actor("coding_supervisor"), at=AFTER)
    supervisor = house.people["coding_supervisor"]
    shown = queries.case(house.clinic, row.id, house.people["privacy_officer"], AFTER)
    assert shown.brought == {"A-1": (AFTER, supervisor)}
    page = signed_in("privacy_officer").get(f"/c/{house.id}/reviews/cases/{row.id}/").content.decode()
    assert "Brought in after the access" in page
    assert "Mon 9 Mar 2026, 10:00 CDT by Coding Example" in page


def test_what_was_there_before_the_access_is_not_remarked_on(house: House, tmp_path: Path) -> None:
    taken(house, case("a"))
    row = models.CaseRecord.objects.get()
    feed = read(HEADER + "A-1,P-1,u-coder,initial,2026-03-01T08:00:00,,,,\n", house, tmp_path)
    early = AFTER.replace(day=2)
    take(clinic=house.id, feed=feed, actor=house.actor("coding_supervisor"), at=early)
    shown = queries.case(house.clinic, row.id, house.people["privacy_officer"], AFTER)
    assert early.replace(tzinfo=None) < shown.body.case.begins < datetime(2026, 3, 5)
    assert shown.brought == {}
