"""Which devices and addresses are in order."""

from datetime import date, datetime, time
from typing import Any

from chartwarden.review.devices_networks import BEGINNING, END, address_kinds, device_faults

GOOD = {
    "device": "LT-1", "owner": "clinic", "encrypted": True, "managed": True, "antivirus": True, "approved_from": None,
    "approved_to": None,
}  # fmt: skip


def faults(**changed: Any) -> list[tuple[str, datetime, datetime]]:
    rows = device_faults([{**GOOD, **changed}], lambda day: datetime.combine(day, time(5)))
    return [(row["fault"], row["begins"], row["ends"]) for row in rows]


def test_a_good_device_and_blank_columns_have_no_fault() -> None:
    assert faults() == []
    assert faults(owner=None, encrypted=None, managed=None, antivirus=None) == []


def test_each_fault_is_named() -> None:
    found = faults(owner="personal", encrypted=False, managed=False, antivirus=False)
    assert {fault for fault, _, _ in found} == {"personal", "unencrypted", "unmanaged", "no_antivirus"}


def test_approval_holds_on_its_first_and_last_day() -> None:
    assert faults(approved_from=date(2026, 5, 4), approved_to=date(2026, 5, 8)) == [
        ("not_approved", BEGINNING, datetime(2026, 5, 4, 5)),
        ("not_approved", datetime(2026, 5, 9, 5), END),
    ]


def test_the_narrowest_range_decides() -> None:
    networks = [
        {"cidr": "10.0.0.0/8", "kind": "office"},
        {"cidr": "10.8.0.0/16", "kind": "vpn"},
        {"cidr": "2001:db8::/32", "kind": "other"},
        {"cidr": "nonsense", "kind": "office"},
    ]
    found = address_kinds(["10.8.0.7", "10.9.0.1", "2001:db8::1", "203.0.113.9", "ws-12"], networks)
    assert found == {
        "10.8.0.7": "vpn",
        "10.9.0.1": "office",
        "2001:db8::1": "other",
        "203.0.113.9": "unlisted",
        "ws-12": "unreadable",
    }


def test_a_device_approved_twice_is_in_order_in_both_stretches():
    first = {**GOOD, "approved_from": date(2026, 1, 1), "approved_to": date(2026, 3, 9)}
    second = {**GOOD, "approved_from": date(2026, 3, 13), "approved_to": None}
    rows = device_faults([second, first], lambda day: datetime.combine(day, time()))
    gaps = [(row["begins"], row["ends"]) for row in rows if row["fault"] == "not_approved"]
    assert gaps == [(BEGINNING, datetime(2026, 1, 1)), (datetime(2026, 3, 10), datetime(2026, 3, 13))]
