"""Tokens: what they let a program do, and when they stop."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chartwarden.kernel.decisions import Refused
from chartwarden.kernel.errors import InputRefused
from chartwarden.people import models, queries, services
from chartwarden.people.contracts import MadeToken, Permission
from tests.support.clinic import AT, House

YEAR = AT + timedelta(days=365)
SCOPES = [Permission.SEE_PEOPLE, Permission.SEE_IMPORTS]


def make(house: House, role: str = "human_resources", **more: Any) -> MadeToken:
    member = queries.member(house.users[role], house.id, AT)
    assert member is not None
    values = {"label": "Staff sync", "scopes": SCOPES, "expires_at": YEAR, "actor": member.actor, "at": AT} | more
    return services.make_token(member=member, **values)


def test_a_token_acts_for_its_maker_with_its_scopes_alone(house: House) -> None:
    made = make(house)
    member = queries.member_by_token(made.text, AT)
    assert member is not None
    assert (member.person, member.clinic, member.permissions) == (
        house.people["human_resources"], house.id, frozenset(SCOPES),
    )  # fmt: skip
    assert member.actor.ref == f"token:{made.id}"
    assert member.actor.person == house.people["human_resources"]


def test_only_its_digest_is_kept(house: House) -> None:
    made = make(house)
    row = models.ApiToken.objects.values().get(id=made.id)
    assert made.text not in str(row)
    assert made.text.removeprefix("cwt_") not in str(row)
    assert len(made.text) > 40


@pytest.mark.parametrize("text", ["", "cwt_", "cwt_" + "a" * 43, "Bearer x", "cwt_\x00"])
def test_no_other_text_is_a_token(house: House, text: str) -> None:
    make(house)
    assert queries.member_by_token(text, AT) is None


def test_it_stops_when_it_ends_is_withdrawn_or_its_maker_may_no_more(house: House) -> None:
    owner, hr = house.actor("owner"), house.people["human_resources"]
    made = make(house, expires_at=AT + timedelta(days=2))
    assert queries.member_by_token(made.text, AT + timedelta(days=2) - timedelta(seconds=1)) is not None
    assert queries.member_by_token(made.text, AT + timedelta(days=2)) is None
    services.withdraw_role(clinic=house.id, person=hr, role="human_resources", actor=owner, at=AT)
    assert queries.member_by_token(made.text, AT) is None
    services.grant_role(clinic=house.id, person=hr, role="security_officer", actor=owner, at=AT)
    narrowed = queries.member_by_token(made.text, AT)
    assert narrowed is not None
    services.suspend(clinic=house.id, person=hr, actor=owner, at=AT)
    assert queries.member_by_token(made.text, AT) is None
    services.reinstate(clinic=house.id, person=hr, actor=owner, at=AT)
    models.User.objects.filter(id=house.users["human_resources"]).update(is_active=False)
    assert queries.member_by_token(made.text, AT) is None
    models.User.objects.filter(id=house.users["human_resources"]).update(is_active=True)
    services.withdraw_token(clinic=house.id, token=made.id, actor=owner, at=AT)
    services.withdraw_token(clinic=house.id, token=made.id, actor=owner, at=AT)
    assert queries.member_by_token(made.text, AT) is None
    assert [token.state for token in queries.tokens_of(house.id, AT)] == ["withdrawn"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"scopes": []},
        {"scopes": [Permission.SIGN_REVIEWS]},
        {"expires_at": AT},
        {"expires_at": AT + timedelta(days=367)},
    ],
)
def test_what_a_token_can_not_be(house: House, wrong: dict[str, Any]) -> None:
    with pytest.raises(InputRefused):
        make(house, **wrong)


def test_whoever_may_not_use_the_api_and_a_token_itself_make_none(house: House) -> None:
    with pytest.raises(Refused):
        make(house, "coder", scopes=[Permission.SEE_HOME])
    member = queries.member_by_token(make(house, scopes=[Permission.USE_API]).text, AT)
    assert member is not None
    with pytest.raises(InputRefused):
        services.make_token(
            member=member, label="x", scopes=[Permission.USE_API], expires_at=YEAR, actor=member.actor, at=AT
        )


def test_a_token_of_another_clinic_is_not_withdrawn_from_here(house: House, other_house: House) -> None:
    made = make(house)
    with pytest.raises(InputRefused):
        services.withdraw_token(clinic=other_house.id, token=made.id, actor=other_house.actor("owner"), at=AT)
    assert queries.member_by_token(made.text, AT) is not None


def test_its_use_is_noted_to_the_minute(house: House) -> None:
    made = make(house)
    for seconds in (0, 30, 90):
        services.note_token_use(clinic=house.id, token=made.id, at=AT + timedelta(seconds=seconds))
    assert queries.tokens_of(house.id, AT)[0].last_used_at == AT + timedelta(seconds=90)
