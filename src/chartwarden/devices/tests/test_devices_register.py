"""The register's verbs: what they change, what the ledger says, and what stands of a person's workplace then."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from chartwarden.clinics.queries import inputs_changed_at
from chartwarden.clinics.services import open_salt
from chartwarden.devices import models, queries, rules, services
from chartwarden.devices.contracts import WorkplaceStanding
from chartwarden.devices.feeds import TAKES
from chartwarden.kernel.decisions import Refused, Stale
from chartwarden.kernel.errors import InputRefused
from chartwarden.kernel.progress import Quiet
from chartwarden.kernel.taken import Taken
from chartwarden.ledger.entry import commitment
from chartwarden.ledger.queries import entries
from chartwarden.logs.queries import feeds
from chartwarden.logs.services import read_feed
from chartwarden.people.services import change_person
from tests.support.clinic import AT, House

DAY = timedelta(days=1)
LATER = AT + 20 * DAY
"""After the grace."""
SOUND = {"owner": "clinic", "encrypted": True, "managed": True, "antivirus": True}
HEADER = "device,person,owner,encrypted,managed,antivirus,approved_from,approved_to\n"


def registered(house: House, name: str = "LT-1", person: str | None = "coder", **more: object) -> UUID:
    values = {**SOUND, **more}
    return services.register_device(
        clinic=house.id, name=name, mdm="", person=house.people[person] if person else None,
        actor=house.actor("security_officer"), at=AT, **values,
    )  # fmt: skip


def approved(house: House, device: UUID, days: int = 0, by: str = "security_officer") -> UUID:
    there = queries.device(house.clinic, device, AT)
    assert there
    return services.approve_device(
        clinic=house.clinic, device=device, revision=there.revision, actor=house.actor(by), at=AT + days * DAY
    )


def standing(house: House, device: str = "", address: str = "", days: int = 20) -> WorkplaceStanding:
    return queries.standing(house.clinic, house.people["coder"], device, address, AT + days * DAY)


def take(house: House, folder: Path, name: str, rows: str, days: int = 0, by: str = "ehr_administrator") -> Taken:
    feed = next(one for one in feeds() if one.name == name)
    path = folder / f"{name}.csv"
    path.write_text(("cidr,kind\n" if name == "networks" else HEADER) + rows)
    read = read_feed(feed, path, house.clinic.time_zone, folder, Quiet())
    return TAKES[name](clinic=house.id, feed=read, actor=house.actor(by), at=AT + days * DAY)


def kinds(house: House) -> list[str]:
    return [one.kind for one in entries(house.id) if one.kind.startswith("devices.")]


def sign(house: House, days: int = 0, **more: object) -> bool:
    given = {"confirmed": list(rules.STATEMENT), "note": "", **more}
    return services.sign_statement(clinic=house.id, actor=house.actor("coder"), at=AT + days * DAY, **given)


def test_without_a_register_nothing_is_asked_for(house: House) -> None:
    registered(house)
    assert standing(house) == WorkplaceStanding()


def test_with_the_first_approval_devices_are_asked_for_after_the_grace(house: House) -> None:
    approved(house, registered(house, person="qa_auditor"))
    assert standing(house, days=13).device_approved
    assert not standing(house).device_approved
    assert standing(house).network_secured
    approved(house, registered(house, "LT-2"))
    assert standing(house).device_approved
    assert kinds(house) == [
        "devices.registered", "devices.approved", "devices.precondition_set", "devices.precondition_set",
        "devices.registered", "devices.approved",
    ]  # fmt: skip


def test_a_device_that_is_shown_is_the_one_that_counts(house: House, settings: Any) -> None:
    settings.CERTIFICATE_HEADER = "clientcertificate"
    approved(house, registered(house))
    approved(house, registered(house, "WS-1", person=None))
    approved(house, registered(house, "LT-9", person="qa_auditor"))
    shown = {name: standing(house, name).device_approved for name in ("LT-1", "WS-1", "LT-9", "PC-7")}
    assert shown == {"LT-1": True, "WS-1": True, "LT-9": False, "PC-7": False}
    services.set_precondition(
        clinic=house.id, kind="device", asked=True, grace_days=0, shown=True,
        actor=house.actor("security_officer"), at=AT,
    )  # fmt: skip
    assert not standing(house).device_approved
    assert standing(house, "LT-1").device_approved


def test_withdrawn_it_opens_nothing_from_that_instant_and_approved_again_from_then_on(house: House) -> None:
    device = approved(house, registered(house))
    there = queries.device(house.clinic, device, AT)
    assert there
    services.withdraw_device(
        clinic=house.clinic, device=device, revision=there.revision,
        actor=house.actor("security_officer"), at=LATER,
    )  # fmt: skip
    before = queries.standing(house.clinic, house.people["coder"], "", "", LATER - timedelta(seconds=1))
    assert (before.device_approved, standing(house).device_approved) == (True, False)
    with pytest.raises(Refused, match="nothing to withdraw"):
        services.withdraw_device(
            clinic=house.clinic, device=device, revision=None, actor=house.actor("security_officer"), at=LATER
        )
    again = approved(house, device, days=25)
    assert again != device
    assert [standing(house, days=days).device_approved for days in (24, 25)] == [False, True]
    table = queries.devices_table(house.id)
    assert table
    assert table.select(["device", "person", "approved_from", "approved_to"]).to_pylist() == [
        {"device": "LT-1", "person": "u-coder", "approved_from": date(2026, 3, 9), "approved_to": date(2026, 3, 29)},
        {"device": "LT-1", "person": "u-coder", "approved_from": date(2026, 4, 3), "approved_to": None},
    ]


def test_who_may_approve_and_what(house: House) -> None:
    with pytest.raises(Refused, match="own device"):
        approved(house, registered(house), by="coder")
    with pytest.raises(Refused, match="personal"):
        approved(house, registered(house, "PC-1", owner="personal"))
    with pytest.raises(Refused, match="disk not encrypted"):
        approved(house, registered(house, "LT-2", encrypted=False))
    device = approved(house, registered(house, "LT-3"))
    with pytest.raises(Refused, match="It is approved"):
        approved(house, device)
    with pytest.raises(InputRefused):
        registered(house, "LT-3")
    assert kinds(house).count("devices.approved") == 1


def test_a_safeguard_that_is_gone_shuts_records_at_once(house: House) -> None:
    device = approved(house, registered(house))
    there = queries.device(house.clinic, device, AT)
    assert there
    changed = {
        "clinic": house.id, "device": device, "person": house.people["coder"], "owner": "clinic", "encrypted": True,
        "managed": True, "antivirus": False, "actor": house.actor("security_officer"), "at": AT,
    }  # fmt: skip
    services.change_device(**changed, revision=there.revision)
    assert not standing(house).device_approved
    with pytest.raises(Stale):
        services.change_device(**changed, revision=there.revision)
    with pytest.raises(Refused, match="themselves"):
        services.change_device(
            **{**changed, "person": house.people["security_officer"]}, revision=there.revision + 1
        )  # fmt: skip


def test_networks_are_asked_for_once_one_is_secured(house: House) -> None:
    officer = house.actor("security_officer")
    services.add_network(clinic=house.id, cidr="198.51.100.0/24", kind="other", actor=officer, at=AT)
    assert standing(house, address="203.0.113.5").network_secured
    made = services.add_network(clinic=house.id, cidr="10.20.0.0/16", kind="office", actor=officer, at=AT)
    seen = {ip: standing(house, address=ip).network_secured for ip in ("10.20.1.1", "198.51.100.2", "203.0.113.5", "")}
    assert list(seen.values()) == [True, False, False, False]
    assert standing(house, address="203.0.113.5", days=13).network_secured
    with pytest.raises(InputRefused, match="listed as office"):
        services.add_network(clinic=house.id, cidr="10.20.7.7/16", kind="vpn", actor=officer, at=AT)
    services.remove_network(clinic=house.id, network=made, actor=officer, at=AT)
    assert not standing(house, address="10.20.1.1").network_secured


def test_a_statement_counts_when_every_point_is_confirmed(house: House) -> None:
    approved(house, registered(house))
    assert standing(house).attestation_due == AT + 14 * DAY
    with pytest.raises(InputRefused):
        sign(house, confirmed=["screen"])
    assert not sign(house, days=1, confirmed=["screen"], note="My screen faces the street.")
    assert standing(house).attestation_due == AT + 14 * DAY
    assert sign(house, days=2)
    due = standing(house).attestation_due
    assert due
    assert due.astimezone(house.clinic.time_zone).date() == date(2026, 6, 26)
    newest, first = queries.statements(house.id, house.people["coder"])
    assert (newest.whole, first.whole, first.note) == (True, False, "My screen faces the street.")
    said = next(one for one in entries(house.id) if one.kind == "devices.statement_signed")
    kept = models.WorkplaceStatement.objects.get(clinic_id=house.id, whole=False)
    salt = open_salt(house.id, kept.salt)
    assert commitment(salt, "My screen faces the street.") == said.private["note"]
    assert "street" not in str(said)


def test_nobody_owes_a_statement_before_they_began(house: House) -> None:
    approved(house, registered(house))
    begins = AT + 100 * DAY
    found = queries.standing(house.clinic, house.people["coder"], "", "", AT, engaged_from=begins)
    assert found.attestation_due == begins + 14 * DAY


def test_an_exception_has_a_name_and_an_end_and_is_somebody_elses(house: House) -> None:
    given = {
        "clinic": house.id, "person": house.people["coder"], "reason": "device_not_approved", "why": "New laptop",
        "ends": AT + 10 * DAY, "actor": house.actor("security_officer"), "at": AT,
    }  # fmt: skip
    approved(house, registered(house, person=None))
    for wrong, error in (
        ({"actor": house.actor("coder")}, Refused),
        ({"ends": AT + 40 * DAY}, Refused),
        ({"reason": "not_assigned"}, InputRefused),
        ({"why": " "}, InputRefused),
        ({"person": UUID(int=5)}, InputRefused),
    ):
        with pytest.raises(error):
            services.make_exception(**{**given, **wrong})
    made = services.make_exception(**given)
    assert standing(house, days=1).excused == {"device_not_approved": AT + 10 * DAY}
    assert standing(house, days=10).excused == {}
    (found,) = queries.exceptions(house.id, AT)
    assert (found.granted_by, found.why) == (house.people["security_officer"], "New laptop")
    services.end_exception(clinic=house.id, exception=made, actor=house.actor("security_officer"), at=AT + DAY)
    assert standing(house, days=2).excused == {}
    with pytest.raises(Refused):
        services.end_exception(clinic=house.id, exception=made, actor=house.actor("security_officer"), at=AT + DAY)


def test_the_disposal_log_has_a_witness_and_ends_the_approval(house: House) -> None:
    device = approved(house, registered(house))
    given = {
        "clinic": house.clinic, "what": "LT-1, its drive", "kind": "device", "method": "wiped", "day": date(2026, 3, 9),
        "disposed_by": house.people["security_officer"], "witness": house.people["owner"], "device": device,
        "actor": house.actor("security_officer"), "at": AT + DAY,
    }  # fmt: skip
    for wrong, error in (
        ({"witness": house.people["security_officer"]}, Refused),
        ({"witness": UUID(int=5)}, InputRefused),
        ({"day": date(2026, 3, 12)}, InputRefused),
        ({"method": "lost"}, InputRefused),
        ({"kind": "cloud"}, InputRefused),
    ):
        with pytest.raises(error):
            services.record_disposal(**{**given, **wrong})
    assert standing(house).device_approved
    services.record_disposal(**given)
    assert not standing(house).device_approved
    (found,) = queries.disposals(house.id)
    assert (found.what, found.method, found.witness) == ("LT-1, its drive", "wiped", house.people["owner"])
    assert kinds(house)[-2:] == ["devices.withdrawn", "devices.disposed"]


def test_what_was_decided_against_does_not_begin_by_itself(house: House) -> None:
    for kind in rules.PRECONDITIONS:
        services.set_precondition(
            clinic=house.id, kind=kind, asked=False, grace_days=14, shown=False,
            actor=house.actor("security_officer"), at=AT,
        )  # fmt: skip
    approved(house, registered(house, person="qa_auditor"))
    assert standing(house) == WorkplaceStanding()


def test_a_file_is_the_whole_register(house: House, tmp_path: Path) -> None:
    one = "LT-1,u-coder,clinic,true,true,true,2026-01-05,\n"
    two = "LT-2,u-qa_auditor,vendor,true,true,true,2026-01-05,\n"
    assert take(house, tmp_path, "devices", one + two) == Taken(added=2)
    assert take(house, tmp_path, "devices", one + two) == Taken(unchanged=2)
    assert standing(house).device_approved
    hand = approved(house, registered(house, "LT-3", person=None))
    assert take(house, tmp_path, "devices", two, days=1) == Taken(unchanged=1, ended=1, absent=1)
    assert not standing(house).device_approved
    there = queries.device(house.clinic, hand, AT)
    assert there
    assert there.faults == ()
    assert take(house, tmp_path, "devices", one.replace("true,true,true", "true,,true") + two, days=2) == Taken(
        changed=1, unchanged=1, absent=1
    )
    assert not standing(house).device_approved


def test_what_an_officer_withdrew_no_file_approves(house: House, tmp_path: Path) -> None:
    row = "LT-1,u-coder,clinic,true,true,true,2026-01-05,\n"
    take(house, tmp_path, "devices", row)
    (device,) = queries.devices(house.clinic, AT)
    services.withdraw_device(
        clinic=house.clinic, device=device.id, revision=None, actor=house.actor("security_officer"), at=AT
    )
    assert take(house, tmp_path, "devices", row) == Taken(held=1)
    assert not standing(house).device_approved


def withdraw(house: House, device: UUID, days: int = 0) -> None:
    services.withdraw_device(
        clinic=house.clinic, device=device, revision=None, actor=house.actor("security_officer"), at=AT + days * DAY
    )


@pytest.mark.parametrize("last", ["older", "newer"])
def test_the_last_withdrawal_of_a_device_counts_in_whatever_order_its_stretches_lie(
    house: House, tmp_path: Path, last: str
) -> None:
    older = "LT-1,u-coder,clinic,true,true,true,2025-03-01,\n"
    take(house, tmp_path, "devices", older)
    (device,) = queries.devices(house.clinic, AT)
    withdraw(house, device.id)
    newer = "LT-1,u-coder,clinic,true,true,true,2026-03-20,\n"
    assert take(house, tmp_path, "devices", newer, days=15) == Taken(added=1)
    for row in models.Device.objects.filter(clinic_id=house.id):
        moved = UUID(int=2**128 - 1 if (row.stretch < "2026") == (last == "older") else 1)
        models.Device.objects.filter(id=row.id).update(id=moved)
    withdraw(house, models.Device.objects.get(clinic_id=house.id, stretch="2026-03-20").id, days=16)
    assert take(house, tmp_path, "devices", newer, days=17) == Taken(held=1)
    between = newer.replace("2026-03-20", "2026-03-22")
    assert take(house, tmp_path, "devices", between, days=18) == Taken(held=1)
    assert not standing(house).device_approved


def test_a_stretch_that_was_withdrawn_before_it_began_stays_so(house: House, tmp_path: Path) -> None:
    row = "LT-1,u-coder,clinic,true,true,true,2026-04-01,\n"
    take(house, tmp_path, "devices", row)
    (device,) = queries.devices(house.clinic, AT)
    withdraw(house, device.id)
    assert take(house, tmp_path, "devices", row, days=25) == Taken(held=1)
    assert not standing(house, days=30).device_approved


def test_what_was_disposed_of_is_withdrawn_in_every_stretch_and_comes_back_by_no_file(
    house: House, tmp_path: Path
) -> None:
    older, newer = (f"LT-1,u-coder,clinic,true,true,true,{day}\n" for day in ("2025-03-01,2025-12-31", "2026-03-01,"))
    take(house, tmp_path, "devices", older + newer)
    assert standing(house).device_approved
    take(house, tmp_path, "devices", newer, days=1)
    device = models.Device.objects.get(clinic_id=house.id, stretch="2025-03-01")
    assert device.withdrawn_at == AT + DAY
    services.record_disposal(
        clinic=house.clinic, what="LT-1", kind="device", method="shredded", day=date(2026, 3, 10), device=device.id,
        disposed_by=house.people["security_officer"], witness=house.people["owner"],
        actor=house.actor("security_officer"), at=AT + 2 * DAY,
    )  # fmt: skip
    assert not standing(house).device_approved
    assert take(house, tmp_path, "devices", older + newer, days=3) == Taken(held=2)
    assert not standing(house).device_approved


def test_a_device_of_nobody_known_is_not_shared(house: House, tmp_path: Path) -> None:
    take(house, tmp_path, "devices", "LT-1,nobody,clinic,true,true,true,,\n")
    take(house, tmp_path, "networks", "10.20.0.0/16,office\n")
    assert not standing(house, address="10.20.0.1").device_approved
    assert not standing(house, "LT-1").device_approved
    table = queries.devices_table(house.id)
    assert table
    assert table["person"].to_pylist() == ["nobody"]


def test_nobody_brings_a_device_of_their_own(house: House, tmp_path: Path) -> None:
    own = "LT-1,u-security_officer,clinic,true,true,true,2026-01-05,\n"
    others = "LT-2,u-coder,clinic,true,true,true,2026-01-05,\n"
    with pytest.raises(Refused, match="Row 2 registers a device of yours; somebody else"):
        take(house, tmp_path, "devices", others + own, by="security_officer")
    assert queries.devices(house.clinic, AT) == []
    take(house, tmp_path, "devices", own + others)
    assert take(house, tmp_path, "devices", others + own, by="security_officer") == Taken(unchanged=2)
    for row in (own.replace("u-security_officer", ""), own.replace("2026-01-05", "2026-02-05")):
        with pytest.raises(Refused, match="Row 2 registers a device of yours"):
            take(house, tmp_path, "devices", others + row, by="security_officer")
    assert take(house, tmp_path, "devices", others, by="security_officer") == Taken(unchanged=1, ended=1)


def test_who_shares_a_login_speaks_for_no_device_of_the_others(house: House, tmp_path: Path) -> None:
    for role in ("security_officer", "coder"):
        change_person(clinic=house.id, person=house.people[role], logins=["one"], actor=house.actor("owner"), at=AT)
    with pytest.raises(Refused, match="Row 1 registers a device of yours"):
        take(house, tmp_path, "devices", "LT-1,u-coder,clinic,true,true,true,,\n", by="security_officer")
    device = registered(house)
    with pytest.raises(Refused, match="own device"):
        approved(house, device)
    with pytest.raises(Refused, match="for themselves"):
        services.make_exception(
            clinic=house.id, person=house.people["coder"], reason="device_not_approved", why="New", ends=AT + DAY,
            actor=house.actor("security_officer"), at=AT,
        )  # fmt: skip
    approved(house, device, by="owner")


def test_people_of_elsewhere_are_refused_by_the_fields_name(house: House, other_house: House) -> None:
    nobody = other_house.people["coder"]
    device = registered(house)
    officer = {"actor": house.actor("security_officer"), "at": AT}
    with pytest.raises(InputRefused, match="person: expected somebody of this clinic"):
        services.register_device(clinic=house.id, name="LT-2", mdm="", person=nobody, **SOUND, **officer)
    with pytest.raises(InputRefused, match="person: expected somebody of this clinic"):
        services.change_device(clinic=house.id, device=device, person=nobody, revision=0, **SOUND, **officer)
    given = {"what": "Paper", "kind": "paper", "method": "shredded", "day": AT.date(), "device": None, **officer}
    with pytest.raises(InputRefused, match="witness: expected somebody of this clinic") as refused:
        services.record_disposal(
            clinic=house.clinic, disposed_by=house.people["owner"], witness=nobody, **given
        )  # fmt: skip
    assert [fault.where for fault in refused.value.faults] == ["witness"]


def test_reviews_are_behind_what_is_changed_by_hand(house: House) -> None:
    officer = {"actor": house.actor("security_officer"), "at": AT}
    seen = [dict(inputs_changed_at(house.id))]

    def changed() -> set[str]:
        seen.append(dict(inputs_changed_at(house.id)))
        return {what for what, revision in seen[-1].items() if seen[-2].get(what) != revision}

    device = registered(house)
    assert changed() == {"devices_by_hand"}
    approved(house, device)
    assert changed() == {"devices_by_hand"}
    services.change_device(
        clinic=house.id, device=device, person=house.people["coder"], revision=1, **SOUND, **officer
    )  # fmt: skip
    assert changed() == {"devices_by_hand"}
    services.withdraw_device(clinic=house.clinic, device=device, revision=None, **officer)
    assert changed() == {"devices_by_hand"}
    network = services.add_network(clinic=house.id, cidr="10.1.0.0/16", kind="other", **officer)
    assert changed() == {"networks_by_hand"}
    services.remove_network(clinic=house.id, network=network, **officer)
    assert changed() == {"networks_by_hand"}


def test_a_file_is_all_networks_but_those_put_in_by_hand(house: House, tmp_path: Path) -> None:
    services.add_network(clinic=house.id, cidr="10.1.0.0/16", kind="vpn", actor=house.actor("security_officer"), at=AT)
    assert take(house, tmp_path, "networks", "10.2.0.0/16,office\n10.3.0.0/16,vpn\n") == Taken(added=2, absent=1)
    assert take(house, tmp_path, "networks", "10.2.0.0/16,other\n") == Taken(changed=1, ended=1, absent=1)
    assert queries.network_kinds(house.id) == {"10.1.0.0/16": "vpn", "10.2.0.0/16": "other"}
    with pytest.raises(InputRefused):
        take(house, tmp_path, "networks", "0.0.0.0/0,vpn\n")


def test_tables_have_the_feeds_columns(house: House) -> None:
    from chartwarden.logs.contracts import feed_schema

    assert (queries.devices_table(house.id), queries.networks_table(house.id)) == (None, None)
    for feed in feeds():
        if feed.name in TAKES:
            assert feed_schema(feed).names == getattr(queries, feed.name.upper()).names
            assert feed_schema(feed).types == getattr(queries, feed.name.upper()).types


def test_another_clinics_register_is_out_of_reach(house: House, other_house: House) -> None:
    device = registered(house)
    assert queries.device(other_house.clinic, device, AT) is None
    assert queries.devices(other_house.clinic, AT) == []
