from __future__ import annotations

from datetime import UTC, datetime

import pytest

from chartwarden.demo.contracts import Known
from chartwarden.evaluation.contracts import Case
from chartwarden.evaluation.matching import Matcher

DAY = "2026-03-02T"


def known(coder: str = "W1", patient: str | None = "P1", events: tuple[str, ...] = ("E1", "E2")) -> Known:
    return Known("family_or_household", "one look", coder, patient, DAY + "10:00:00Z", DAY + "11:00:00Z", events)


def case(
    coder: str = "W1", patient: str | None = "P1", events: tuple[str, ...] = (), hours: tuple[int, int] = (10, 11)
) -> Case:
    begins, ends = (datetime(2026, 3, 2, hour, tzinfo=UTC) for hour in hours)
    return Case(coder, patient, begins, ends, frozenset(events))


@pytest.mark.parametrize(
    ("given", "hit"),
    [
        (case(events=("E2", "E9")), True),
        (case(events=("E9",)), False),
        (case(coder="W2", events=("E1",)), False),
        (case(patient=None, events=("E1",), hours=(1, 2)), True),
        (case(), True),
        (case(hours=(11, 12)), True),
        (case(hours=(12, 13)), False),
        (case(patient="P2"), False),
        (case(patient=None), True),
        (case(coder="W2"), False),
    ],
)
def test_a_case_hits_by_event_or_else_by_time_and_patient(given: Case, hit: bool) -> None:
    assert Matcher([known()]).hits(given) == (frozenset({0}) if hit else frozenset())


def test_one_case_may_hit_several() -> None:
    deeds = [known(events=("E1",)), known(events=("E2",)), known(events=("E3",))]
    assert Matcher(deeds).hits(case(events=("E1", "E2"))) == {0, 1}


def test_a_deed_about_no_single_patient_is_hit_by_a_case_of_one() -> None:
    assert Matcher([known(patient=None)]).hits(case(patient="P7")) == {0}


def test_a_deed_without_times_is_not_hit_by_time() -> None:
    deed = Known("relative_reassigned", "handed back", "W1", "P1", None, None, ())
    assert Matcher([deed]).hits(case()) == frozenset()
