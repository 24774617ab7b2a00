"""Each event of signing in and its entry: one transaction, so that neither is there without the other (law 2)."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.socialaccount.models import SocialAccount
from django.core import mail
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.test import Client

from chartwarden.clinics.services import acting_in
from chartwarden.ledger.queries import entries
from chartwarden.people import models
from chartwarden.people.account_models import AccountMail
from chartwarden.people.services import reset_factors, send_account_mails
from chartwarden.people.signin import codes
from chartwarden.people.tests.test_signin_flows import code_for, set_up_app, sign_in
from chartwarden.web.configuration import provider
from tests.support.clinic import PASSWORD, House

CODER = "coder@lakeside.example"
OIDC = {
    "CHARTWARDEN_OIDC_ISSUER": "http://localhost:1", "CHARTWARDEN_OIDC_CLIENT_ID": "c",
    "CHARTWARDEN_OIDC_CLIENT_SECRET": "s",
}  # fmt: skip
NEW = "eleven slow otters 1871"


@pytest.fixture(autouse=True)
def _with_mail(db: None, settings: Any) -> None:
    cache.clear()
    settings.EMAIL_HOST = "mail.example.org"


TRIGGERS = {
    "sqlite": [
        "CREATE TRIGGER no_room BEFORE INSERT ON ledger_entry BEGIN SELECT RAISE(ABORT, 'no room'); END",
        "DROP TRIGGER no_room",
    ],
    "postgresql": [
        "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'no room'; END $$; "
        "CREATE TRIGGER no_room BEFORE INSERT ON ledger_entry FOR EACH ROW EXECUTE FUNCTION no_room()",
        "DROP FUNCTION no_room CASCADE",
    ],
}


@contextmanager
def a_ledger_that_fails() -> Iterator[None]:
    """The database refuses every entry."""
    refuse, relent = TRIGGERS[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(refuse)
    yield
    with connection.cursor() as cursor:
        cursor.execute(relent)


def kinds(house: House) -> list[str]:
    with acting_in(house.id):
        return [e.kind for e in entries(house.id, subject=("person", str(house.people["coder"]))) if _signs(e.kind)]


def _signs(kind: str) -> bool:
    return kind not in ("people.added", "people.role_granted")


@pytest.fixture
def coder(house: House) -> Any:
    """The coder, signed in with an app, and the codes kept. ``secret`` is the app's."""
    client = Client(raise_request_exception=False)
    sign_in(client, CODER)
    client.secret = set_up_app(client)
    client.post("/accounts/2fa/recovery-codes/kept/", {"kept": "on"})
    return client


def app_of(house: House) -> Any:
    return Authenticator.objects.filter(user_id=house.users["coder"])


def _passkey(client: Any, house: House) -> None:
    row = app_of(house).get(type="webauthn")
    client.post(f"/accounts/2fa/webauthn/keys/{row.pk}/remove/")


def _app_removed(client: Any, house: House) -> None:
    client.post("/accounts/2fa/totp/deactivate/")


def _codes(client: Any, house: House) -> None:
    client.post("/accounts/2fa/recovery-codes/generate/")


def _kept(client: Any, house: House) -> None:
    client.post("/accounts/2fa/recovery-codes/kept/", {"kept": "on"})


def _password(client: Any, house: House) -> None:
    given = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    client.post("/accounts/password/change/", given)


def _forgotten(client: Any, house: House) -> None:
    client = Client(raise_request_exception=False)
    client.post("/accounts/password/reset/", {"email": CODER})
    send_account_mails(datetime.now(UTC))
    link = re.search(r"http://127.0.0.1:8700(\S+)", mail.outbox[-1].body)[1]  # type: ignore[index]
    page = client.get(link, follow=True)
    client.post(page.wsgi_request.path, {"password1": NEW, "password2": NEW})


def _officer(client: Any, house: House) -> None:
    try:
        with acting_in(house.id):
            reset_factors(
                clinic=house.id, person=house.people["coder"], actor=house.actor("owner"), at=datetime.now(UTC)
            )
    except DatabaseError:
        pass


def _unlinked(client: Any, house: House) -> None:
    account = SocialAccount.objects.get(user_id=house.users["coder"])
    client.post("/accounts/3rdparty/", {"account": account.pk})


def _another_app(client: Any, house: House) -> None:
    page = client.get("/accounts/2fa/totp/activate/").text
    secret = re.search(r'code secret">([A-Z2-7]+)<', page)[1]  # type: ignore[index]
    client.post("/accounts/2fa/totp/activate/", {"code": code_for(secret)})


def _recovery(client: Any, house: House) -> None:
    code = RecoveryCodes(app_of(house).get(type="recovery_codes")).get_unused_codes()[0]
    other = Client(raise_request_exception=False)
    sign_in(other, CODER)
    other.post("/accounts/2fa/authenticate/", {"code": code})


def state(house: House) -> Any:
    """All that signing in hangs on, as it lies in the database."""
    user = models.User.objects.get(id=house.users["coder"])
    rows = sorted(app_of(house).values_list("type", "data__seed", "data__used_mask", "data__kept_at"))
    return user.password, rows, SocialAccount.objects.filter(user=user).exists()


CHANGES: dict[str, Callable[[Any, House], None]] = {
    "people.second_factor_added": _another_app,
    "people.second_factor_removed": _app_removed,
    "people.second_factor_removed ": _passkey,
    "people.recovery_codes_made": _codes,
    "people.recovery_codes_kept": _kept,
    "people.password_changed": _password,
    "people.password_changed ": _forgotten,
    "people.second_factors_reset": _officer,
    "people.provider_unlinked": _unlinked,
    "people.signed_in": _recovery,
}


@pytest.mark.parametrize("kind", CHANGES)
@pytest.mark.parametrize("fails", [False, True])
def test_a_change_and_its_entry_stand_and_fall_together(
    coder: Any, house: House, kind: str, fails: bool, settings: Any
) -> None:
    settings.SOCIALACCOUNT_PROVIDERS = provider(OIDC)
    SocialAccount.objects.create(user_id=house.users["coder"], provider="sso", uid="nora")
    if "removed" in kind:
        Authenticator.objects.create(user_id=house.users["coder"], type="webauthn", data={"name": "Passkey"})
    if CHANGES[kind] is _kept:
        app = app_of(house).get(type="recovery_codes")
        del app.data["kept_at"]
        app.save()
    if CHANGES[kind] is _another_app:
        app_of(house).filter(type="totp").delete()
    before, told = state(house), kinds(house)
    if not fails:
        CHANGES[kind](coder, house)
        assert state(house) != before
        assert kinds(house) == [*told, kind.strip()]
        return
    with a_ledger_that_fails():
        CHANGES[kind](coder, house)
    assert state(house) == before
    assert kinds(house) == told


def test_what_an_officers_eye_needs_is_in_the_entries(coder: Any, house: House) -> None:
    assert kinds(house) == [
        "people.signed_in", "people.second_factor_added", "people.recovery_codes_made", "people.recovery_codes_kept",
    ]  # fmt: skip
    sign_in(Client(), CODER, "wrong and long enough")
    other = Client()
    sign_in(other, CODER)
    other.post("/accounts/2fa/authenticate/", {"code": "000000"})
    other.post("/accounts/2fa/authenticate/", {"code": code_for(coder.secret)})
    with acting_in(house.id):
        failed, signed_in = entries(house.id, subject=("person", str(house.people["coder"])))[-2:]
    assert (failed.kind, failed.facts) == ("people.second_factor_failed", {"factor": "totp"})
    assert (signed_in.kind, signed_in.facts["methods"]) == ("people.signed_in", ["password", "totp"])
    assert signed_in.facts["failed_before"] == 1


@pytest.mark.parametrize("after", [0, 31, 59])
def test_a_code_of_the_app_works_once_for_as_long_as_it_could_work(
    coder: Any, house: House, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    """Also where the library has forgotten that it was used."""
    code, first, second = code_for(coder.secret), Client(), Client()
    sign_in(first, CODER)
    assert first.post("/accounts/2fa/authenticate/", {"code": code}).headers["Location"] == "/"
    start = time.time()
    monkeypatch.setattr(time, "time", lambda: start + after)
    cache.delete(f"allauth.mfa.totp.used?user={house.users['coder']}&code={code}")
    sign_in(second, CODER)
    assert "not right" in second.post("/accounts/2fa/authenticate/", {"code": code}).text
    assert coder.post("/accounts/2fa/reauthenticate/", {"code": code}).status_code == 200
    assert kinds(house)[-2:] == ["people.second_factor_failed"] * 2


def test_the_code_that_set_the_app_up_signs_nobody_in(house: House) -> None:
    client = Client()
    sign_in(client, CODER)
    secret = set_up_app(client)
    other = Client()
    sign_in(other, CODER)
    assert "not right" in other.post("/accounts/2fa/authenticate/", {"code": code_for(secret, -1)}).text
    assert codes.REMEMBERED >= 90


def statements(client: Any, address: str, given: dict[str, str]) -> list[str]:
    """What a request asks of the database, without the values."""
    said: list[str] = []

    def listen(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        said.append(re.sub(r'"s\d+_x\d+"|x\d+', "", sql))
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(listen):
        client.post(address, given)
    return said


@pytest.mark.parametrize(
    ("address", "field"), [("/accounts/password/reset/", "email"), ("/accounts/login/", "login")]
)  # fmt: skip
def test_an_address_with_and_one_without_an_account_take_the_same_work(house: House, address: str, field: str) -> None:
    found = []
    for email in (CODER, "nobody@lakeside.example"):
        cache.clear()
        found.append(statements(Client(), address, {field: email, "password": "wrong and long enough"}))
    assert found[0] == found[1]
    assert len(found[0]) > 3


def test_a_new_password_comes_by_a_fixed_text_and_for_an_hour(house: House, settings: Any) -> None:
    client, now = Client(), datetime.now(UTC)
    for email in (CODER, "nobody@lakeside.example"):
        assert client.post("/accounts/password/reset/", {"email": email}).headers["Location"].endswith("/done/")
    assert (send_account_mails(now + timedelta(minutes=1)), AccountMail.objects.count()) == (1, 0)
    (message,) = mail.outbox
    assert message.to == [CODER]
    assert not any(word in message.message().as_string() for word in ("Coder Example", "Lakeside Clinic"))
    assert settings.PASSWORD_RESET_TIMEOUT == 3600
    client.post("/accounts/password/reset/", {"email": CODER})
    assert send_account_mails(datetime.now(UTC) + timedelta(minutes=61)) == 0
    link = re.search(r"http://127.0.0.1:8700(\S+)", message.body)[1]  # type: ignore[index]
    assert "Choose a new password" in client.get(link, follow=True).text
    settings.PASSWORD_RESET_TIMEOUT = -1
    assert "no longer works" in Client().get(link, follow=True).text


def test_an_account_of_single_sign_on_gets_no_password_by_mail(house: House) -> None:
    user = models.User.objects.get(email=CODER)
    user.set_unusable_password()
    user.save()
    Client().post("/accounts/password/reset/", {"email": CODER})
    assert (send_account_mails(datetime.now(UTC)), mail.outbox) == (0, [])


def test_without_a_mail_server_the_page_says_whom_to_ask(house: House, settings: Any) -> None:
    settings.EMAIL_HOST = ""
    for ask in (Client().get, Client().post):
        assert "can't send mail" in ask("/accounts/password/reset/", {"email": CODER}).text
    assert AccountMail.objects.count() == 0


def test_mail_that_fails_is_tried_again(house: House, settings: Any, unused_port: int) -> None:
    now = datetime.now(UTC)
    Client().post("/accounts/password/reset/", {"email": CODER})
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", unused_port
    later = now + timedelta(seconds=5)
    assert (send_account_mails(later), send_account_mails(later)) == (0, 0)
    assert AccountMail.objects.get().tries == 1
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert send_account_mails(later + timedelta(minutes=1)) == 1


@pytest.fixture
def unused_port() -> int:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
