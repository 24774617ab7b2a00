"""Whose accesses are whose: no login is ever ascribed to a person by chance."""

from pathlib import Path

from chartwarden.review.contracts import Example
from chartwarden.review.examples import write_example
from chartwarden.review.services import review_folder

STAFF = "person,logins,role,started_on\n"
LOG = "event,occurred_at,actor,action,patient\n"


def review(tmp_path: Path, **feeds: str):
    write_example(Example("", feeds, ()), tmp_path)
    return review_folder(tmp_path)


def test_an_unknown_login_spelled_like_a_person_is_not_that_person(tmp_path: Path) -> None:
    found = review(
        tmp_path,
        workforce=STAFF + "ana,alopez,coder,2020-01-01\n",
        accesses=LOG + "e1,2026-05-04T09:00:00,alopez,open,P1\ne2,2026-05-04T23:00:00,ana,open,P1\n",
    )
    by_coder = {case.coder: {access.event for access in case.accesses} for case in found.cases}
    assert by_coder == {"ana": {"e1"}, "login ana": {"e2"}}
    assert found.totals.unexplained == 2


def test_a_login_of_two_people_is_ascribed_to_neither(tmp_path: Path) -> None:
    found = review(
        tmp_path,
        workforce=STAFF + "ana,ana;pool,coder,2020-01-01\nben,ben;pool,coder,2020-01-01\n",
        accesses=LOG + "e1,2026-05-04T09:00:00,pool,open,P1\n",
        assignments="assignment,patient,coder,kind,assigned_at\nA1,P1,ana,initial,2026-05-04T08:00:00\n",
    )
    assert {case.coder for case in found.cases} == {"pool"}
    assert any("the login pool to ana and ben" in note for note in found.coverage.notes)


def test_an_assignment_for_a_person_whom_nobody_knows_is_quarantined(tmp_path: Path) -> None:
    assignments = (
        "assignment,patient,coder,kind,assigned_at\n"
        "A1,P1,ana,initial,2026-05-04T08:00:00\n"
        "A2,P2,zed,initial,2026-05-04T08:00:00\n"
        "A1,P1,ana,initial,2026-05-04T08:00:00\n"
        "A1,P3,ana,initial,2026-05-04T08:00:00\n"
    )
    found = review(tmp_path, assignments=assignments, accesses=LOG + "e1,2026-05-04T09:00:00,ana,open,P1\n")
    assert [(row.line, row.reason[:50]) for row in found.quarantined] == [
        (3, "coder: expected a person of the workforce feed; fo"),
        (5, "one id with two contents: 'A1' stands in assignmen"),
    ]
    [count] = [count for count in found.inputs if count.name == "assignments.csv"]
    assert (count.rows, count.read, count.quarantined, count.duplicates) == (4, 1, 2, 1)
