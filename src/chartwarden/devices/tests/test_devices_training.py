"""The yearly training: written down by somebody else, told of, and asked for when a record opens."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartwarden.devices import queries, rules, services
from chartwarden.gateway.contracts import Facts, Grant, Reason
from chartwarden.gateway.rules import decide
from chartwarden.gateway.services import facts_for
from chartwarden.kernel.decisions import Refused
from chartwarden.kernel.errors import InputRefused
from chartwarden.ledger.queries import entries
from chartwarden.people.queries import member
from chartwarden.people.services import change_person
from tests.support.clinic import AT, House

CHICAGO = ZoneInfo("America/Chicago")
DAY = timedelta(days=1)
TODAY = date(2026, 3, 9)


def trained(house: House, *who: str, day: date = TODAY, by: str = "human_resources", days: int = 0) -> int:
    people = [house.people[one] for one in who]
    return services.record_training(
        clinic=house.clinic, people=people, day=day, actor=house.actor(by), at=AT + days * DAY
    )  # fmt: skip


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)))
def test_a_training_lasts_a_year_and_its_day(last: date) -> None:
    due = rules.training_due(last, AT, CHICAGO)
    lasts = due.astimezone(CHICAGO).date() - last
    assert timedelta(days=365) <= lasts <= timedelta(days=367)
    assert due.astimezone(CHICAGO).time().isoformat() == "00:00:00"
    assert rules.year_before(rules.months_after(last, 12)) in (last, last - DAY)


def test_it_is_written_down_once_and_asked_of_everybody_from_then_on(house: House) -> None:
    coder = house.people["coder"]
    assert queries.trained(house.clinic, coder, AT).due is None
    assert trained(house, "coder", "qa_auditor") == 2
    assert trained(house, "coder", "qa_auditor") == 0
    told = [one for one in entries(house.id) if one.kind == "devices.training_recorded"]
    assert {one.subject["person"] for one in told} == {str(coder), str(house.people["qa_auditor"])}
    assert told[0].facts == {"day": "2026-03-09"}
    found = queries.trained(house.clinic, coder, AT)
    assert (found.last, found.due) == (date(2026, 3, 9), datetime(2027, 3, 10, 6, tzinfo=UTC))
    supervisor = queries.standing(house.clinic, house.people["coding_supervisor"], "", "", AT)
    assert supervisor.training_due == AT + 14 * DAY


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"people": []}, InputRefused),
        ({"people": [UUID(int=5)]}, InputRefused),
        ({"day": date(2026, 3, 10)}, InputRefused),
        ({"day": date(2025, 3, 8)}, InputRefused),
    ],
)
def test_what_is_not_taken(house: House, more: dict[str, Any], error: type[Exception]) -> None:
    given_ = {
        "clinic": house.clinic, "people": [house.people["coder"]], "day": date(2026, 3, 9),
        "actor": house.actor("human_resources"), "at": AT,
    }  # fmt: skip
    with pytest.raises(error):
        services.record_training(**{**given_, **more})
    assert queries.trained(house.clinic, house.people["coder"], AT).last is None


def test_nobody_writes_down_their_own(house: House) -> None:
    with pytest.raises(Refused, match="their own training"):
        trained(house, "coder", "human_resources")
    for role in ("coder", "human_resources"):
        change_person(clinic=house.id, person=house.people[role], logins=["one"], actor=house.actor("owner"), at=AT)
    with pytest.raises(Refused, match="their own training"):
        trained(house, "coder")
    trained(house, "coder", "human_resources", by="privacy_officer")


def test_records_stay_shut_after_the_grace_and_open_again(house: House) -> None:
    trained(house, "qa_auditor")

    def reasons(days: int) -> tuple[Reason, ...]:
        at = AT + days * DAY
        facts: Facts = facts_for(house.clinic, house.people["coder"], "P1", "coding", at)
        grant = Grant("a", "initial", True, AT)
        return decide(replace(facts, grants=(grant,))).reasons

    assert reasons(13) == (Reason.ALLOWED,)
    assert reasons(14) == (Reason.TRAINING_OVERDUE,)
    trained(house, "coder", day=date(2026, 3, 23), days=14)
    assert reasons(15) == (Reason.ALLOWED,)
    assert reasons(400) == (Reason.TRAINING_OVERDUE,)


def test_the_page_lists_everybody_and_takes_a_training(house: House, signed_in: Any) -> None:
    client, page = signed_in("human_resources"), f"/c/{house.id}/training/"
    assert "Write a training down" in client.get(page).text
    assert client.post(page, {"day": "2026-03-09"}).status_code == 422
    assert client.post(page, {"day": "2026-03-09", "people": [str(house.people["human_resources"])]}).status_code == 422
    done = client.post(page, {"day": "2026-03-09", "people": [str(house.people["coder"])]}, follow=True).text
    assert "Written down for 1." in done
    assert "Mon 9 Mar 2026" in done


def test_who_trains_is_told_of_those_who_are_due(house: House) -> None:
    who = member(house.users["human_resources"], house.id, AT)
    assert who
    assert queries.due(who, house.clinic, AT) == []
    trained(house, "coder")
    (due,) = queries.due(who, house.clinic, AT)
    assert (due.what, due.page) == ("The yearly training of 1 person is due", "devices:training")
    trained(house, "qa_auditor")
    assert queries.due(who, house.clinic, AT) == []


def test_each_date_says_on_a_narrow_screen_which_it_is(house: House, signed_in: Any) -> None:
    trained(house, "coder")
    shown = signed_in("human_resources").get(f"/c/{house.id}/training/").text
    assert '<span class="narrow-only">Last trained: </span>' in shown
    assert '<span class="narrow-only">Next due: </span>' in shown
