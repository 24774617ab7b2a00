"""Nobody assigns to themselves: such a file counts by somebody else's hand, and its rows can be traced."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path

import pytest

from chartwarden.assignments.feeds import take
from chartwarden.assignments.models import Assignment
from chartwarden.assignments.queries import brought
from chartwarden.assignments.rules import widens
from chartwarden.assignments.tests.test_assignments_feed import HEADER, THREE, read
from chartwarden.kernel.decisions import Refused
from chartwarden.ledger.queries import entries
from chartwarden.people import services as people
from tests.support.clinic import AT, House

OWN = HEADER + (
    "A1,P1,u-coder,initial,2026-03-02T08:00:00,,,,\n"
    "A9,P1,u-privacy_officer,initial,2026-03-01T08:00:00,,,,\n"
    "A8,P2,u-privacy_officer,initial,2026-03-01T08:00:00,,,,\n"
)


def test_who_is_assigned_to_in_a_file_does_not_count_it(house: House, tmp_path: Path) -> None:
    feed = read(OWN, house, tmp_path)
    told = "Row 2 assigns work to you, and so does 1 more; somebody else must count this file."
    with pytest.raises(Refused, match=told):
        take(clinic=house.id, feed=feed, actor=house.actor("privacy_officer"), at=AT)
    assert (Assignment.objects.count(), entries(house.id, kinds=("assignments.feed_taken",))) == (0, [])
    assert take(clinic=house.id, feed=feed, actor=house.actor("coding_supervisor"), at=AT).added == 3
    assert take(clinic=house.id, feed=feed, actor=house.actor("privacy_officer"), at=AT).unchanged == 3


def test_nor_does_who_holds_the_login_of_the_one_assigned_to(house: House, tmp_path: Path) -> None:
    for role in ("coder", "privacy_officer"):
        people.change_person(
            clinic=house.id, person=house.people[role], logins=["station-3"], actor=house.actor("owner"), at=AT
        )
    with pytest.raises(Refused, match="Row 1 assigns work to you"):
        take(clinic=house.id, feed=read(THREE, house, tmp_path), actor=house.actor("privacy_officer"), at=AT)
    with pytest.raises(Refused, match="Row 1 "):
        take(clinic=house.id, feed=read(THREE, house, tmp_path), actor=house.actor("coder"), at=AT)


def test_taking_ones_own_work_away_is_a_change_too(house: House, tmp_path: Path) -> None:
    take(clinic=house.id, feed=read(OWN, house, tmp_path), actor=house.actor("coding_supervisor"), at=AT)
    later = read(OWN.replace("u-privacy_officer", "u-qa_auditor"), house, tmp_path)
    with pytest.raises(Refused, match="Row 2 "):
        take(clinic=house.id, feed=later, actor=house.actor("privacy_officer"), at=AT)


def test_who_brought_an_assignment_is_kept_until_it_opens_more(house: House, tmp_path: Path) -> None:
    officer, supervisor = house.actor("privacy_officer"), house.actor("coding_supervisor")
    take(clinic=house.id, feed=read(THREE, house, tmp_path), actor=officer, at=AT)
    ended = THREE.replace("123456,,E1", "123456,2026-03-04T08:00:00,E1")
    take(clinic=house.id, feed=read(ended, house, tmp_path), actor=supervisor, at=AT + timedelta(days=1))
    first = brought(house.id, ["A1", "A2", "unheard of"])
    assert first == {"A1": (AT, officer.person), "A2": (AT, officer.person)}
    longer = ended.replace("2026-03-04T08", "2026-03-05T08")
    take(clinic=house.id, feed=read(longer, house, tmp_path), actor=supervisor, at=AT + timedelta(days=2))
    assert brought(house.id, ["A1"]) == {"A1": (AT + timedelta(days=2), supervisor.person)}


def test_an_entry_traces_the_rows_that_changed(house: House, tmp_path: Path) -> None:
    officer = house.actor("privacy_officer")
    take(clinic=house.id, feed=read(THREE, house, tmp_path), actor=officer, at=AT)
    take(clinic=house.id, feed=read(THREE.replace("A3,P2", "A3,P7"), house, tmp_path), actor=officer, at=AT)
    first, second = (entry.facts for entry in entries(house.id, kinds=("assignments.feed_taken",)))
    assert (len(first["rows"]), len(second["rows"])) == (3, 1)
    assert {row.split()[0] for row in second["rows"]} < {row.split()[0] for row in first["rows"]}
    assert not set(second["rows"]) & set(first["rows"])
    assert first["rows_sha256"] == hashlib.sha256("".join(f"{row}\n" for row in first["rows"]).encode()).hexdigest()


@pytest.mark.parametrize(
    ("before", "now", "more"),
    [((2, None), (2, 5), False), ((2, 5), (2, None), True), ((2, 5), (1, 5), True), ((2, 5), (3, 4), False)],
)
def test_an_assignment_is_wider_when_it_covers_more(
    before: tuple[int, int | None], now: tuple[int, int | None], more: bool
) -> None:
    def span(days: tuple[int, int | None]) -> tuple[object, object]:
        return AT + timedelta(days[0]), AT + timedelta(days[1]) if days[1] is not None else None

    assert widens(span(before), span(now)) is more
