"""The register's pages: from a device that is added to the statement that a coder signs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from chartwarden.devices import queries, rules, services
from chartwarden.people.contracts import Member
from chartwarden.people.queries import member
from tests.support.clinic import AT, House

SignIn = Callable[[str], Any]


def address(house: House, name: str, **more: object) -> str:
    return reverse(f"devices:{name}", kwargs={"clinic": house.id, **more})


def added(client: Any, house: House, **more: object) -> Any:
    values = {
        "name": "LT-1", "person": str(house.people["coder"]), "owner": "clinic", "encrypted": "on", "managed": "on",
        "antivirus": "on", **more,
    }  # fmt: skip
    return client.post(address(house, "add"), {k: v for k, v in values.items() if v}, follow=True)


def who(house: House, role: str, days: int = 0) -> Member:
    found = member(house.users[role], house.id, AT + timedelta(days=days))
    assert found
    return found


def test_a_device_is_added_approved_and_withdrawn(signed_in: SignIn, house: House) -> None:
    client = signed_in("security_officer")
    assert "not approved" in added(client, house).text.lower()
    (device,) = queries.devices(house.clinic, AT)
    shown = address(house, "one", device=device.id)
    said = client.post(address(house, "approve", device=device.id), {"revision": 0}, follow=True).text
    assert "Approved from today on." in said
    assert "Withdraw the approval" in client.get(shown).text
    stale = client.post(address(house, "withdraw", device=device.id), {"revision": 0}, follow=True).text
    assert "Somebody else has changed this device" in stale
    said = client.post(address(house, "withdraw", device=device.id), {"revision": 1}, follow=True).text
    assert "opens no record" in said
    assert "Approval withdrawn" in client.get(address(house, "devices")).text


@pytest.mark.parametrize(
    ("more", "said"),
    [({"owner": "personal"}, "A personal device is never approved"), ({"encrypted": ""}, "disk not encrypted")],
)
def test_what_is_not_in_order_is_not_approved(signed_in: SignIn, house: House, more: dict[str, str], said: str) -> None:
    client = signed_in("security_officer")
    added(client, house, **more)
    (device,) = queries.devices(house.clinic, AT)
    answer = client.post(address(house, "approve", device=device.id), {"revision": 0}, follow=True)
    assert said in answer.text


def test_a_faulty_form_says_what_is_wrong(signed_in: SignIn, house: House) -> None:
    client = signed_in("security_officer")
    answer = client.post(address(house, "add_network"), {"cidr": "0.0.0.0/0", "kind": "vpn"})
    assert (answer.status_code, "no wider than /8" in answer.text) == (422, True)
    answer = client.post(address(house, "preconditions"), {"kind": "device", "grace_days": "900"})
    assert (answer.status_code, queries.preconditions(house.id)) == (422, {})
    people = {"disposed_by": str(house.people["coder"]), "witness": str(house.people["coder"])}
    given = {"kind": "paper", "what": "A box", "method": "shredded", "day": "2026-03-06", **people}
    answer = client.post(address(house, "add_disposal"), given)
    assert (answer.status_code, "witness must be somebody else" in answer.text) == (422, True)


def test_networks_disposals_and_exceptions_by_their_forms(signed_in: SignIn, house: House) -> None:
    client = signed_in("security_officer")
    said = client.post(address(house, "add_network"), {"cidr": "127.0.0.0/8", "kind": "office"}, follow=True).text
    assert "You come from" in said
    assert ": Office." in said
    given = {
        "kind": "paper", "what": "A box of print-outs", "method": "shredded", "day": "2026-03-06",
        "disposed_by": str(house.people["coder"]), "witness": str(house.people["owner"]),
    }  # fmt: skip
    assert "A box of print-outs" in client.post(address(house, "add_disposal"), given, follow=True).text
    services.set_precondition(
        clinic=house.id, kind="network", asked=False, grace_days=14, shown=False,
        actor=house.actor("security_officer"), at=AT,
    )  # fmt: skip
    assert "Not asked for" in client.get(address(house, "preconditions")).text
    client.post(address(house, "preconditions"), {"kind": "network", "asked": "on", "grace_days": "0"})
    assert queries.preconditions(house.id)["network"].decided_by == house.people["security_officer"]
    assert "Keeps records shut" in client.get(address(house, "preconditions")).text


def test_nobody_is_offered_an_exception_for_themselves(signed_in: SignIn, house: House) -> None:
    text = signed_in("security_officer").get(address(house, "add_exception")).text
    assert str(house.people["coder"]) in text
    assert str(house.people["security_officer"]) not in text


def test_a_coder_signs_their_statement(signed_in: SignIn, house: House) -> None:
    client = signed_in("coder")
    page = address(house, "my_workplace")
    assert client.post(page, {"confirmed": ["screen"]}).status_code == 422
    said = client.post(page, {"confirmed": ["screen"], "note": "No lock yet."}, follow=True).text
    assert "The security officer will talk to you" in said
    assert "Signed. Thank you." in client.post(page, {"confirmed": list(rules.STATEMENT)}, follow=True).text
    assert [one.whole for one in queries.statements(house.id)] == [True, False]


def test_the_officer_reads_what_is_not_in_order(signed_in: SignIn, house: House) -> None:
    services.sign_statement(
        clinic=house.id, confirmed=["screen"], note="No lock yet.", actor=house.actor("coder"), at=AT
    )
    text = signed_in("security_officer").get(address(house, "statements")).text
    assert "No lock yet." in text
    assert rules.STATEMENT["lock"].partition(",")[0] in text


def test_today_tells_of_a_statement_that_is_due_and_of_what_began_by_itself(house: House) -> None:
    assert queries.due(who(house, "coder"), house.clinic, AT) == []
    services.add_network(
        clinic=house.id, cidr="10.20.0.0/16", kind="office", actor=house.actor("security_officer"), at=AT
    )
    (own,) = queries.due(who(house, "coder"), house.clinic, AT)
    assert (own.page, own.late, "records stay shut" in own.detail) == ("devices:my_workplace", True, True)
    (late,) = queries.due(who(house, "coder", 20), house.clinic, AT + timedelta(days=20))
    assert "shut to you until then" in late.detail
    begun = queries.due(who(house, "security_officer"), house.clinic, AT)
    assert {one.page for one in begun} == {"devices:preconditions"}
    assert len(begun) == 2
    services.sign_statement(
        clinic=house.id, confirmed=list(rules.STATEMENT), note="", actor=house.actor("coder"), at=AT
    )
    assert queries.due(who(house, "coder"), house.clinic, AT) == []
    (soon,) = queries.due(who(house, "coder", 80), house.clinic, AT + timedelta(days=80))
    assert not soon.late


def test_today_tells_the_officer_of_trouble(house: House) -> None:
    services.sign_statement(clinic=house.id, confirmed=[], note="Everything.", actor=house.actor("coder"), at=AT)
    (due,) = queries.due(who(house, "security_officer"), house.clinic, AT)
    assert (due.page, due.what) == ("devices:statements", "1 person says that a workplace is not in order")
