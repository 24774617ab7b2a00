"""A review notices what was changed by hand, and is not signed before it has read it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from chartwarden.clinics import queries as clinics
from chartwarden.clinics.services import change_settings, inputs_changed
from chartwarden.devices import services as devices
from chartwarden.logs.tests.test_logs_imports import LOG as SHORT_LOG
from chartwarden.logs.tests.test_logs_imports import count, read
from chartwarden.people import services as people
from chartwarden.people.contracts import Hours
from chartwarden.review import models, queries
from chartwarden.review.desk import weeks
from chartwarden.review.desk.running import is_behind
from chartwarden.review.desk.signing import signable
from chartwarden.review.jobs import refresh
from chartwarden.review.services import sign_review
from chartwarden.review.tests.desk_support import AFTER, WORKER, taken
from chartwarden.review.tests.test_review_refresh import HEADER, QUEUE, WORKFORCE, bring
from tests.support.clinic import House

LOG = HEADER + "e1,2026-03-03T09:00:00,ana01,open,P1,note\ne2,2026-03-04T17:05:00,ana01,open,P1,note\n"
"""The second access trails the end of its assignment by five minutes: grace covers it."""
BY = {"actor": WORKER, "at": AFTER}


def coder(house: House) -> dict[str, object]:
    return {"clinic": house.id, "person": house.people["coder"], **BY}


CHANGES: dict[str, Callable[[House], object]] = {
    "add": lambda house: people.add_person(
        clinic=house.id, values={"code": "eve"}, feed_role="coder", started_on=date(2026, 1, 5), logins=["ana01"],
        **BY,
    ),
    "name": lambda house: people.change_person(**coder(house), values={"family_name": "Other"}),
    "job": lambda house: people.change_person(**coder(house), feed_role="human_resources"),
    "employer": lambda house: people.change_person(**coder(house), employer="v1"),
    "time zone": lambda house: people.change_person(**coder(house), time_zone="America/Denver"),
    "logins": lambda house: people.change_person(**coder(house), logins=["ana02"]),
    "end": lambda house: people.end_engagement(**coder(house), ended_at=datetime(2026, 3, 3, 12, tzinfo=UTC)),
    "hours": lambda house: people.set_working_hours(**coder(house), hours=[Hours(0, 480, 960, None, None)]),
    "leave": lambda house: people.record_leave(**coder(house), first_day=date(2026, 3, 3), last_day=date(2026, 3, 3)),
    "grace": lambda house: change_settings(clinic=house.id, changes={"grace_minutes": 0}, **BY),
    "lookback": lambda house: change_settings(clinic=house.id, changes={"lookback_days": 14}, **BY),
    "zone": lambda house: change_settings(clinic=house.id, changes={"time_zone": "America/Denver"}, **BY),
    "holidays": lambda house: change_settings(clinic=house.id, changes={"holidays": "US-IL"}, **BY),
    "thresholds": lambda house: change_settings(
        clinic=house.id, changes={"thresholds": {"volume_above_queue": {"least": 3}}}, **BY
    ),
    "device": lambda house: devices.register_device(
        clinic=house.id, name="LT-1", mdm="", person=house.people["coder"], owner="clinic", encrypted=True,
        managed=True, antivirus=True, **BY,
    ),
    "network": lambda house: devices.add_network(clinic=house.id, cidr="10.1.0.0/16", kind="office", **BY),
    "import": lambda house: bring(house, "networks", "cidr,kind\n10.0.0.0/8,office\n"),
}  # fmt: skip


def is_noticed(house: House, review: UUID) -> bool:
    """Whether a review must be made anew and can't be signed, which go together."""
    clinic = clinics.clinic(house.id)
    assert clinic is not None
    row = models.Review.objects.get(id=review)
    behind = row.revision < weeks.revision(clinic, row.first_day, row.last_day, row.state == "signed")
    assert behind != signable(clinic=clinic, review=review, at=AFTER).allowed
    return behind


@pytest.mark.parametrize("change", CHANGES)
def test_a_week_is_read_again_before_it_is_signed(house: House, change: str) -> None:
    review = taken(house)
    assert not is_noticed(house, review)
    CHANGES[change](house)
    assert is_noticed(house, review)
    taken(house, review=review)
    assert not is_noticed(house, review)


def test_leave_taken_back_and_a_return_are_noticed(house: House) -> None:
    leave = CHANGES["leave"](house)
    CHANGES["end"](house)
    review = taken(house)
    people.withdraw_leave(clinic=house.id, leave=leave, **BY)  # type: ignore[arg-type]
    assert is_noticed(house, review)
    taken(house, review=review)
    people.rehire(**coder(house), feed_role="coder", started_on=date(2026, 3, 4))
    assert is_noticed(house, review)


def test_a_week_that_is_signed_stays_as_it_was_judged(house: House) -> None:
    review = taken(house)
    sign_review(
        clinic=house.clinic, review=review, coverage_acknowledged=True, actor=house.actor("privacy_officer"), at=AFTER
    )
    CHANGES["hours"](house)
    row = models.Review.objects.get(id=review)
    assert not is_behind(house.clinic, row)  # type: ignore[arg-type]


@pytest.mark.parametrize("changes", [{"idle_minutes": 5}, {"name": "Lakeside"}, {"grace_minutes": 15}])
def test_what_no_review_rests_on_changes_nothing(house: House, changes: dict[str, object]) -> None:
    review = taken(house)
    change_settings(clinic=house.id, changes=changes, **BY)  # type: ignore[arg-type]
    assert not is_noticed(house, review)


def test_a_case_that_a_setting_took_away_says_so(house: House) -> None:
    bring(house, "workforce", WORKFORCE)
    bring(house, "assignments", QUEUE)
    bring(house, "accesses", LOG)
    change_settings(clinic=house.id, changes={"grace_minutes": 0}, **BY)  # type: ignore[arg-type]
    refresh(AFTER)
    review = models.Review.objects.get(clinic_id=house.id)
    assert review.cases.count() == 1
    change_settings(clinic=house.id, changes={"grace_minutes": 15}, **BY)  # type: ignore[arg-type]
    CHANGES["hours"](house)
    refresh(AFTER)
    (gone,) = queries.withdrawn(house.clinic, review.id)  # type: ignore[arg-type]
    assert gone.why == "It is no longer found since somebody changed working hours and the clinic's settings."


def test_files_and_hands_count_on_one_number_a_clinic(house: House, other_house: House) -> None:
    before = clinics.inputs_revision(house.id)
    assert inputs_changed(house.id, "settings") == before + 1
    count(house, read(house, SHORT_LOG.encode()))
    assert clinics.inputs_revision(house.id) == before + 2
    assert clinics.inputs_changed_at(house.id)["settings"] == before + 1
    assert clinics.inputs_changed_at(house.id)["log"] == before + 2
