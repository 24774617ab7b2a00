"""The simulated clinic keeps the facts of its world."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from random import Random

import pytest

from chartwarden.demo.chance import Weighted, poisson, stream
from chartwarden.demo.clinic import live
from chartwarden.demo.names import surname
from chartwarden.demo.period import CLINIC_ZONE, instant, local_day, period_for
from chartwarden.demo.town import homes, next_door
from chartwarden.demo.vendors import without_agreement
from chartwarden.demo.world import Clinic
from chartwarden.kernel.progress import Quiet


@pytest.fixture(scope="module")
def clinic() -> Clinic:
    return live(4, 6, 4, 1000, Quiet())


def improper(clinic: Clinic) -> set[int]:
    return {id(access) for deed in clinic.violations for access in deed.accesses}


def test_a_seeded_stream_does_not_change() -> None:
    rng = stream(1, "residents")
    assert [rng.randrange(1000) for _ in range(5)] == [343, 694, 224, 9, 916]


def test_poisson_has_its_mean() -> None:
    rng = Random(1)
    assert sum(poisson(rng, 2.5) for _ in range(4000)) / 4000 == pytest.approx(2.5, abs=0.1)


def test_a_weighted_choice_follows_its_weights() -> None:
    drawn = Counter(Weighted("ab", (3, 1)).draw(Random(n)) for n in range(2000))
    assert drawn["a"] / 2000 == pytest.approx(0.75, abs=0.04)


def test_few_surnames_are_common_and_most_are_rare() -> None:
    rng = Random(1)
    counts = Counter(surname(rng) for _ in range(20_000))
    assert counts.most_common(1)[0][0] == "Smith"
    assert 0.015 < counts["Smith"] / 20_000 < 0.05
    assert len(counts) > 1000


def test_homes_are_all_different_and_some_are_flats() -> None:
    found = homes(Random(1), 3000)
    assert len(set(found)) == 3000
    assert 0.15 < sum(bool(home.unit) for home in found) / 3000 < 0.25


def test_next_door_is_mutual_and_never_oneself() -> None:
    found = homes(Random(1), 400)
    pairs = [(one, other) for one in found for other in found if next_door(one, other)]
    assert pairs
    assert all(next_door(other, one) and one != other for one, other in pairs)
    assert all(one.unit[:-1] == other.unit[:-1] for one, other in pairs)


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("weeks", [2, 3, 8, 26])
def test_the_period_holds_the_clock_change(seed: int, weeks: int) -> None:
    period = period_for(seed, weeks)
    assert period.first.weekday() == 0
    assert len(period.days) == 7 * weeks
    assert period.first < period.clock_change < period.last


@pytest.mark.parametrize("weeks", [2, 8])
@pytest.mark.parametrize("until", [date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 29), date(2027, 3, 1)])
def test_the_last_whole_week_ends_before_a_given_day(weeks: int, until: date) -> None:
    period = period_for(1, weeks, until)
    assert (period.first.weekday(), period.last.weekday(), len(period.days)) == (0, 6, 7 * weeks)
    assert timedelta(0) < until - period.last <= timedelta(days=7)
    assert period.clock_change in (date(2026, 11, 1), date(2026, 3, 8))


def test_proper_work_is_under_an_assignment_a_ticket_or_a_known_slip(clinic: Clinic) -> None:
    wrong = improper(clinic)
    slips = {"mis_click", "grace_after_end", "late_assignment", "ticket"}
    known = {id(access) for deed in clinic.hard_negatives if deed.kind in slips for access in deed.accesses}
    unexplained = [
        access
        for shift in clinic.shifts
        if shift.worker.role in ("coder", "qa_auditor")
        for access in shift.accesses
        if access.patient
        and id(access) not in wrong | known
        and not any(a.covers(access.at) for a in clinic.given(shift.worker.person, access.patient))
    ]
    assert len(unexplained) <= 0.01 * len(clinic.accesses)


def test_nobody_properly_opens_a_relatives_record(clinic: Clinic) -> None:
    wrong = improper(clinic)
    relatives = {w.person: {r.patient for r in w.relatives} | {w.who.patient or None} for w in clinic.staff}
    for shift in clinic.shifts:
        for access in shift.accesses:
            if access.patient and id(access) not in wrong:
                assert access.patient not in relatives[shift.worker.person]


def test_nobody_works_before_the_start_or_after_the_end(clinic: Clinic) -> None:
    for shift in clinic.shifts:
        worker = shift.worker
        assert shift.day >= worker.started_on
        if worker.ended_at is not None:
            assert shift.starts < worker.ended_at


def test_nobody_works_on_holidays_or_leave(clinic: Clinic) -> None:
    holidays = clinic.period.holidays()
    away = {(leave.person, leave.first, leave.last) for leave in clinic.leave}
    for shift in clinic.shifts:
        assert shift.day not in holidays
        assert not any(p == shift.worker.person and first <= shift.day <= last for p, first, last in away)


def test_shifts_keep_local_hours_across_the_clock_change(clinic: Clinic) -> None:
    for shift in clinic.shifts:
        if shift.kind == "regular":
            hours = next(h for h in shift.worker.hours if h.weekday == shift.day.weekday())
            assert shift.starts == instant(shift.day, hours.starts, shift.worker.zone)


def test_assignments_end_after_they_begin(clinic: Clinic) -> None:
    assert all(a.ended_at is None or a.ended_at >= a.assigned_at for a in clinic.assignments)


@pytest.mark.parametrize("seed", [1, 2, 3, 5])
def test_all_work_under_a_lapsed_agreement_is_planted(seed: int) -> None:
    made = live(seed, 12, 2, 400, Quiet())
    assert made.lapses
    planted = {
        id(access)
        for deed in made.violations
        if deed.kind == "vendor_agreement_not_in_force"
        for access in deed.accesses
    }
    for shift in made.shifts:
        for lapse in without_agreement(made, shift.worker.employer):
            for access in shift.accesses:
                in_lapse = lapse.first <= local_day(access.at, CLINIC_ZONE) <= lapse.last
                assert (id(access) in planted) or not in_lapse


def test_reassigned_charts_were_not_opened_by_the_relative(clinic: Clinic) -> None:
    seen = {(a.actor, a.patient) for a in clinic.accesses}
    logins = {worker.person: worker.logins for worker in clinic.staff}
    wrong = {(access.actor, access.patient) for deed in clinic.violations for access in deed.accesses}
    for deed in clinic.hard_negatives:
        if deed.kind == "relative_reassigned":
            assert all((login, deed.patient) not in seen - wrong for login in logins[deed.coder])
