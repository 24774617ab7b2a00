"""Devices brought from an MDM's API: a real server on this machine answers, well and badly."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chartwarden.clinics.queries import inputs_changed_at
from chartwarden.devices import mdm_rules, models, queries, services
from chartwarden.devices.forms import EXAMPLE
from chartwarden.devices.jobs import pull_devices
from chartwarden.kernel.actors import Actor
from chartwarden.kernel.decisions import Refused
from chartwarden.kernel.errors import InputRefused
from chartwarden.ledger.queries import entries
from chartwarden.people.queries import member
from chartwarden.people.services import change_person
from tests.support.api import Caller, problem
from tests.support.clinic import AT, House

HOUR = timedelta(hours=1)
TOKEN = "mdm-secret-71"


@dataclass
class Mdm:
    """An MDM: what it answers by path, and what it was asked with."""

    pages: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    base: str = ""

    def tell(self, *devices: object, path: str = "/devices", **more: object) -> None:
        """Answer with these devices."""
        self.pages[path] = (200, json.dumps({"value": devices, **more}).encode())


@pytest.fixture
def mdm(settings: Any) -> Iterator[Mdm]:
    settings.WEBHOOKS_INSIDE = True
    told = Mdm()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told.asked.append((self.path, self.headers.get("Authorization", "")))
            status, body = told.pages.get(self.path, (404, b""))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        told.base = f"http://127.0.0.1:{server.server_port}"
        yield told
        server.shutdown()


def laptop(name: str = "LT-1", **more: object) -> dict[str, object]:
    return {
        "deviceName": name, "id": f"m-{name}", "userPrincipalName": "u-coder@lakeside.example",
        "managedDeviceOwnerType": "company", "isEncrypted": True, "managementState": "managed", "antivirusRuns": True,
        **more,
    }  # fmt: skip


def begun(house: House, mdm: Mdm, by: str = "security_officer", **more: str) -> None:
    given_ = {"url": f"{mdm.base}/devices", "token": TOKEN, "mapping": EXAMPLE, **more}
    services.set_mdm(clinic=house.id, **given_, actor=house.actor(by), at=AT)


def state(house: House) -> Any:
    return queries.mdm_state(house.id)


def test_the_mdms_list_becomes_the_register(house: House, mdm: Mdm) -> None:
    mdm.tell(
        laptop(), laptop("LT-2", isEncrypted=False), laptop("PC-1", managedDeviceOwnerType="personal"), {"id": "x"}
    )
    begun(house, mdm)
    assert pull_devices(AT) == 1
    assert mdm.asked == [("/devices", f"Bearer {TOKEN}")]
    found = {one.name: one for one in queries.devices(house.clinic, AT)}
    assert {name: one.faults for name, one in found.items()} == {
        "LT-1": (), "LT-2": ("unencrypted",), "PC-1": ("personal",),
    }  # fmt: skip
    assert (found["LT-1"].mdm, found["LT-1"].facts.person) == ("m-LT-1", house.people["coder"])
    assert (state(house).rows, state(house).left_out, state(house).failing_since) == (3, 1, None)
    assert queries.preconditions(house.id)["device"].asked_from == AT
    taken = [one for one in entries(house.id) if one.kind == "devices.feed_taken"]
    assert [(one.actor, one.facts["added"]) for one in taken] == [("system:mdm", 3)]


def test_again_changes_nothing_and_leaves_no_entry(house: House, mdm: Mdm) -> None:
    mdm.tell(laptop())
    begun(house, mdm)
    pull_devices(AT)
    before, revisions = len(entries(house.id)), dict(inputs_changed_at(house.id))
    assert pull_devices(AT + HOUR / 2) == 0
    assert pull_devices(AT + HOUR) == 1
    assert (len(entries(house.id)), dict(inputs_changed_at(house.id))) == (before, revisions)
    mdm.tell(laptop(antivirusRuns=False))
    pull_devices(AT + 2 * HOUR)
    (device,) = queries.devices(house.clinic, AT + 2 * HOUR)
    assert device.faults == ("no_antivirus",)
    assert inputs_changed_at(house.id)["devices"] > revisions["devices"]


def test_what_the_mdm_no_longer_names_loses_its_approval(house: House, mdm: Mdm) -> None:
    mdm.tell(laptop(), laptop("LT-2"))
    begun(house, mdm)
    pull_devices(AT)
    mdm.tell(laptop("LT-2"))
    pull_devices(AT + HOUR)
    faults = {one.name: one.faults for one in queries.devices(house.clinic, AT + HOUR)}
    assert faults == {"LT-1": ("withdrawn",), "LT-2": ()}


def test_pages_are_followed_at_the_same_host(house: House, mdm: Mdm) -> None:
    mdm.tell(laptop(), **{"@odata.nextLink": "/more?skip=1"})
    mdm.tell(laptop("LT-2"), path="/more?skip=1")
    begun(house, mdm)
    pull_devices(AT)
    assert {one.name for one in queries.devices(house.clinic, AT)} == {"LT-1", "LT-2"}
    mdm.tell(laptop(), **{"@odata.nextLink": "http://elsewhere.example/more"})
    pull_devices(AT + HOUR)
    assert "same host" in state(house).trouble
    assert len(queries.devices(house.clinic, AT)) == 2


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (500, b"", "it answered 500"),
        (401, b"secret words", "it answered 401"),
        (302, b"", "it answered 302"),
        (200, b"<html>", "something else than JSON"),
        (200, b"[" * 100_000, "something else than JSON"),
        (200, b'{"value": []}', "devices that have a name"),
        (200, b'{"value": {}}', "a list at /value"),
        (200, b'{"value": [1, null, "x", [], {"deviceName": {"a": 1}}]}', "devices that have a name"),
        (200, b"", "something else than JSON"),
    ],
)
def test_a_bad_answer_leaves_the_register_and_is_told(
    house: House, mdm: Mdm, status: int, body: bytes, told: str
) -> None:
    mdm.tell(laptop())
    begun(house, mdm)
    pull_devices(AT)
    mdm.pages["/devices"] = (status, body)
    pull_devices(AT + HOUR)
    pull_devices(AT + 2 * HOUR)
    assert told in state(house).trouble
    assert state(house).failing_since == AT + HOUR
    (device,) = queries.devices(house.clinic, AT + HOUR)
    assert device.faults == ()
    assert [one.kind for one in entries(house.id)].count("devices.mdm_failed") == 1
    who = member(house.users["security_officer"], house.id, AT + 2 * HOUR)
    assert who
    (due,) = [one for one in queries.due(who, house.clinic, AT + 2 * HOUR) if one.page == "devices:mdm"]
    assert due.late
    assert told in due.detail
    mdm.tell(laptop())
    pull_devices(AT + 3 * HOUR)
    assert (state(house).trouble, state(house).failing_since) == ("", None)


def test_nobody_there_and_a_network_that_may_not_be_called(house: House, mdm: Mdm, settings: Any) -> None:
    begun(house, mdm, url="http://127.0.0.1:1/devices")
    pull_devices(AT)
    assert "no answer" in state(house).trouble
    settings.WEBHOOKS_INSIDE = False
    begun(house, mdm)
    pull_devices(AT)
    assert "may not be called" in state(house).trouble
    assert mdm.asked == []
    settings.WEBHOOKS_INSIDE = True
    begun(house, mdm)
    assert pull_devices(AT + HOUR) == 1
    assert mdm.asked != []


def test_a_worker_that_forgot_is_told_too(house: House, mdm: Mdm) -> None:
    begun(house, mdm)
    who = member(house.users["security_officer"], house.id, AT)
    assert who
    assert "worker" not in str(queries.due(who, house.clinic, AT + HOUR))
    assert "the worker does not run" in str(queries.due(who, house.clinic, AT + 4 * HOUR))


def test_token_and_address_lie_sealed_and_are_forgotten(house: House, mdm: Mdm) -> None:
    begun(house, mdm)
    row = models.MdmSource.objects.get(clinic_id=house.id)
    assert TOKEN.encode() not in bytes(row.sealed)
    begun(house, mdm, token="")
    mdm.tell(laptop())
    pull_devices(AT)
    assert mdm.asked[-1][1] == f"Bearer {TOKEN}"
    services.stop_mdm(clinic=house.id, actor=house.actor("security_officer"), at=AT)
    services.stop_mdm(clinic=house.id, actor=house.actor("security_officer"), at=AT)
    assert (pull_devices(AT + HOUR), state(house)) == (0, None)
    assert TOKEN not in str([one.leaf for one in entries(house.id)])
    assert [one.kind for one in entries(house.id)].count("devices.mdm_stopped") == 1


def test_what_somebody_withdrew_the_mdm_does_not_approve(house: House, mdm: Mdm) -> None:
    mdm.tell(laptop())
    begun(house, mdm)
    pull_devices(AT)
    (device,) = queries.devices(house.clinic, AT)
    services.withdraw_device(
        clinic=house.clinic, device=device.id, revision=None, actor=house.actor("security_officer"), at=AT
    )
    pull_devices(AT + HOUR)
    (device,) = queries.devices(house.clinic, AT + HOUR)
    assert device.faults == ("withdrawn",)


OWN = "u-security_officer@lakeside.example"


def test_whoever_set_it_gains_nothing_by_it(house: House, mdm: Mdm) -> None:
    mdm.tell(laptop(), laptop("LT-2", userPrincipalName=OWN))
    begun(house, mdm)
    pull_devices(AT)
    assert {one.name for one in queries.devices(house.clinic, AT)} == {"LT-1"}
    assert (state(house).set_by, state(house).held) == (house.people["security_officer"], 1)
    assert [one.facts["held"] for one in entries(house.id) if one.kind == "devices.feed_taken"] == [1]
    begun(house, mdm, by="owner")
    pull_devices(AT + HOUR)
    assert {one.name: one.faults for one in queries.devices(house.clinic, AT)} == {"LT-1": (), "LT-2": ()}
    assert state(house).held == 0


def test_of_a_device_of_whoever_set_it_only_what_speaks_against_it_is_taken(house: House, mdm: Mdm) -> None:
    mdm.tell(laptop(userPrincipalName=OWN))
    begun(house, mdm, by="owner")
    pull_devices(AT)
    begun(house, mdm)
    for number, (told, held, faults) in enumerate(
        [
            (laptop(userPrincipalName=OWN), 0, ()),
            (laptop(userPrincipalName=OWN, isEncrypted=False), 0, ("unencrypted",)),
            (laptop(userPrincipalName=OWN), 1, ("unencrypted",)),
            (laptop(), 1, ("unencrypted",)),
            (laptop("LT-2"), 0, ("unencrypted", "withdrawn")),
            (laptop(userPrincipalName=OWN), 1, ("unencrypted", "withdrawn")),
        ]
    ):
        mdm.tell(told)
        pull_devices(AT + number * HOUR)
        (device,) = [one for one in queries.devices(house.clinic, AT + number * HOUR) if one.name == "LT-1"]
        assert (state(house).held, device.faults) == (held, faults), told


def test_who_shares_a_login_with_whoever_set_it_gains_nothing_either(house: House, mdm: Mdm) -> None:
    for role in ("security_officer", "coder"):
        change_person(clinic=house.id, person=house.people[role], logins=["one"], actor=house.actor("owner"), at=AT)
    mdm.tell(laptop())
    begun(house, mdm)
    pull_devices(AT)
    assert (queries.devices(house.clinic, AT), state(house).held) == ([], 1)


def test_somebodys_name_stands_with_it_or_it_is_not_asked(house: House, mdm: Mdm) -> None:
    given_ = {"url": f"{mdm.base}/devices", "token": TOKEN, "mapping": EXAMPLE}
    with pytest.raises(Refused, match="the name of who sets it"):
        services.set_mdm(clinic=house.id, **given_, actor=Actor.of_system("x"), at=AT)
    begun(house, mdm)
    models.MdmSource.objects.filter(clinic_id=house.id).update(set_by=None)
    pull_devices(AT)
    assert (mdm.asked, "save it anew" in state(house).trouble) == ([], True)


def test_the_token_goes_to_the_host_alone_that_it_was_given_for(house: House, mdm: Mdm) -> None:
    begun(house, mdm)
    with pytest.raises(InputRefused, match="token: expected one for the new host"):
        begun(house, mdm, url="https://elsewhere.example/devices", token="")
    begun(house, mdm, url=f"{mdm.base}/other", token="")
    pull_devices(AT)
    assert mdm.asked == [("/other", f"Bearer {TOKEN}")]


def test_whoever_sets_it_by_the_page_shows_anew_who_they_are(house: House, mdm: Mdm, signed_in: Any) -> None:
    page, given_ = f"/c/{house.id}/devices/mdm/", {"url": f"{mdm.base}/devices", "mapping": EXAMPLE}
    browser = signed_in("security_officer")
    session = browser.session
    session["account_authentication_methods"] = [
        {**one, "at": one["at"] - 3600} for one in session["account_authentication_methods"]
    ]
    session.save()
    answer = browser.post(page, given_, follow=True)
    assert "Show first that it is you" in answer.text
    assert state(house) is None


def test_whoever_sets_it_by_a_program_is_there_themselves(house: House, mdm: Mdm, client: Any) -> None:
    given_, call = {"url": f"{mdm.base}/devices", "mapping": EXAMPLE}, Caller(client, house)
    assert call("mdm", "security_officer", "put", given_).status_code == 422
    problem(call("mdm", "security_officer", "put", {**given_, "password": "x", "code": "123456"}), 403)
    assert state(house) is None
    sent = {**given_, **call.there("security_officer")}
    assert call("mdm", "security_officer", "put", sent).status_code == 204
    told = call("mdm", "security_officer").json()
    assert (told["set_by"], told["held"]) == (str(house.people["security_officer"]), 0)


PLAIN = {name: f"/{name}" for name in mdm_rules.NEEDED}


def mapping(**more: str) -> mdm_rules.Mapped:
    return mdm_rules.read_mapping("\n".join(f"{name} = {source}" for name, source in {**PLAIN, **more}.items()))


@pytest.mark.parametrize(
    ("source", "device", "value"),
    [
        ("/encrypted", {"encrypted": True}, True),
        ("/encrypted", {"encrypted": "False"}, False),
        ("/encrypted", {"encrypted": 1}, True),
        ("/encrypted", {"encrypted": "perhaps"}, None),
        ("/encrypted", {"encrypted": None}, None),
        ("/encrypted", {"encrypted": []}, None),
        ("/encrypted", {}, None),
        ("/a/b/0", {"a": {"b": ["yes"]}}, True),
        ("/a~1b", {"a/b": "no"}, False),
        ("/state: compliant is yes", {"state": "Compliant"}, True),
        ("/state: compliant is yes", {"state": "yes"}, None),
        ("/state: compliant is yes, grace is no", {"state": "grace"}, False),
        ("always yes", {}, True),
    ],
)
def test_a_flag_is_what_the_device_says_in_known_words(source: str, device: dict[str, object], value: object) -> None:
    (row,), _ = mdm_rules.rows_from([{"device": "LT-1", **device}], mapping(encrypted=source))
    assert row["encrypted"] is value


def test_a_device_of_no_person_is_nobodys_and_never_shared() -> None:
    ((row,), left) = mdm_rules.rows_from([{"device": "LT-1"}], mapping())
    assert (row["person"], row["owner"], left) == (mdm_rules.NOBODY, None, 0)


def test_two_of_one_name_are_only_what_both_say() -> None:
    one = {"device": "LT-1", "person": "u1", "owner": "clinic", "encrypted": True, "managed": True, "antivirus": True}
    ((row,), _) = mdm_rules.rows_from([one, {**one, "person": "u2", "antivirus": False}], mapping())
    assert (row["person"], row["owner"], row["encrypted"], row["antivirus"]) == (mdm_rules.NOBODY, "clinic", True, None)
    assert mdm_rules.rows_from([one, one], mapping()) == mdm_rules.rows_from([one], mapping())


@pytest.mark.parametrize(
    "line",
    [
     "device", "device = deviceName", "colour = /x", "rows = always yes", "owner = /x: company",
     "owner = /x: is clinic", "managed = ", "device == /x"],
)  # fmt: skip
def test_a_line_that_says_nothing_is_refused_with_its_number(line: str) -> None:
    with pytest.raises(InputRefused, match="mapping, line 1: expected such as device = /deviceName"):
        mdm_rules.read_mapping(f"{line}\n{EXAMPLE}")


def test_a_mapping_lacks_no_column() -> None:
    with pytest.raises(InputRefused, match="a line for person, antivirus"):
        mdm_rules.read_mapping("device=/a\nowner=/b\nencrypted=/c\nmanaged=/d")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
)


@given(st.lists(JSON | st.fixed_dictionaries(dict.fromkeys(mdm_rules.NEEDED, JSON)), max_size=6))
def test_whatever_comes_becomes_rows_of_the_feed_or_is_counted(devices: list[object]) -> None:
    rows, left = mdm_rules.rows_from(devices, mapping())
    assert len(rows) + left <= len(devices)
    assert len({row["device"] for row in rows}) == len(rows)
    for row in rows:
        assert row.keys() == set(mdm_rules.COLUMNS)
        assert all(row[flag] in (None, True, False) for flag in mdm_rules.FLAGS)
        assert row["owner"] in (None, "clinic", "vendor", "personal")
        assert row["person"]


def test_the_officer_sets_it_by_the_page(house: House, mdm: Mdm, signed_in: Any) -> None:
    client, page = signed_in("security_officer"), f"/c/{house.id}/devices/mdm/"
    assert "No MDM is asked yet" in client.get(page).text
    answer = client.post(page, {"url": "ftp://x", "mapping": EXAMPLE})
    assert (answer.status_code, "https" in answer.text) == (422, True)
    answer = client.post(page, {"url": f"{mdm.base}/devices", "mapping": "device"})
    assert (answer.status_code, "mapping, line 1" in answer.text) == (422, True)
    shown = client.post(page, {"url": f"{mdm.base}/devices", "token": TOKEN, "mapping": EXAMPLE}, follow=True).text
    assert "within a minute" in shown
    assert TOKEN not in shown
    assert "asked no more" in client.post(f"{page}stop/", follow=True).text
