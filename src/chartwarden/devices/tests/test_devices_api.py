"""The register for programs."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.utils import timezone

from chartwarden.devices import queries
from tests.support.api import Caller, token_for
from tests.support.clinic import AT, House

SOUND = {"owner": "clinic", "encrypted": True, "managed": True, "antivirus": True}


@pytest.fixture
def ask(client: Any, house: House) -> Any:
    """Call an operation with a token of the security officer's."""
    token = token_for(house, "security_officer").text

    def call(method: str, path: str, body: object = None) -> Any:
        content = {"data": json.dumps(body), "content_type": "application/json"} if body is not None else {}
        headers = {"Authorization": f"Bearer {token}"}
        return getattr(client, method)(f"/api/v1/clinics/{house.id}/{path}", **content, headers=headers)

    return call


def test_a_device_is_registered_approved_and_withdrawn(ask: Any, house: House) -> None:
    made = ask("post", "devices", {"name": "LT-7", "person": str(house.people["coder"]), **SOUND})
    assert made.status_code == 201
    device = f"devices/{made.json()['id']}"
    assert ask("get", device).json()["faults"] == "not_approved"
    assert ask("post", f"{device}/approve", {"revision": 9}).status_code == 409
    assert ask("post", f"{device}/approve", {"revision": 0}).status_code == 200
    assert ask("get", device).json()["faults"] == ""
    assert ask("patch", device, {**SOUND, "antivirus": False, "revision": 1}).status_code == 204
    assert ask("get", device).json()["faults"] == "no_antivirus"
    assert ask("post", f"{device}/withdraw", {"revision": 2}).status_code == 204
    (row,) = table_rows(ask("get", "devices"))
    assert (row["name"], row["faults"]) == ("LT-7", "no_antivirus withdrawn")


def table_rows(answer: Any) -> list[dict[str, Any]]:
    """The rows of a table's page."""
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def test_a_personal_device_is_registered_and_never_approved(ask: Any, house: House) -> None:
    made = ask("post", "devices", {"name": "PC-7", **SOUND, "owner": "personal"})
    refused = ask("post", f"devices/{made.json()['id']}/approve", {"revision": 0})
    assert (refused.status_code, "never approved" in refused.text) == (403, True)


def test_networks_preconditions_and_exceptions(ask: Any, house: House) -> None:
    network = ask("post", "networks", {"cidr": "10.9.1.1/16", "kind": "vpn"})
    assert [row["cidr"] for row in table_rows(ask("get", "networks"))] == ["10.9.0.0/16"]
    assert ask("post", "networks", {"cidr": "::/0", "kind": "vpn"}).status_code == 422
    assert ask("put", "preconditions", {"kind": "network", "asked": False}).status_code == 204
    asked = {one["kind"]: one["asked_from"] for one in ask("get", "preconditions").json()}
    assert (asked["network"], bool(asked["attestation"]), asked["device"]) == (None, True, None)
    given = {
        "person": str(house.people["coder"]), "reason": "attestation_overdue", "why": "On leave",
        "ends": "2100-01-01T00:00:00Z",
    }  # fmt: skip
    assert ask("post", "exceptions", given).status_code == 403
    assert queries.exceptions(house.id, AT) == []
    assert ask("delete", f"networks/{network.json()['id']}").status_code == 204
    assert ask("delete", f"networks/{network.json()['id']}").status_code == 404


def test_a_disposal_is_in_the_table_and_statements_are_read(ask: Any, house: House) -> None:
    given = {
        "what": "A drive", "kind": "media", "method": "destroyed", "day": "2026-03-02",
        "disposed_by": str(house.people["coder"]), "witness": str(house.people["owner"]),
    }  # fmt: skip
    assert ask("post", "disposals", {**given, "witness": given["disposed_by"]}).status_code == 403
    assert ask("post", "disposals", given).status_code == 201
    assert [row["what"] for row in table_rows(ask("get", "disposals"))] == ["A drive"]
    assert ask("get", "workplace-statements").json() == []


def test_what_was_made_can_be_read(ask: Any, client: Any, house: House) -> None:
    caller = Caller(client, house)
    device = f"devices/{ask('post', 'devices', {'name': 'LT-7', **SOUND}).json()['id']}"
    made = ask("post", f"{device}/proofs", {"certificate": "5c" * 32}).json()["id"]
    ((proof, fingerprint),) = [(one["id"], one["fingerprint"]) for one in ask("get", f"{device}/proofs").json()]
    assert (proof, fingerprint) == (made, "5c" * 32)
    given = {"people": [str(house.people["coder"])], "day": timezone.now().date().isoformat()}
    assert caller("training", "human_resources", "post", given).status_code == 204
    last = {one["person"]: one["last"] for one in caller("training", "human_resources").json()}
    assert (last[given["people"][0]], last[str(house.people["owner"])]) == (given["day"], None)
