"""What speaks against a device or a network address. Pure. 45 CFR 164.310(b)–(c), 164.312(a)(2)(iv), 164.312(e)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from ipaddress import ip_address, ip_network
from typing import Any

BEGINNING = datetime(1900, 1, 1)
END = datetime(9999, 12, 31)
FLAGS = {"encrypted": "unencrypted", "managed": "unmanaged", "antivirus": "no_antivirus"}


def device_faults(devices: Iterable[Mapping[str, Any]], instant: Callable[[date], datetime]) -> list[dict[str, Any]]:
    """Rows (device, fault, begins, ends; UTC, the end excluded) for each fault of a registered device.

    Faults are personal, unencrypted, unmanaged, no_antivirus and not_approved. What the register leaves blank is no
    fault. A device may be approved for several stretches, a row each; a row's other faults hold in its stretch.
    ``instant`` gives the first moment of a day in UTC.
    """
    approved: dict[str, list[tuple[datetime, datetime]]] = {}
    found: list[dict[str, Any]] = []
    for row in devices:
        begins = BEGINNING if row["approved_from"] is None else instant(row["approved_from"])
        ends = END if row["approved_to"] is None else instant(row["approved_to"] + timedelta(days=1))
        approved.setdefault(row["device"], []).append((begins, ends))
        faults = [name for column, name in FLAGS.items() if row[column] is False]
        if row["owner"] == "personal":
            faults.append("personal")
        found.extend(_fault(row["device"], fault, begins, ends) for fault in faults)
    for device, stretches in approved.items():
        found.extend(_fault(device, "not_approved", begins, ends) for begins, ends in _between(stretches))
    return found


def _between(stretches: Iterable[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """What the stretches leave open from the beginning to the end of time."""
    left: list[tuple[datetime, datetime]] = []
    covered = BEGINNING
    for begins, ends in sorted(stretches):
        if begins > covered:
            left.append((covered, begins))
        covered = max(covered, ends)
    return [*left, (covered, END)] if covered < END else left


def address_kinds(addresses: Iterable[str], networks: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Each address as office, vpn, other, unlisted (no range holds it), or unreadable. The narrowest range decides.

    A range that cannot be read is passed over.
    """
    ranges = []
    for row in networks:
        try:
            ranges.append((ip_network(row["cidr"], strict=False), row["kind"]))
        except ValueError:
            continue
    ranges.sort(key=lambda found: (-found[0].prefixlen, str(found[0]), found[1]))
    return {text: _kind(text, ranges) for text in sorted(set(addresses))}


def _kind(text: str, ranges: Sequence[tuple[Any, str]]) -> str:
    try:
        address = ip_address(text.strip())
    except ValueError:
        return "unreadable"
    return next((kind for network, kind in ranges if address in network), "unlisted")


def _fault(device: str, fault: str, begins: datetime, ends: datetime) -> dict[str, Any]:
    return {"device": device, "fault": fault, "begins": begins, "ends": ends}
