"""Samples of the devices room: a device, a network, an exception, and a row of every other table."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from chartwarden.devices.mdm_rules import NEEDED
from chartwarden.devices.rules import STATEMENT
from chartwarden.devices.services import (
    add_network,
    add_proof,
    approve_device,
    make_exception,
    record_disposal,
    record_training,
    register_device,
    set_mdm,
    sign_statement,
)
from tests.support.clinic import AT, House

MAPPING = "\n".join(f"{name} = /{name}" for name in NEEDED)


def make(house: House) -> Mapping[str, object]:
    """Real ids."""
    officer, coder = house.actor("security_officer"), house.people["coder"]
    device = register_device(
        clinic=house.id, name="LT-1", mdm="m-1", person=coder, owner="clinic", encrypted=True, managed=True,
        antivirus=True, actor=officer, at=AT,
    )  # fmt: skip
    approve_device(clinic=house.clinic, device=device, revision=0, actor=officer, at=AT)
    proof = add_proof(clinic=house.id, device=device, certificate="5c" * 32, actor=officer, at=AT)
    network = add_network(clinic=house.id, cidr="10.20.0.0/16", kind="office", actor=officer, at=AT)
    exception = make_exception(
        clinic=house.id, person=coder, reason="attestation_overdue", why="On leave", ends=AT + timedelta(days=9),
        actor=officer, at=AT,
    )  # fmt: skip
    sign_statement(clinic=house.id, confirmed=list(STATEMENT), note="", actor=house.actor("coder"), at=AT)
    record_disposal(
        clinic=house.clinic, what="A box of print-outs", kind="paper", method="shredded", day=AT.date(),
        disposed_by=house.people["coder"], witness=house.people["owner"], device=None, actor=officer, at=AT,
    )  # fmt: skip
    set_mdm(
        clinic=house.id, url="https://mdm.example/devices", token="", mapping=MAPPING, actor=officer,
        at=AT + timedelta(days=365 * 50),
    )  # fmt: skip
    record_training(
        clinic=house.clinic, people=[coder], day=AT.date(), actor=house.actor("human_resources"), at=AT
    )  # fmt: skip
    return {"device": device, "proof": proof, "network": network, "exception": exception}
