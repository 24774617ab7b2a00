"""Joining, changing, leaving and coming back; roles given and taken; what an entry says and what it doesn't."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from chartwarden.kernel.actors import Actor
from chartwarden.kernel.decisions import Refused
from chartwarden.kernel.errors import InputRefused
from chartwarden.people import models, queries, services
from chartwarden.people.contracts import Hours, Permission
from tests.support.clinic import AT, House

LATER = AT + timedelta(hours=1)
PLANTED = {"code": "z-9917", "given_name": "Quillon", "family_name": "Zebrowski", "phone": "555-0199"}


@pytest.fixture
def new(house: House) -> UUID:
    """Somebody who is engaged since a week and signs in."""
    user = services.add_user(email="quillon@lakeside.example", password=None, at=AT)
    return services.add_person(
        clinic=house.id, values=PLANTED, feed_role="coder", started_on=date(2026, 3, 2),
        actor=house.actor("human_resources"), at=AT, user=user, logins=("QZEB", "qz2"),
    )  # fmt: skip


def _member(house: House, person: UUID, at: datetime = LATER) -> Any:
    user = queries.user_of(house.id, person)
    assert user is not None
    return queries.member(user, house.id, at)


def test_a_person_is_found_by_code_and_login_but_not_in_the_rows(house: House, new: UUID) -> None:
    assert queries.person_by_code(house.id, " z-9917 ") == new
    assert queries.person_by_login(house.id, "QZEB") == new
    assert queries.person_by_login(house.id, "qzeb") is None
    assert queries.names(house.id, [new])[new].name == "Quillon Zebrowski"
    kept = models.Person.objects.get(id=new)
    assert b"Zebrowski" not in bytes(kept.identity)
    assert b"QZEB" not in b"".join(bytes(login.sealed) + bytes(login.login_index) for login in kept.logins.all())


def test_a_shared_login_leads_to_nobody_and_to_both(house: House, new: UUID) -> None:
    other = house.people["coder"]
    services.change_person(clinic=house.id, person=other, logins=["QZEB"], actor=house.actor("owner"), at=AT)
    assert queries.person_by_login(house.id, "QZEB") is None
    assert set(queries.by_login(house.id)["QZEB"]) == {new, other}


def test_a_code_is_given_once(house: House, new: UUID) -> None:
    with pytest.raises(InputRefused, match="one that is taken"):
        services.add_person(
            clinic=house.id, values={"code": "z-9917"}, feed_role="coder", started_on=date(2026, 3, 2),
            actor=house.actor("owner"), at=AT,
        )  # fmt: skip


def test_an_end_shuts_out_at_once_and_takes_roles_and_tokens(house: House, new: UUID) -> None:
    owner = house.actor("owner")
    services.grant_role(clinic=house.id, person=new, role="coding_supervisor", actor=owner, at=AT)
    token = services.make_token(
        member=_member(house, new), label="x", scopes=[Permission.SEE_PEOPLE], actor=Actor.of_person(new),
        expires_at=AT + timedelta(days=9), at=LATER,
    )  # fmt: skip
    end = LATER + timedelta(hours=1)
    assert _member(house, new, end - timedelta(seconds=1)).roles == {"coding_supervisor"}
    services.end_engagement(clinic=house.id, person=new, actor=owner, at=end)
    assert _member(house, new, end) is None
    assert queries.member_by_token(token.text, end) is None
    again = end + timedelta(days=3)
    services.rehire(clinic=house.id, person=new, feed_role="coder", started_on=again.date(), actor=owner, at=again)
    assert _member(house, new, again).roles == frozenset()
    assert queries.member_by_token(token.text, again) is None


def test_a_planned_end_takes_effect_by_itself_and_roles_do_not_come_back(house: House, new: UUID) -> None:
    owner, end = house.actor("owner"), AT + timedelta(days=2)
    services.grant_role(clinic=house.id, person=new, role="qa_auditor", actor=owner, at=AT)
    services.end_engagement(clinic=house.id, person=new, actor=owner, at=LATER, ended_at=end)
    assert _member(house, new, end - timedelta(seconds=1)).roles == {"qa_auditor"}
    assert _member(house, new, end) is None
    back = end + timedelta(days=1)
    services.rehire(clinic=house.id, person=new, feed_role="coder", started_on=back.date(), actor=owner, at=back)
    assert _member(house, new, back).roles == frozenset()


def test_the_last_owner_and_officer_can_be_neither_ended_nor_suspended_nor_stripped(house: House) -> None:
    officer, owner = house.people["privacy_officer"], house.actor("owner")
    for verb in (services.end_engagement, services.suspend):
        with pytest.raises(Refused, match="only privacy officer"):
            verb(clinic=house.id, person=officer, actor=owner, at=LATER)
    with pytest.raises(Refused, match="only privacy officer"):
        services.withdraw_role(clinic=house.id, person=officer, role="privacy_officer", actor=owner, at=LATER)
    second = house.people["compliance_officer"]
    services.grant_role(clinic=house.id, person=second, role="privacy_officer", actor=owner, at=LATER)
    services.suspend(clinic=house.id, person=officer, actor=owner, at=LATER)
    assert queries.holders(house.id, "privacy_officer", LATER) == [second]
    with pytest.raises(Refused, match="only privacy officer"):
        services.withdraw_role(clinic=house.id, person=second, role="privacy_officer", actor=owner, at=LATER)


OWN = {
    "grant": lambda h, p, a: services.grant_role(clinic=h, person=p, role="coder", actor=a, at=LATER),
    "withdraw": lambda h, p, a: services.withdraw_role(clinic=h, person=p, role="owner", actor=a, at=LATER),
    "end": lambda h, p, a: services.end_engagement(clinic=h, person=p, actor=a, at=LATER),
    "suspend": lambda h, p, a: services.suspend(clinic=h, person=p, actor=a, at=LATER),
    "reinstate": lambda h, p, a: services.reinstate(clinic=h, person=p, actor=a, at=LATER),
    "change": lambda h, p, a: services.change_person(clinic=h, person=p, values={}, actor=a, at=LATER),
    "rehire": lambda h, p, a: services.rehire(
        clinic=h, person=p, feed_role="coder", started_on=date(2026, 5, 1), actor=a, at=LATER
    ),
    "hours": lambda h, p, a: services.set_working_hours(clinic=h, person=p, hours=[], actor=a, at=LATER),
    "leave": lambda h, p, a: services.record_leave(
        clinic=h, person=p, first_day=date(2026, 5, 1), last_day=date(2026, 5, 1), actor=a, at=LATER
    ),
}


@pytest.mark.parametrize("verb", OWN.values(), ids=OWN)
def test_nobody_acts_on_their_own_record(house: House, verb: Any) -> None:
    with pytest.raises(Refused, match="your own record"):
        verb(house.id, house.people["owner"], house.actor("owner"))


@pytest.mark.parametrize("verb", OWN.values(), ids=OWN)
def test_a_person_of_another_clinic_is_nobody_here(house: House, other_house: House, verb: Any) -> None:
    with pytest.raises(InputRefused, match="somebody of this clinic"):
        verb(house.id, other_house.people["coder"], house.actor("owner"))


def test_a_suspended_person_is_out_until_reinstated(house: House, new: UUID) -> None:
    officer = house.actor("privacy_officer")
    services.suspend(clinic=house.id, person=new, actor=officer, at=AT)
    assert _member(house, new) is None
    services.reinstate(clinic=house.id, person=new, actor=officer, at=LATER)
    assert _member(house, new).person == new


def test_roles_that_are_for_a_time_say_when_they_end(house: House, new: UUID) -> None:
    give = {"clinic": house.id, "person": new, "role": "auditor", "actor": house.actor("owner"), "at": AT}
    with pytest.raises(InputRefused, match="a last day"):
        services.grant_role(**give)
    with pytest.raises(InputRefused, match="one that has passed"):
        services.grant_role(**give, ends=AT)
    services.grant_role(**give, ends=AT + timedelta(days=1))
    assert _member(house, new).roles == {"auditor"}
    assert _member(house, new, AT + timedelta(days=1)).roles == frozenset()


def test_granting_again_is_harmless(house: House, new: UUID) -> None:
    for moment in (AT, LATER):
        services.grant_role(clinic=house.id, person=new, role="coder", actor=house.actor("owner"), at=moment)
    assert models.RoleGrant.objects.filter(clinic_id=house.id, person_id=new).count() == 1


def test_hours_and_leave_are_kept_and_wrong_ones_refused(house: House, new: UUID) -> None:
    supervisor = house.actor("coding_supervisor")
    week = [Hours(day, 8 * 60, 16 * 60 + 30) for day in range(5)]
    services.set_working_hours(clinic=house.id, person=new, hours=week, actor=supervisor, at=AT)
    off = services.record_leave(
        clinic=house.id, person=new, first_day=date(2026, 4, 1), last_day=date(2026, 4, 3), kind="surgery",
        actor=supervisor, at=AT,
    )  # fmt: skip
    found = queries.profile(house.id, new, AT)
    assert found is not None
    assert (found.hours, found.leave[0].kind) == (tuple(week), "surgery")
    assert b"surgery" not in bytes(models.Leave.objects.get(id=off).kind)
    with pytest.raises(InputRefused, match="another end"):
        services.set_working_hours(clinic=house.id, person=new, hours=[Hours(0, 60, 60)], actor=supervisor, at=AT)
    services.withdraw_leave(clinic=house.id, leave=off, actor=supervisor, at=LATER)
    services.withdraw_leave(clinic=house.id, leave=uuid4(), actor=supervisor, at=LATER)
    assert queries.profile(house.id, new, AT).leave == ()  # type: ignore[union-attr]


def test_a_change_names_the_fields_and_keeps_the_code(house: House, new: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[dict[str, Any]] = []
    monkeypatch.setattr("chartwarden.people.workforce.append", lambda **entry: told.append(entry))
    values = {"code": "other", "family_name": "Zebra", "given_name": "Quillon"}
    services.change_person(clinic=house.id, person=new, values=values, actor=house.actor("owner"), at=AT)
    assert [entry["facts"] for entry in told] == [{"fields": ["family_name"]}]
    assert queries.names(house.id, [new])[new].code == "z-9917"
    services.change_person(clinic=house.id, person=new, values=values, actor=house.actor("owner"), at=AT)
    assert len(told) == 1
