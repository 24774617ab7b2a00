"""Samples of the people room: the coder, a role to withdraw, and a token of the officer's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from chartwarden.people.contracts import Permission
from chartwarden.people.queries import member
from chartwarden.people.services import make_token
from tests.support.clinic import AT, House


def make(house: House) -> Mapping[str, object]:
    """Real ids."""
    officer = member(house.users["privacy_officer"], house.id, AT)
    assert officer is not None
    token = make_token(
        member=officer, label="x", scopes=[Permission.SEE_PEOPLE], expires_at=AT + timedelta(days=300),
        actor=officer.actor, at=AT,
    )  # fmt: skip
    return {"person": house.people["coder"], "role": "coder", "token": token.id}
