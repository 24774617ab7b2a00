"""From an imported log to cases on the page: the jobs find what is behind, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chartwarden.logs.jobs import read_next
from chartwarden.logs.receiving import Incoming
from chartwarden.review import models, queries
from chartwarden.review.jobs import refresh
from chartwarden.review.tests.desk_support import AFTER, MONDAY, WORKER
from tests.support.clinic import House

WORKFORCE = "person,logins,role,started_on\nana,ana01,coder,2025-01-06\nben,ben01;shared,coder,2025-01-06\n"
QUEUE = (
    "assignment,patient,coder,kind,assigned_at,ended_at,outcome\n"
    "A1,P1,ana,initial,2026-03-03T08:00:00,2026-03-04T17:00:00,submitted\n"
)
HEADER = "event,occurred_at,actor,action,patient,document\n"
LOG = HEADER + (
    "e1,2026-03-03T09:00:00,ana01,open,P1,note\n"
    "e2,2026-03-05T09:00:00,ana01,open,P2,note\n"
    "e3,2026-03-05T10:00:00,ghost,open,P1,note\n"
)
MORE = HEADER + "e4,2026-03-06T09:00:00,ben01,open,P3,note\n"


def bring(house: House, name: str, text: str) -> None:
    given = {"clinic": house.id, "source": "page", "actor": WORKER, "at": AFTER, "counts_when_read": True}
    with Incoming(name=f"{name}.csv", **given) as incoming:
        incoming.write(text.encode())
        incoming.finish()
    while read_next(AFTER):
        pass


@pytest.fixture
def imported(house: House) -> House:
    bring(house, "workforce", WORKFORCE)
    bring(house, "assignments", QUEUE)
    bring(house, "accesses", LOG)
    return house


def test_an_imported_log_becomes_cases_once(imported: House) -> None:
    assert refresh(AFTER) > 0
    review = models.Review.objects.get(clinic_id=imported.id)
    assert (review.first_day, review.run, review.accesses, review.explained) == (MONDAY, "idle", 3, 1)
    cases = queries.review_cases(imported.clinic, review.id, ("open",))
    assert {(case.head.coder, case.coder is None) for case in cases} == {("ana", False), ("ghost", True)}
    assert queries.pictures(imported.clinic, review.id)[0].svg.startswith("<svg")
    assert refresh(AFTER) == 0
    weeks = queries.my_weeks(imported.clinic, next(case.coder for case in cases if case.coder))
    assert [(week.accesses, week.unexplained) for week in weeks] == [(2, 1)]


def test_more_of_the_week_is_read_when_it_comes(imported: House) -> None:
    refresh(AFTER)
    first = {row.digest: row.id for row in models.CaseRecord.objects.all()}
    bring(imported, "more", MORE)
    refresh(AFTER)
    after = {row.digest: row.id for row in models.CaseRecord.objects.all()}
    assert len(after) == len(first) + 1
    assert first.items() <= after.items()


def test_a_week_that_cannot_be_read_says_why_and_is_tried_again(house: House) -> None:
    bring(house, "workforce", WORKFORCE)
    bring(house, "accesses", LOG)
    refresh(AFTER)
    (line,) = queries.calendar(house.clinic, AFTER)
    assert line.run == "failed"
    assert "a feed assignments" in line.run_fault
    assert refresh(AFTER) == 0
    bring(house, "assignments", QUEUE)
    refresh(AFTER)
    (line,) = queries.calendar(house.clinic, AFTER)
    assert (line.run, line.run_fault, line.cases) == ("idle", "", 2)


def test_a_run_that_was_killed_is_taken_over_after_its_lease(imported: House) -> None:
    refresh(AFTER)
    review = models.Review.objects.get(clinic_id=imported.id)
    rows = models.Review.objects.filter(id=review.id)
    rows.update(revision=0, run="running", run_until=AFTER + timedelta(minutes=5))
    assert refresh(AFTER) == 0
    refresh(AFTER + timedelta(minutes=6))
    assert models.Review.objects.get(id=review.id).run == "idle"
    assert models.CaseRecord.objects.count() == 2


def test_a_week_that_ends_without_cases_becomes_ready(house: House) -> None:
    bring(house, "workforce", WORKFORCE)
    bring(house, "assignments", QUEUE)
    bring(house, "accesses", HEADER + "e1,2026-03-03T09:00:00,ana01,open,P1,note\n")
    refresh(AFTER - timedelta(days=3))
    assert models.Review.objects.get(clinic_id=house.id).state == "open"
    refresh(AFTER)
    assert models.Review.objects.get(clinic_id=house.id).state == "ready"
