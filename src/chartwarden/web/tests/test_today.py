"""What the Today page tells of a member's clinic, in figures and days."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from chartwarden.people.queries import member
from chartwarden.review.queries import coming, facts
from chartwarden.review.tests.desk_support import AFTER, LATE, case, judged, taken
from chartwarden.web.home import figures, when
from chartwarden.web.templatetags.words import deadline
from tests.support.clinic import House

CHICAGO = ZoneInfo("America/Chicago")
MIDNIGHT = datetime(2026, 3, 16, 5, 0, tzinfo=UTC)


def told(house: House, role: str, at: datetime) -> dict[str, str]:
    somebody = member(house.users[role], house.id, at)
    assert somebody is not None
    return {figure.fact.what: figure.fact.value for figure in figures(somebody, house.clinic, at)}  # type: ignore[arg-type]


def test_an_officer_reads_how_the_clinic_stands(house: House, tmp_path: Path) -> None:
    taken(house, case("c0"), case("c1", patient="P-2"), own=judged(tmp_path, 3))
    said = told(house, "privacy_officer", AFTER)
    assert said["cases to decide"] == "2"
    assert said["duties overdue"] == "0"
    assert int(said["entries in the ledger"].replace(",", "")) > 20


def test_a_coder_reads_of_their_own_accesses_alone(house: House, tmp_path: Path) -> None:
    taken(house, case("c0"), own=judged(tmp_path, 3))
    assert told(house, "coder", AFTER) == {"accesses under your name": "3"}


def test_what_is_late_is_said_to_be(house: House, tmp_path: Path) -> None:
    taken(house, case("c0"), own=judged(tmp_path, 3))
    officer = member(house.users["privacy_officer"], house.id, LATE)
    assert officer is not None
    late = {fact.what: fact.late for fact in facts(officer, house.clinic, LATE)}
    assert late["cases to decide"]
    assert coming(officer, house.clinic, LATE) == []


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (datetime(2026, 3, 12, 15, 0, tzinfo=UTC), "Due Sun 15 Mar 2026, in 3 days"),
        (datetime(2026, 3, 15, 15, 0, tzinfo=UTC), "Due today"),
        (datetime(2026, 3, 16, 15, 0, tzinfo=UTC), "Was due yesterday, Sun 15 Mar 2026"),
    ],
)
def test_midnight_is_the_end_of_the_day_before(now: datetime, expected: str) -> None:
    clinic: Any = SimpleNamespace(time_zone=CHICAGO)
    assert when(MIDNIGHT, now >= MIDNIGHT, clinic, now) == expected
    assert "end of Sun 15 Mar 2026" in deadline(MIDNIGHT, CHICAGO)
