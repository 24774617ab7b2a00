"""A token for tests of the API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.support.clinic import House


def token_for(house: House, role: str, *scopes: Any) -> Any:
    """A token, made now, of the person of a role; with all that they may do, or with these scopes."""
    from django.utils import timezone

    from chartwarden.clinics.services import acting_in
    from chartwarden.people.queries import member
    from chartwarden.people.services import make_token

    now = timezone.now()
    with acting_in(house.id):
        who = member(house.users[role], house.id, now)
        return make_token(
            member=who,  # type: ignore[arg-type]
            label="test",
            scopes=scopes or tuple(who.permissions),  # type: ignore[union-attr]
            expires_at=now + timedelta(days=30),
            actor=who.actor,  # type: ignore[union-attr]
            at=now,
        )
