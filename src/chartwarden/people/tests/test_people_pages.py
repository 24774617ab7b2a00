"""What the pages of people do: finding, sorting, refusing in words, and keeping one's own record closed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.urls import reverse
from django.utils import timezone

from chartwarden.clinics.queries import clinic as clinic_of
from chartwarden.kernel.actors import Actor
from chartwarden.ledger.queries import entries
from chartwarden.people import queries, services
from chartwarden.people.contracts import Hours
from tests.support.clinic import AT, House

SYSTEM = Actor.of_system("tests")


def at(house: House, name: str, **arguments: Any) -> str:
    return reverse(name, kwargs={"clinic": house.id, **arguments})


def add(house: House, code: str, given_name: str, **more: Any) -> UUID:
    values = {"code": code, "given_name": given_name, "family_name": "Quux"}
    return services.add_person(
        clinic=house.id, values=values, feed_role="coder", started_on=date(2025, 1, 6), actor=SYSTEM, at=AT, **more
    )


def names(answer: Any) -> list[str]:
    return [row.name for row in answer.context["part"].object_list]


def test_people_are_found_by_part_of_a_name_or_the_whole_code_or_login(signed_in: Any, house: House) -> None:
    add(house, "u77", "Ada", logins=["ADAQ"])
    add(house, "u78", "Bo")
    client, page = signed_in("human_resources"), at(house, "people:people")
    assert names(client.get(page, {"q": "quu"})) == ["Ada Quux", "Bo Quux"]
    assert names(client.get(page, {"q": "u78"})) == ["Bo Quux"]
    assert names(client.get(page, {"q": "ADAQ"})) == ["Ada Quux"]
    assert names(client.get(page, {"q": "u7"})) == []
    assert names(client.get(page, {"q": "quu", "sort": "-name"})) == ["Bo Quux", "Ada Quux"]
    assert client.get(page, {"sort": "no such", "page": "99", "state": "odd"}).status_code == 200


def test_a_person_is_added_changed_and_found_in_the_ledger(signed_in: Any, house: House) -> None:
    client = signed_in("human_resources")
    form = {"code": "u91", "given_name": "Ada", "family_name": "Quux", "feed_role": "coder", "started_on": "2026-03-02"}
    assert client.post(at(house, "people:add"), form | {"logins": "A1; A2"}).status_code == 302
    who = queries.person_by_login(house.id, "A2")
    assert who is not None
    again = client.post(at(house, "people:add"), form)
    assert "one that is taken" in again.text
    client.post(at(house, "people:change", person=who), form | {"family_name": "Quuz", "logins": "A1"})
    found = queries.profile(house.id, who, AT)
    assert found is not None
    assert (found.row.name, found.logins) == ("Ada Quuz", ("A1",))
    told = [(e.kind, e.subject.get("person")) for e in entries(house.id)][-2:]
    assert told == [("people.added", str(who)), ("people.changed", str(who))]


def test_a_wrong_zone_is_refused_beside_its_field(signed_in: Any, house: House) -> None:
    form = {"code": "u91", "given_name": "A", "family_name": "B", "feed_role": "coder", "started_on": "2026-03-02"}
    answer = signed_in("human_resources").post(at(house, "people:add"), form | {"time_zone": "Mars/Olympus"})
    assert "IANA time zone" in answer.context["form"].errors["time_zone"][0]


def test_an_end_is_given_in_the_clinics_time(signed_in: Any, house: House) -> None:
    who = house.people["coder"]
    day = (timezone.now() + timedelta(days=40)).date()
    client = signed_in("human_resources")
    client.post(at(house, "people:end", person=who), {"ended_at": f"{day.isoformat()}T17:00"})
    found = queries.profile(house.id, who, AT)
    assert found is not None
    assert found.row.ended_at is not None
    there = found.row.ended_at.astimezone(clinic_of(house.id).time_zone)  # type: ignore[union-attr]
    assert (there.date(), there.hour) == (day, 17)


def test_the_last_officer_is_told_why_they_stay(signed_in: Any, house: House) -> None:
    answer = signed_in("owner").post(at(house, "people:end", person=house.people["privacy_officer"]), {})
    assert (answer.status_code, "only privacy officer" in answer.text) == (422, True)


def test_ones_own_record_offers_nothing_and_takes_nothing(signed_in: Any, house: House) -> None:
    client, me = signed_in("privacy_officer"), house.people["privacy_officer"]
    page = client.get(at(house, "people:person", person=me)).text
    assert "your own record" in page
    assert "Grant a role" not in page
    assert "your own record" in client.post(at(house, "people:grant", person=me), {"role": "coder"}).text
    client.post(at(house, "people:withdraw", person=me, role="privacy_officer"))
    assert queries.holders(house.id, "privacy_officer", timezone.now()) == [me]


def test_who_only_sees_people_is_offered_nothing(signed_in: Any, house: House) -> None:
    page = signed_in("auditor").get(at(house, "people:person", person=house.people["coder"])).text
    assert not any(word in page for word in ("Grant a role", "End engagement", "Suspend", "Set hours", "Withdraw"))


def test_hours_from_a_page_leave_a_files_further_rows(signed_in: Any, house: House) -> None:
    who, further = house.people["coder"], Hours(0, 1080, 1200, date(2026, 1, 1), date(2026, 2, 1))
    kept = [Hours(0, 480, 960), further]
    services.set_working_hours(clinic=house.id, person=who, hours=kept, actor=SYSTEM, at=AT)
    form = {"starts_1": "22:00", "ends_1": "06:00"}
    signed_in("coding_supervisor").post(at(house, "people:hours", person=who), form)
    assert set(queries.profile(house.id, who, AT).hours) == {Hours(1, 1320, 360), further}  # type: ignore[union-attr]


@pytest.mark.parametrize("form", [{"starts_1": "22:00"}, {"starts_1": "08:00", "ends_1": "08:00"}, {"ends_2": "x"}])
def test_half_a_day_is_refused(signed_in: Any, house: House, form: dict[str, str]) -> None:
    answer = signed_in("coding_supervisor").post(at(house, "people:hours", person=house.people["coder"]), form)
    assert answer.status_code == 422
    assert queries.profile(house.id, house.people["coder"], AT).hours == ()  # type: ignore[union-attr]


def test_settings_are_changed_and_refused_in_words(signed_in: Any, house: House) -> None:
    client, page = signed_in("privacy_officer"), at(house, "web:change_settings")
    form = client.get(page).context["form"].initial | {"idle_minutes": 10, "thresholds": "[volume]\nleast = 3\n"}
    assert client.post(page, {name: "" if v is None else v for name, v in form.items()}).status_code == 302
    assert clinic_of(house.id).thresholds == {"volume": {"least": 3}}  # type: ignore[union-attr]
    wrong = client.post(page, form | {"time_zone": "Nowhere", "holidays": "US"})
    assert "IANA time zone" in wrong.text
    assert "Expected a number" in client.post(page, form | {"thresholds": "[volume]\nleast = 'x'"}).text


def test_a_token_of_another_person_is_withdrawn_only_by_who_manages_people(signed_in: Any, house: House) -> None:
    client = signed_in("privacy_officer")
    day = (timezone.now() + timedelta(days=30)).date().isoformat()
    made = client.post(at(house, "people:make_token"), {"label": "x", "scopes": ["SEE_PEOPLE"], "last_day": day})
    token = made.context["made"].id
    assert signed_in("coding_supervisor").post(at(house, "people:withdraw_token", token=token)).status_code == 404
    assert made.context["made"].text not in client.get(at(house, "people:tokens")).text
    assert signed_in("human_resources").post(at(house, "people:withdraw_token", token=token)).status_code == 302
    assert queries.member_by_token(made.context["made"].text, timezone.now()) is None
