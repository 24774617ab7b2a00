"""What a week's review is made from: the rooms' own tables, and feeds that lay with the logs until a room took them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow.parquet as pq

from chartwarden.devices.services import add_network, approve_device, register_device
from chartwarden.logs.models import LogImport
from chartwarden.logs.services import Incoming
from chartwarden.review.desk.inputs import open_inputs
from chartwarden.web.worker import jobs
from tests.support.clinic import AT, House

MONDAY, SUNDAY = date(2026, 3, 2), date(2026, 3, 8)


def rows(house: House, folder: Path, name: str) -> list[dict[str, object]] | None:
    folder.mkdir()
    found = open_inputs(house.clinic, MONDAY, SUNDAY, folder).feeds.get(name)
    return pq.read_table(found.parquet).to_pylist() if found else None


def test_devices_and_networks_come_from_the_register(house: House, tmp_path: Path) -> None:
    assert rows(house, tmp_path / "1", "devices") is None
    officer = house.actor("security_officer")
    device = register_device(
        clinic=house.id, name="LT-1", mdm="", person=house.people["coder"], owner="clinic", encrypted=True,
        managed=True, antivirus=True, actor=officer, at=AT,
    )  # fmt: skip
    assert rows(house, tmp_path / "2", "devices") == []
    approve_device(clinic=house.clinic, device=device, revision=0, actor=officer, at=AT)
    add_network(clinic=house.id, cidr="10.20.0.0/16", kind="office", actor=officer, at=AT)
    (found,) = rows(house, tmp_path / "3", "devices") or []
    assert (found["device"], found["person"], found["approved_from"]) == ("LT-1", "u-coder", date(2026, 3, 9))
    assert rows(house, tmp_path / "4", "networks") == [{"cidr": "10.20.0.0/16", "kind": "office"}]


def test_what_was_kept_with_the_logs_is_read_until_a_register_is_here(house: House, tmp_path: Path) -> None:
    incoming = Incoming(
        clinic=house.id, name="networks.csv", source="page", actor=house.actor("ehr_administrator"), at=AT,
        kind="networks", counts_when_read=False,
    )  # fmt: skip
    with incoming:
        incoming.write(b"cidr,kind\n10.1.0.0/16,vpn\n")
        incoming.finish()
    (job,) = (job for job in jobs() if job.name == "logs.read")
    while job.run(AT):
        pass
    assert rows(house, tmp_path / "1", "networks") is None
    LogImport.objects.filter(clinic_id=house.id).update(state="counted", revision=1)  # as it was left before
    assert rows(house, tmp_path / "2", "networks") == [{"cidr": "10.1.0.0/16", "kind": "vpn"}]
    add_network(clinic=house.id, cidr="10.2.0.0/16", kind="vpn", actor=house.actor("security_officer"), at=AT)
    assert rows(house, tmp_path / "3", "networks") == [{"cidr": "10.2.0.0/16", "kind": "vpn"}]
