"""Tokens and calls for tests of the API."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from tests.support.clinic import AT, PASSWORD, House


class Caller:
    """Calls the API of a clinic with a token of a role, made when it is first needed: JSON in, the answer out."""

    def __init__(self, client: Any, house: House) -> None:
        self.client, self.house = client, house
        self.tokens: dict[str, str] = {}
        self.apps: dict[str, str] = {}

    def __call__(
        self, path: str, role: str = "privacy_officer", method: str = "get", body: Any = None, **other: Any
    ) -> Any:
        """``path`` is below the clinic's address, or whole where it begins with a slash."""
        if role not in self.tokens:
            self.tokens[role] = token_for(self.house, role).text
        address = path if path.startswith("/") else f"/api/v1/clinics/{self.house.id}/{path}"
        content = {"data": json.dumps(body), "content_type": "application/json"} if body is not None else {}
        headers = {"Authorization": f"Bearer {self.tokens[role]}", **other.pop("headers", {})}
        return getattr(self.client, method)(address, **content, headers=headers, **other)

    def there(self, role: str = "privacy_officer") -> dict[str, str]:
        """The password and the code that the person of a role shows, as if their last code were long past."""
        from django.core.cache import cache

        if role not in self.apps:
            self.apps[role] = app_of(self.house, role)
        cache.clear()
        return {"password": PASSWORD, "code": code_of(self.apps[role])}


def problem(answer: Any, status: int) -> dict[str, Any]:
    """The problem details of an answer that must be one."""
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json"), answer.content
    content: dict[str, Any] = answer.json()
    assert content["status"] == status
    assert content["title"]
    return content


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


def real_ids(house: House, given: Mapping[str, object]) -> dict[str, object]:
    """Real ids of a clinic for the arguments of the API, beside those ``given`` by the samples of its pages."""
    from chartwarden.clinics.services import acting_in, add_webhook
    from chartwarden.logs.receiving import begin_upload
    from chartwarden.people.services import record_leave

    actor, person = house.actor("owner"), house.people["coder"]
    with acting_in(house.id):
        upload = begin_upload(clinic=house.id, sha256="b" * 64, size=3, name="log.csv", actor=actor, at=AT)
        hook = add_webhook(clinic=house.id, url="https://hooks.example/y", kinds=[], actor=actor, at=AT)
        day = AT.date()
        leave = record_leave(clinic=house.id, person=person, first_day=day, last_day=day, actor=actor, at=AT)
    return {**given, "upload": upload.id, "webhook": hook.id, "leave": leave}


def app_of(house: House, role: str) -> str:
    """Set an app up for the person of a role, and return its secret."""
    from allauth.mfa.adapter import get_adapter
    from allauth.mfa.models import Authenticator
    from allauth.mfa.totp.internal.auth import generate_totp_secret

    secret = generate_totp_secret()
    Authenticator.objects.create(user_id=house.users[role], type="totp", data={"secret": get_adapter().encrypt(secret)})
    return str(secret)


def code_of(secret: str) -> str:
    """The code that an app shows now."""
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))
