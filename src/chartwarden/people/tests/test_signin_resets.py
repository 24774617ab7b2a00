"""Lost phone and lost codes: who may reset, what ends, what the link opens, and who learns of it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.cache import cache
from django.test import Client

from chartwarden.cli.app import DONE, REFUSED
from chartwarden.cli.app import run as command
from chartwarden.clinics.services import across_clinics, acting_in
from chartwarden.kernel.decisions import Refused
from chartwarden.kernel.errors import InputRefused
from chartwarden.ledger.queries import entries
from chartwarden.people import models
from chartwarden.people.account_models import AccountMail, FactorReset
from chartwarden.people.queries import due, member
from chartwarden.people.services import grant_role, reset_factors, send_account_mails, suspend
from chartwarden.people.signin.rules import FACTOR_LINK_LASTS, may_reset_factors
from chartwarden.people.tests.test_signin_flows import code_for, set_up_app, sign_in
from tests.support.clinic import AT, PASSWORD, House, show_again, sign_in_as

HERE, THERE = uuid4(), uuid4()
CODER = "coder@lakeside.example"


@pytest.fixture(autouse=True)
def _with_mail(db: None, settings: Any) -> None:
    cache.clear()
    settings.EMAIL_HOST = "mail.example.org"


@pytest.mark.parametrize(
    ("owned", "actor_owns", "allowed"),
    [
        ((), False, True),
        ((HERE,), False, False),
        ((HERE,), True, True),
        ((THERE,), True, False),
        ((THERE,), False, False),
        ((HERE, THERE), True, True),
        ((HERE, THERE), False, False),
    ],
)
def test_who_may_reset(owned: tuple[UUID, ...], actor_owns: bool, allowed: bool) -> None:
    assert bool(may_reset_factors(HERE, actor_owns, owned)) is allowed


def reset(house: House, who: str, by: str, at: datetime | None = None) -> UUID:
    with acting_in(house.id):
        return reset_factors(
            clinic=house.id, person=house.people[who], actor=house.actor(by), at=at or datetime.now(UTC)
        )


def with_app(user: UUID) -> None:
    for kind in ("totp", "recovery_codes"):
        Authenticator.objects.create(user_id=user, type=kind, data={"secret": "", "kept_at": "x"})


def told(clinic: UUID, kind: str = "people.second_factors_reset") -> list[tuple[str, dict[str, Any]]]:
    with acting_in(clinic):
        return [(entry.actor, dict(entry.facts)) for entry in entries(clinic, kinds=[kind])]


def serves_both(house: House, other: House, role: str = "coder") -> None:
    """The coder of the first clinic is, with the same account, somebody in the other too."""
    with across_clinics():
        models.Person.objects.filter(id=other.people[role]).update(user=house.users["coder"])


def open_link(client: Any) -> Any:
    assert send_account_mails(datetime.now(UTC)) == 1
    return client.get(re.search(r"http://127.0.0.1:8700(\S+)", mail.outbox[-1].body)[1])


def test_a_reset_removes_factors_ends_sessions_and_mails_a_link(house: House) -> None:
    with_app(house.users["coder"])
    at_work = Client()
    sign_in_as(at_work, house.users["coder"])
    at_work.get(f"/c/{house.id}/")
    assert at_work.get(f"/c/{house.id}/").status_code == 200
    reset(house, "coder", "human_resources")
    assert not Authenticator.objects.filter(user=house.users["coder"]).exists()
    assert at_work.get(f"/c/{house.id}/").headers["Location"].startswith("/accounts/login/")
    ((actor, facts),) = told(house.id)
    assert actor == house.actor("human_resources").ref
    ended = {"factors": ["recovery_codes", "totp"], "sessions_ended": 1, "tokens_withdrawn": 0}
    assert facts == ended | {"by": "an officer here"}
    assert told(house.id, "people.second_factor_removed") == []
    assert send_account_mails(datetime.now(UTC)) == 1
    assert mail.outbox[-1].to == [CODER]
    assert not any(word in mail.outbox[-1].message().as_string() for word in ("Coder Example", "Lakeside Clinic"))
    assert (send_account_mails(datetime.now(UTC)), AccountMail.objects.count()) == (0, 0)


def forgets_the_password(house: House) -> None:
    """The coder asks for a new password, and sets it by the link."""
    client, new = Client(), "eleven slow otters 1871"
    client.post("/accounts/password/reset/", {"email": CODER})
    page = client.get(open_link(client).headers["Location"])
    assert client.post(page.wsgi_request.path, {"password1": new, "password2": new}).status_code == 302


@pytest.mark.parametrize("by", ["an officer", "a link in a mail"])
def test_an_accounts_tokens_end_with_what_was_lost(house: House, other_house: House, by: str) -> None:
    """In every clinic, of that account alone, and counted in each entry; also where they are suspended."""
    serves_both(house, other_house)
    at, rows = datetime.now(UTC), []
    made = [(house, "coder"), (house, "coder"), (other_house, "coder"), (house, "qa_auditor")]
    for number, (clinic, role) in enumerate(made):
        with acting_in(clinic.id):
            rows.append(
                models.ApiToken.objects.create(
                    clinic_id=clinic.id, person_id=clinic.people[role], label="x", digest=str(number), made_at=at,
                    expires_at=at + timedelta(days=9),
                )
            )  # fmt: skip
    with acting_in(other_house.id):
        person = other_house.people["coder"]
        suspend(clinic=other_house.id, person=person, actor=other_house.actor("owner"), at=at)
    if by == "an officer":
        reset(house, "coder", "human_resources")
    else:
        forgets_the_password(house)
    with across_clinics():
        left = models.ApiToken.objects.filter(withdrawn_at=None).values_list("id", flat=True)
        assert list(left) == [rows[-1].id]
    kind = "people.second_factors_reset" if by == "an officer" else "people.password_changed"
    counted = [facts["tokens_withdrawn"] for clinic in (house, other_house) for _, facts in told(clinic.id, kind)]
    assert counted == [2, 1]


def test_the_password_alone_sets_up_nothing_and_the_link_alone_neither(house: House) -> None:
    reset(house, "coder", "human_resources")
    thief = Client()
    sign_in(thief, CODER)
    for address in ("/", "/accounts/2fa/", "/accounts/2fa/totp/activate/", "/accounts/sessions/"):
        answer = thief.get(address)
        assert (answer.status_code, "Open the link in your mail" in answer.text) == (403, True), address
    assert thief.post("/accounts/2fa/totp/activate/", {"code": "000000"}).status_code == 403
    reader = Client()
    assert open_link(reader).headers["Location"] == "/accounts/2fa/"
    assert reader.get("/accounts/2fa/").headers["Location"].startswith("/accounts/login/")
    assert thief.get("/accounts/2fa/").status_code == 403


def test_with_link_and_password_a_new_factor_is_set_up_once(house: House) -> None:
    reset(house, "coder", "human_resources")
    client = Client()
    path = open_link(client).wsgi_request.path
    sign_in(client, CODER)
    set_up_app(client)
    client.post("/accounts/2fa/recovery-codes/kept/", {"kept": "on"})
    assert client.get(f"/c/{house.id}/").status_code == 200
    assert Client().get(path).status_code == 410
    assert [facts for _, facts in told(house.id, "people.second_factor_added")] == [{"factor": "totp"}]


@pytest.mark.parametrize("why", ["too old", "replaced", "forged"])
def test_a_link_that_no_longer_works_opens_nothing(house: House, why: str) -> None:
    reset(house, "coder", "human_resources")
    client = Client()
    path = open_link(client).wsgi_request.path
    sign_in(client, CODER)
    assert client.get("/accounts/2fa/").status_code == 200
    if why == "too old":
        FactorReset.objects.update(expires_at=datetime.now(UTC))
    elif why == "replaced":
        reset(house, "coder", "human_resources")
        sign_in(client, CODER)
    else:
        path = path[:-2] + ("A" if path[-2] != "A" else "B") + "/"
    assert Client().get(path).status_code == 410
    if why != "forged":
        assert client.get("/accounts/2fa/").status_code == 403


def test_a_mail_that_would_come_too_late_is_not_sent(house: House) -> None:
    now = datetime.now(UTC)
    reset(house, "coder", "human_resources", now)
    assert send_account_mails(now + FACTOR_LINK_LASTS) == 0
    assert (mail.outbox, AccountMail.objects.count()) == ([], 0)


def test_nobody_resets_their_own_and_an_owners_is_reset_by_an_owner_alone(house: House) -> None:
    with pytest.raises(Refused, match="own record"):
        reset(house, "security_officer", "security_officer")
    with pytest.raises(Refused, match="another owner"):
        reset(house, "owner", "privacy_officer")
    grant_role(clinic=house.id, person=house.people["auditor"], role="owner", actor=house.actor("owner"), at=AT)
    reset(house, "owner", "auditor")


def test_a_clinic_in_which_an_owner_merely_works_can_not_touch_them(house: House, other_house: House) -> None:
    serves_both(house, other_house, "owner")
    with pytest.raises(Refused, match="more than this clinic"):
        reset(house, "coder", "owner")
    with acting_in(other_house.id):
        grant_role(
            clinic=other_house.id, person=other_house.people["coder"], role="owner",
            actor=other_house.actor("owner"), at=AT,
        )  # fmt: skip
    reset(other_house, "owner", "coder")


@pytest.mark.parametrize("why", ["not linked", "suspended", "ended"])
def test_only_who_is_here_is_reset(house: House, other_house: House, why: str) -> None:
    serves_both(house, other_house)
    if why == "not linked":
        models.Person.objects.filter(id=house.people["coder"]).update(user=None)
    elif why == "suspended":
        suspend(clinic=house.id, person=house.people["coder"], actor=house.actor("owner"), at=AT)
    else:
        models.Engagement.objects.filter(person_id=house.people["coder"]).update(ended_at=AT)
    with pytest.raises(InputRefused):
        reset(house, "coder", "human_resources")


def test_the_other_clinics_see_it_until_an_officer_has(house: House, other_house: House) -> None:
    serves_both(house, other_house)
    reset(house, "coder", "human_resources")
    ((actor, facts),) = told(other_house.id)
    assert (actor, facts["by"]) == ("system:another-clinic", "another clinic")

    def dues(role: str, of: House) -> list[str]:
        now = datetime.now(UTC)
        with acting_in(of.id):
            found = member(of.users[role], of.id, now)
            return [one.what for one in due(found, of.clinic, now) if "second factors" in one.what]  # type: ignore[arg-type]

    assert dues("security_officer", other_house) == ["Another clinic reset the second factors of Coder Example"]
    assert dues("coding_supervisor", other_house) == dues("security_officer", house) == []
    officer = Client()
    sign_in_as(officer, other_house.users["security_officer"])
    address = f"/c/{other_house.id}/people/{other_house.people['coder']}/factors/"
    assert "Another clinic reset the second factors of Coder Example" in officer.get(f"/c/{other_house.id}/").text
    officer.post(f"{address}seen/")
    officer.post(f"{address}seen/")
    assert dues("security_officer", other_house) == []
    assert told(other_house.id, "people.factor_reset_seen") == [(other_house.actor("security_officer").ref, {})]


def test_a_link_that_can_not_be_sent_is_on_the_officers_page(house: House, settings: Any) -> None:
    reset(house, "coder", "human_resources")
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    now = datetime.now(UTC)
    assert [send_account_mails(now + timedelta(minutes=minutes)) for minutes in (1, 3)] == [0, 0]
    officer = Client()
    sign_in_as(officer, house.users["human_resources"])
    told = "The link to a new second factor could not be sent to Coder Example"
    assert told in officer.get(f"/c/{house.id}/").text
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert send_account_mails(now + timedelta(minutes=10)) == 1
    assert told not in officer.get(f"/c/{house.id}/").text


def test_the_page_asks_afresh_and_says_no_in_words(house: House, signed_in: Any) -> None:
    officer = signed_in("human_resources")
    show_again(officer, 0)
    address = f"/c/{house.id}/people/{house.people['coder']}/factors/"
    assert officer.post(address).headers["Location"].startswith("/accounts/reauthenticate/")
    officer.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert "see them, or call" in officer.get(address).text
    assert officer.post(address).headers["Location"] == f"/c/{house.id}/people/{house.people['coder']}/"
    assert len(told(house.id)) == 1
    owner = f"/c/{house.id}/people/{house.people['owner']}/factors/"
    assert "Only another owner" in officer.post(owner).text
    assert (
        "Another officer has to" in officer.get(f"/c/{house.id}/people/{house.people['human_resources']}/factors/").text
    )
    assert len(told(house.id)) == 1


def test_without_mail_the_page_names_the_command_and_does_nothing(house: House, signed_in: Any, settings: Any) -> None:
    settings.EMAIL_HOST = ""
    officer = signed_in("human_resources")
    officer.post("/accounts/reauthenticate/", {"password": PASSWORD})
    address = f"/c/{house.id}/people/{house.people['coder']}/factors/"
    assert "chartwarden people reset-factors" in officer.post(address).text
    assert told(house.id) == []


def test_the_command_resets_anybody_and_says_so_in_every_ledger(
    house: House,
    other_house: House,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CHARTWARDEN_DATA", str(tmp_path))
    serves_both(house, other_house, "owner")
    with_app(house.users["coder"])
    assert command(["people", "reset-factors", "nobody@lakeside.example", "--data", str(tmp_path)]) == REFUSED
    assert command(["people", "reset-factors", CODER.upper(), "--data", str(tmp_path)]) == DONE
    link = re.search(r"http://127.0.0.1:8700(\S+)", capsys.readouterr().out)[1]  # type: ignore[index]
    for clinic in (house.id, other_house.id):
        ((actor, facts),) = told(clinic)
        assert (actor, facts["by"]) == ("system:command-line", "the server's command line")
    client = Client()
    client.get(link)
    sign_in(client, CODER)
    assert client.get("/accounts/2fa/").status_code == 200


def test_the_second_step_says_what_an_officer_does_for_who_lost_both(house: House) -> None:
    client = Client()
    sign_in(client, CODER)
    set_up_app(client)
    client.post("/accounts/logout/")
    sign_in(client, CODER)
    told = client.get("/accounts/2fa/authenticate/").text
    assert "can reset your second factors" in told
    assert "invite you anew" not in told


def test_a_second_step_begun_before_the_reset_leads_nowhere(house: House) -> None:
    client = Client()
    sign_in(client, CODER)
    secret = set_up_app(client)
    client.post("/accounts/logout/")
    sign_in(client, CODER)
    reset(house, "coder", "human_resources", datetime.now(UTC) + timedelta(seconds=1))
    answer = client.post("/accounts/2fa/authenticate/", {"code": code_for(secret)})
    assert answer.headers["Location"] == "/accounts/login/"
    assert client.get(f"/c/{house.id}/").headers["Location"].startswith("/accounts/login/")
