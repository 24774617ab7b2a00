"""Nobody changes anything of themselves, or of whoever shares a login with them, by a file of their own (law 10)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from chartwarden.people import queries, services
from chartwarden.people.tests.test_people_feeds import SYSTEM, hours, off, person, take
from tests.support.clinic import AT, House

__all__ = ["take"]

HR = {"person": "u-human_resources", "role": "human_resources", "started_on": date(2025, 1, 6), "ended_at": None}
OTHERS = {
    "logins": ["hr01", "more"], "role": "qa_auditor", "started_on": date(2025, 1, 7), "ended_at": datetime(2026, 3, 1),
    "employer": "v2", "family_name": "Other", "given_name": "Other", "birth_date": date(1990, 1, 1),
    "time_zone": "America/Boise", "address_line": "Elsewhere", "city": "Elsewhere", "state": "WI",
    "postal_code": "53703", "phone": "555-0100",
}  # fmt: skip


def mine(**more: Any) -> dict[str, Any]:
    return person(3, **HR, logins=["hr01"]) | more


def shared(**more: Any) -> dict[str, Any]:
    return person(4, logins=["hr01", "ben01"]) | more


@pytest.fixture
def staffed(house: House, take: Any) -> House:
    """A clinic whose human resources share a login with somebody else."""
    services.change_person(
        clinic=house.id, person=house.people["human_resources"], employer="v1", actor=house.actor("owner"), at=AT
    )
    assert take("workforce", [mine(), shared(), person(5)]).held == 0
    return house


def of(house: House, code: str) -> dict[str, Any]:
    table = queries.workforce_table(house.id)
    assert table is not None
    return next(row for row in table.to_pylist() if row["person"] == code)


@pytest.mark.parametrize("column", OTHERS)
@pytest.mark.parametrize("whose", ["mine", "shared"])
def test_a_row_that_differs_in_one_column_is_held(staffed: House, take: Any, column: str, whose: str) -> None:
    row = (mine if whose == "mine" else shared)(**{column: OTHERS[column]})
    before = of(staffed, row["person"])
    assert before != row
    taken = take("workforce", [row], actor=staffed.actor("human_resources"))
    assert (taken.held, taken.changed, taken.ended, taken.unchanged) == (1, 0, 0, 0)
    assert of(staffed, row["person"]) == before
    assert take("workforce", [row], actor=staffed.actor("privacy_officer"), sha="again").held == 0
    assert of(staffed, row["person"]) == row


def test_rows_of_ones_own_that_say_the_same_are_unchanged(staffed: House, take: Any) -> None:
    taken = take("workforce", [mine(), shared(), person(5, city="Elsewhere")], actor=staffed.actor("human_resources"))
    assert (taken.held, taken.changed, taken.unchanged) == (0, 1, 2)


@pytest.mark.parametrize("number", [5, 6])
def test_nobody_gives_a_login_of_their_own_to_others(staffed: House, take: Any, number: int) -> None:
    row = person(number, logins=["ben01"])
    assert take("workforce", [row], actor=staffed.actor("human_resources")).held == 1
    assert set(queries.by_login(staffed.id)["ben01"]) == {queries.person_by_code(staffed.id, "u00004")}
    assert take("workforce", [row], actor=SYSTEM, sha="again").held == 0


def test_hours_and_leave_of_who_shares_a_login_are_held(staffed: House, take: Any) -> None:
    actor = staffed.actor("human_resources")
    codes = ("u-human_resources", "u00004", "u00005")
    assert (take("schedules", [hours(code, "mon") for code in codes], actor=actor)).held == 2
    assert (take("leave", [off(code, 2, 4) for code in codes], actor=actor)).held == 2
    for table in (queries.schedules_table(staffed.id), queries.leave_table(staffed.id)):
        assert table is not None
        assert table["person"].to_pylist() == ["u00005"]
