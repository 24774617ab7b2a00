"""Signing in, as the pages do it: first run, second factor, lock, end of an engagement, passwords, tries."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.test import Client

from chartwarden.clinics.queries import clinics
from chartwarden.clinics.services import across_clinics
from chartwarden.people import models
from chartwarden.people.services import end_engagement, suspend
from tests.support.clinic import PASSWORD, House, show_again

FIRST = {
    "name": "Lakeside Clinic", "time_zone": "America/Chicago", "holidays": "US-IL", "given_name": "Ada",
    "family_name": "Example", "email": "ada@lakeside.example", "password": "seven quiet herons 1942",
    "again": "seven quiet herons 1942",
}  # fmt: skip
COMMON = ["Password1234", "123456789012", "qwertyuiopas", "iloveyouforever"]


@pytest.fixture(autouse=True)
def _no_tries(db: None) -> None:
    cache.clear()


def code_for(secret: str, steps: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def sign_in(client: Any, email: str, password: str = PASSWORD) -> Any:
    return client.post("/accounts/login/", {"login": email, "password": password})


def set_up_app(client: Any) -> str:
    """Set up the app by its page; returns its secret."""
    page = client.get("/accounts/2fa/totp/activate/").text
    secret = re.search(r'code secret">([A-Z2-7]+)<', page)[1]
    answer = client.post("/accounts/2fa/totp/activate/", {"code": code_for(secret, -1)})
    assert answer.headers["Location"] == "/accounts/2fa/recovery-codes/"
    return secret


@pytest.fixture(autouse=True)
def _on_this_machine(client: Any) -> None:
    client.defaults["SERVER_NAME"] = "localhost"


def test_the_first_run_makes_the_clinic_and_its_officer_once(client: Any, db: None) -> None:
    assert client.get("/").headers["Location"] == "/setup/"
    answer = client.post("/setup/", FIRST)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    [clinic] = clinics()
    assert (clinic.name, clinic.holidays, str(clinic.time_zone)) == ("Lakeside Clinic", "US-IL", "America/Chicago")
    with across_clinics():
        assert set(models.RoleGrant.objects.values_list("role", flat=True)) == {"privacy_officer", "owner"}
    assert Client().post("/setup/", {**FIRST, "name": "Another"}).headers["Location"] == "/"
    assert len(clinics()) == 1


def test_the_first_run_is_not_for_strangers(client: Any, db: None, settings: Any) -> None:
    assert client.get("/setup/", REMOTE_ADDR="203.0.113.9").status_code == 403
    assert client.get("/setup/", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 403
    assert client.get("/setup/", headers={"X-Forwarded-Proto": "http"}).status_code == 403
    assert client.get("/setup/", SERVER_NAME="testserver").status_code == 403, "a proxy that adds no header"
    settings.SETUP_CODE = "otter-lamp-71"
    assert client.get("/setup/", REMOTE_ADDR="203.0.113.9").status_code == 200
    wrong = client.post("/setup/", {**FIRST, "setup_code": "otter"}, REMOTE_ADDR="203.0.113.9")
    assert (wrong.status_code, clinics()) == (403, [])
    client.post("/setup/", {**FIRST, "setup_code": "otter-lamp-71"}, REMOTE_ADDR="203.0.113.9")
    assert len(clinics()) == 1


def test_nothing_opens_before_the_second_factor_and_the_kept_codes(client: Any, db: None) -> None:
    client.post("/setup/", FIRST)
    home = f"/c/{clinics()[0].id}/"
    assert client.get(home).headers["Location"] == "/accounts/2fa/"
    assert client.get("/accounts/sessions/").headers["Location"] == "/accounts/2fa/"
    assert "Set up a second factor" in client.get("/accounts/2fa/").text
    secret = set_up_app(client)
    assert client.get(home).headers["Location"] == "/accounts/2fa/recovery-codes/"
    codes = re.findall(r"<li>(\d{8})</li>", client.get("/accounts/2fa/recovery-codes/").text)
    assert len(codes) == 10
    assert client.post("/accounts/2fa/recovery-codes/kept/", {}).headers["Location"].endswith("recovery-codes/")
    assert client.get(home).status_code == 302
    client.post("/accounts/2fa/recovery-codes/kept/", {"kept": "on"})
    assert client.get(home).status_code == 200
    kept = Authenticator.objects.get(type="totp").data["secret"]
    assert secret not in kept
    again = Client()
    assert sign_in(again, FIRST["email"], FIRST["password"]).headers["Location"] == "/accounts/2fa/authenticate/"
    assert again.get(home).status_code == 302
    assert "not right" in again.post("/accounts/2fa/authenticate/", {"code": "000000"}).text
    again.post("/accounts/2fa/authenticate/", {"code": codes[0]})
    assert again.get(home).status_code == 200


@pytest.mark.parametrize("password", [*COMMON, "short", "lakesideclinic", "ada.example.lakeside", "AdaExample2026"])
def test_passwords_that_are_guessed_first_are_refused(client: Any, db: None, password: str) -> None:
    answer = client.post("/setup/", {**FIRST, "password": password, "again": password})
    assert (answer.status_code, clinics()) == (200, [])
    assert 'id="id_password_error"' in answer.text


def test_an_unknown_address_and_a_wrong_password_look_alike(client: Any, house: House, settings: Any) -> None:
    settings.EMAIL_HOST = "mail.example.org"

    def shown(email: str) -> str:
        page = sign_in(client, email, "wrong and long enough").text
        return re.sub(r'value="[^"]*"', "", page)

    assert shown("coder@lakeside.example") == shown("nobody@lakeside.example")
    known = client.post("/accounts/password/reset/", {"email": "coder@lakeside.example"})
    unknown = client.post("/accounts/password/reset/", {"email": "nobody@lakeside.example"})
    assert known.headers["Location"] == "/accounts/password/reset/done/"
    assert (known.status_code, known.headers["Location"]) == (unknown.status_code, unknown.headers["Location"])


def test_guessing_is_slowed_down_and_the_right_password_must_wait_too(client: Any, house: House) -> None:
    for _ in range(5):
        sign_in(client, "coder@lakeside.example", "wrong and long enough")
    answer = sign_in(client, "coder@lakeside.example")
    assert answer.status_code == 200
    assert "Wait five minutes" in answer.text
    for _ in range(30):
        answer = sign_in(client, "x@lakeside.example", "wrong and long enough")
    assert answer.status_code == 429
    assert "in one minute" in answer.text
    assert answer.headers["Retry-After"] == "60"


@pytest.mark.parametrize(
    "address", ["signup/", "email/", "confirm-email/", "password/set/", "3rdparty/signup/", "login/code/confirm/"]
)
def test_pages_that_are_not_wanted_are_closed(signed_in: Any, client: Any, house: House, address: str) -> None:
    assert client.get(f"/accounts/{address}").status_code == 404
    assert signed_in("coder").get(f"/accounts/{address}").status_code == 404


def back_by(client: Any, name: str, span: timedelta) -> None:
    session = client.session
    session[name] = (datetime.now(UTC) - span).isoformat()
    session.save()


def test_an_idle_session_locks_and_opens_where_it_was(signed_in: Any, house: House) -> None:
    client = signed_in("coder")
    home = f"/c/{house.id}/"
    assert client.get(home).status_code == 200
    back_by(client, "active_at", timedelta(minutes=15, seconds=1))
    locked = client.get(f"{home}?page=2")
    assert locked.headers["Location"] == f"/accounts/reauthenticate/?next=%2Fc%2F{house.id}%2F%3Fpage%3D2"
    page = client.get(locked.headers["Location"]).text
    assert "Locked" in page
    assert client.get(home).status_code == 302
    assert "not your password" in client.post(locked.headers["Location"], {"password": "wrong"}).text
    assert client.get(home).status_code == 302
    opened = client.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": f"{home}?page=2"})
    assert opened.headers["Location"] == f"{home}?page=2"
    assert client.get(home).status_code == 200


def test_what_was_being_sent_is_not_kept_by_the_lock(signed_in: Any, house: House) -> None:
    client = signed_in("coder")
    home = f"/c/{house.id}/"
    client.get(home)
    client.get("/accounts/lock/?next=" + home)
    answer = client.post(home, {"note": "Rosa Zimmerly"}, headers={"Referer": f"http://testserver{home}"})
    assert answer.headers["Location"] == f"/accounts/reauthenticate/?next=%2Fc%2F{house.id}%2F"
    part = client.get(home, headers={"HX-Request": "true", "HX-Current-URL": f"http://testserver{home}?a=1"})
    assert (part.status_code, part.headers["HX-Redirect"].endswith("%3Fa%3D1")) == (204, True)
    assert "Zimmerly" not in str(dict(client.session))


def test_the_stricter_clinic_says_when_to_lock(signed_in: Any, house: House, other_house: House) -> None:
    from chartwarden.clinics.models import Clinic

    user = house.users["coder"]
    with across_clinics():
        models.Person.objects.filter(id=other_house.people["coder"]).update(user=user)
        Clinic.objects.filter(id=other_house.id).update(idle_minutes=5)
    client = signed_in("coder")
    assert 'data-idle-minutes="5"' in client.get(f"/c/{house.id}/").text
    back_by(client, "active_at", timedelta(minutes=6))
    assert client.get(f"/c/{house.id}/").headers["Location"].startswith("/accounts/reauthenticate/")


def test_a_session_ends_after_twelve_hours(signed_in: Any, house: House) -> None:
    client = signed_in("coder")
    client.get("/")
    back_by(client, "signed_in_at", timedelta(hours=12))
    answer = client.get(f"/c/{house.id}/")
    assert (answer.status_code, "twelve hours" in answer.text) == (401, True)
    assert client.get(f"/c/{house.id}/").headers["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("how", ["ended", "suspended"])
def test_who_has_left_is_out_at_once(signed_in: Any, house: House, how: str) -> None:
    client = signed_in("coder")
    assert client.get(f"/c/{house.id}/").status_code == 200
    now = datetime.now(UTC)
    if how == "ended":
        models.Engagement.objects.filter(person_id=house.people["coder"]).update(ended_at=now)
    else:
        models.Person.objects.filter(id=house.people["coder"]).update(suspended_at=now)
    answer = client.get(f"/c/{house.id}/")
    assert (answer.status_code, "access has ended" in answer.text) == (403, True)
    assert "_auth_user_id" not in client.session


def test_a_part_of_a_page_is_told_to_leave_it(signed_in: Any, house: House) -> None:
    client, home = signed_in("coder"), f"/c/{house.id}/my-work/"
    part = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{home}"}
    refused = client.get(f"/c/{house.id}/people/", headers=part)
    assert (refused.status_code, refused.headers["HX-Redirect"]) == (403, home)
    models.Engagement.objects.filter(person_id=house.people["coder"]).update(ended_at=datetime.now(UTC))
    ended = client.get(home, headers=part)
    assert (ended.status_code, ended.headers["HX-Redirect"]) == (403, "/accounts/login/")
    out = client.get(home, headers=part)
    assert (out.status_code, out.headers["HX-Redirect"]) == (401, f"/accounts/login/?next={home}")


@pytest.mark.parametrize("how", ["ended", "suspended"])
def test_who_has_left_one_of_several_clinics_is_out_there_alone(
    signed_in: Any, house: House, other_house: House, how: str
) -> None:
    with across_clinics():
        models.Person.objects.filter(id=other_house.people["coder"]).update(user=house.users["coder"])
    client, now = signed_in("coder"), datetime.now(UTC)
    here, there = f"/c/{house.id}/", f"/c/{other_house.id}/"
    assert [client.get(address).status_code for address in (here, there)] == [200, 200]
    if how == "ended":
        end_engagement(clinic=house.id, person=house.people["coder"], ended_at=now, actor=house.actor("owner"), at=now)
    else:
        suspend(clinic=house.id, person=house.people["coder"], actor=house.actor("owner"), at=now)
    for address in (here, f"{here}my-accesses/", f"{here}people/"):
        for method in (client.get, client.post):
            answer = method(address)
            assert (answer.status_code, "Lakeside" in answer.text) == (404, False), address
    assert client.get(there).status_code == 200
    assert "Lakeside" not in client.get("/", follow=True).text


def test_sessions_are_listed_and_ended(signed_in: Any, house: House) -> None:
    client = signed_in("coder")
    firefox = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0"
    elsewhere = Client(REMOTE_ADDR="203.0.113.9", headers={"User-Agent": firefox})
    elsewhere.force_login(models.User.objects.get(id=house.users["coder"]))
    elsewhere.get(f"/c/{house.id}/")
    client.get("/")
    page = client.get("/accounts/sessions/").text
    assert "203.0.113.9" in page
    assert "Firefox on Windows" in page
    assert re.search(r"\d\d:\d\d C[SD]T</time>", page)
    assert "Mozilla" not in page
    client.post(re.search(r"/accounts/sessions/\d+/end/", page)[0])
    assert elsewhere.get(f"/c/{house.id}/").headers["Location"].startswith("/accounts/login/")
    assert client.get(f"/c/{house.id}/").status_code == 200


def test_the_last_second_factor_stays(signed_in: Any, house: House) -> None:
    client = signed_in("coder")
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert "only second factor" in client.post("/accounts/2fa/totp/deactivate/", {}).text
    assert Authenticator.objects.filter(user=house.users["coder"], type="totp").exists()


def test_a_change_of_factors_asks_again_when_stale(signed_in: Any, house: House) -> None:
    client = signed_in("coder")
    show_again(client, 0)
    answer = client.get("/accounts/2fa/webauthn/add/")
    assert answer.headers["Location"].startswith("/accounts/reauthenticate/?next=")
    answer = client.post("/accounts/2fa/totp/deactivate/", {})
    assert answer.headers["Location"].startswith("/accounts/reauthenticate/?next=")
