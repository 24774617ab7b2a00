"""When a device is in order, which kind a network is, when a statement is due, and who may except whom. Pure."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from uuid import UUID
from zoneinfo import ZoneInfo

from chartwarden.devices.contracts import DeviceFacts, Precondition
from chartwarden.kernel.decisions import ALLOWED, Decision, refused
from chartwarden.kernel.errors import refuse
from chartwarden.kernel.zones import from_local

DEVICES_LAW = "45 CFR 164.310(b)-(c), 164.312(a)(2)(iv)"
NETWORK_LAW = "45 CFR 164.312(e)(1)"
DISPOSAL_LAW = "45 CFR 164.310(d)(2)(i)"
TRAINING_LAW = "45 CFR 164.308(a)(5)(i), 164.530(b)"
LAW_10 = "45 CFR 164.308(a)(4)(ii)(B)"

OWNERS = {"clinic": "The clinic", "vendor": "A coding company", "personal": "A person themselves"}
PERSONAL = "personal"
FAULTS = {
    "personal": "personally owned",
    "owner_unknown": "owner not known",
    "unencrypted": "disk not encrypted",
    "unmanaged": "not managed",
    "no_antivirus": "no antivirus",
    "not_approved": "not approved",
    "not_yet": "approved from a later day",
    "expired": "approval has run out",
    "withdrawn": "approval withdrawn",
}
"""What may speak against a device, in words."""
NETWORKS = {"office": "Office", "vpn": "VPN", "other": "Known, but not secured"}
PUBLIC = "public"
SECURED = ("office", "vpn")
WIDEST = {4: 8, 6: 16}
"""The shortest prefix of an office or a VPN: a range as wide as half the internet would secure nothing."""

DEVICE, NETWORK, ATTESTATION, TRAINING = "device", "network", "attestation", "training"
PRECONDITIONS = {
    DEVICE: ("device_not_approved", "An approved device"),
    NETWORK: ("network_not_secured", "The office's network or the VPN"),
    ATTESTATION: ("attestation_overdue", "A statement about the workplace each quarter"),
    TRAINING: ("training_overdue", "Training in privacy each year"),
}
"""By kind: the reason of the gateway that it may give, and its name."""
REASONS = {reason: kind for kind, (reason, _) in PRECONDITIONS.items()}
LONGEST_GRACE, USUAL_GRACE = 60, 14
LONGEST_EXCEPTION = timedelta(days=30)

METHODS = {
    "shredded": "Shredded",
    "wiped": "Wiped, and checked",
    "destroyed": "Physically destroyed",
    "returned": "Returned to its owner, wiped",
}
THINGS = {"device": "A device", "media": "A drive or other media", "paper": "Paper"}

STATEMENT_VERSION = 1
STATEMENT: Mapping[str, str] = {
    "screen": "Nobody else can see my screen while a record is open. Where others are near, I use a privacy filter.",
    "lock": "My screen locks by itself, and I lock it whenever I step away.",
    "household": "Nobody of my household, and no visitor, uses the device, reads along or listens in.",
    "storage": "A file that the work needs stays on the approved device, and I delete it when the task is done.",
    "cloud_and_usb": "I know that nothing about patients may go to a personal cloud, personal mail or a USB drive.",
    "printing": "I print only what was approved, and shred it when the task is done.",
    "network": "I connect from the office or through the VPN, and never over public Wi-Fi without it.",
}
"""What a person who works on records confirms each quarter, point by point (S19 to S22)."""
MONTHS, YEAR = 3, 12
REMIND = timedelta(days=14)


def faults(device: DeviceFacts, at: datetime, zone: ZoneInfo) -> tuple[str, ...]:
    """What speaks against a device at an instant, by the clinic's days; nothing: it is approved.

    What is not known is not in order, and a personal device never is.
    """
    return (*lacking(device), *_approval(device, at, at.astimezone(zone).date()))


def lacking(device: DeviceFacts) -> tuple[str, ...]:
    """What of its own speaks against a device, whatever was approved."""
    held = {
        "personal": device.owner != PERSONAL,
        "owner_unknown": bool(device.owner),
        "unencrypted": device.encrypted,
        "unmanaged": device.managed,
        "no_antivirus": device.antivirus,
    }
    return tuple(name for name, is_so in held.items() if not is_so)


def _approval(device: DeviceFacts, at: datetime, today: date) -> tuple[str, ...]:
    if device.withdrawn_at is not None and device.withdrawn_at <= at:
        return ("withdrawn",)
    if not device.approved:
        return ("not_approved",)
    if device.approved_from is not None and today < device.approved_from:
        return ("not_yet",)
    if device.approved_to is not None and device.approved_to < today:
        return ("expired",)
    return ()


def may_approve(device: DeviceFacts, own: Collection[UUID]) -> Decision:
    """Whether a device can be approved: never a personal one, never one's own, and only with all three safeguards.

    ``own``: who approves, and whoever shares a login with them.
    """
    if device.person in own:
        return refused("Nobody approves their own device. Somebody else must.", LAW_10)
    if device.owner == PERSONAL:
        return refused("A personal device is never approved, not even for reading.", DEVICES_LAW)
    found = [FAULTS[name] for name in lacking(device)]
    if found:
        return refused(f"It can't be approved yet: {', '.join(found)}.", DEVICES_LAW)
    return ALLOWED


def may_change(before: DeviceFacts, after: DeviceFacts, own: Collection[UUID]) -> Decision:
    """Whether a device may be changed so: an approved one of one's own never for the better. ``own``: as there."""
    if not before.approved or after.person not in own:
        return ALLOWED
    if before.person != after.person:
        return refused("Nobody gives themselves an approved device. Somebody else must.", LAW_10)
    if set(lacking(before)) - set(lacking(after)):
        return refused("Nobody says of their own device that it is in order now. Somebody else must.", LAW_10)
    return ALLOWED


def gains(before: DeviceFacts | None, after: DeviceFacts) -> bool:
    """Whether a device would be anything that it is not: approved, another's, in order, or approved for longer."""
    if before is None or not before.approved or before.withdrawn_at is not None:
        return True
    if (before.person, before.shared) != (after.person, after.shared) or set(lacking(before)) - set(lacking(after)):
        return True
    return before.approved_to is not None and (after.approved_to is None or after.approved_to > before.approved_to)


def device_approved(
    shown: Iterable[DeviceFacts] | None,
    registered: Iterable[DeviceFacts],
    person: UUID,
    network: str,
    at: datetime,
    zone: ZoneInfo,
) -> bool:
    """Whether a person works on an approved device, as far as can be known.

    ``shown``: the stretches of the device that was shown; None where none was. Then the register must hold an approved
    one of theirs, or, for who comes in from the office, a shared one.
    """
    if shown is not None:
        return any((one.shared or one.person == person) and not faults(one, at, zone) for one in shown)
    return any(
        (one.person == person or (one.shared and network == "office")) and not faults(one, at, zone)
        for one in registered
    )


@lru_cache(maxsize=4096)
def _range(cidr: str) -> IPv4Network | IPv6Network:
    return ip_network(cidr)


def normal_network(text: str, kind: str) -> str:
    """A range of addresses as it is kept. Raises InputRefused for what is none, or is too wide for its kind."""
    if kind not in NETWORKS:
        raise refuse("kind of network", "one of " + ", ".join(NETWORKS), repr(kind[:40]))
    try:
        network = ip_network(text.strip(), strict=False)
    except ValueError:
        raise refuse("network", "a range of addresses, such as 10.20.0.0/16", repr(text[:60])) from None
    if kind in SECURED and network.prefixlen < WIDEST[network.version]:
        raise refuse("network", f"a range no wider than /{WIDEST[network.version]}", str(network))
    return str(network)


def network_kind(address: str, networks: Mapping[str, str]) -> str:
    """The kind of the most specific range that holds an address; an unknown or unreadable one is public.

    ``networks`` are kinds by range. An IPv4 address within IPv6 (``::ffff:10.0.0.1``) is taken for what it carries.
    """
    try:
        found = ip_address(address.strip().partition("%")[0])
    except ValueError:
        return PUBLIC
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    holding = [(_range(cidr).prefixlen, kind) for cidr, kind in networks.items() if found in _range(cidr)]
    return max(holding)[1] if holding else PUBLIC


def is_secured(kind: str) -> bool:
    """Whether a network of this kind keeps what goes over it from others."""
    return kind in SECURED


def statement_due(last: datetime | None, since: datetime, zone: ZoneInfo) -> datetime:
    """When the next statement is due: three months after the last, at the end of that day; without one, at once."""
    return midnight_after(months_after(last.astimezone(zone).date(), MONTHS), zone) if last else since


def training_due(last: date | None, since: datetime, zone: ZoneInfo) -> datetime:
    """When the next training is due: a year after the last, at the end of that day; without one, at once."""
    return midnight_after(months_after(last, YEAR), zone) if last else since


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last one of that month."""
    counted = day.month - 1 + months
    year, month = day.year + counted // 12, counted % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def year_before(day: date) -> date:
    """The same day a year before."""
    return months_after(day, -YEAR)


def midnight_after(day: date, zone: ZoneInfo) -> datetime:
    """The end of a local day, as an instant."""
    return from_local(datetime.combine(day + timedelta(days=1), time()), zone).utc.replace(tzinfo=UTC)


def enforced_from(precondition: Precondition) -> datetime | None:
    """From when it keeps records shut; None: not at all."""
    if precondition.asked_from is None:
        return None
    return precondition.asked_from + timedelta(days=precondition.grace_days)


def is_enforced(precondition: Precondition | None, at: datetime) -> bool:
    """Whether it keeps records shut at an instant."""
    begins = enforced_from(precondition) if precondition else None
    return begins is not None and begins <= at


def may_except(own: Collection[UUID], person: UUID) -> Decision:
    """Law 10: an exception is somebody else's to make, and a person's, not a program's of the house.

    ``own``: who makes it, and whoever shares a login with them; nobody: a program.
    """
    if not own:
        return refused("An exception needs the name of who makes it.", LAW_10)
    if person in own:
        return refused("Nobody makes an exception for themselves. Somebody else must.", LAW_10)
    return ALLOWED


def checked_end(at: datetime, ends: datetime) -> Decision:
    """An exception ends, and soon."""
    if not at < ends <= at + LONGEST_EXCEPTION:
        return refused(f"An exception ends later than now and within {LONGEST_EXCEPTION.days} days.", DEVICES_LAW)
    return ALLOWED


def may_set_mdm(person: UUID | None) -> Decision:
    """Law 10: somebody stands by where devices come from, whose own gain nothing by it."""
    if person is None:
        return refused("An MDM needs the name of who sets it.", LAW_10)
    return ALLOWED


def may_prove(device: DeviceFacts, own: Collection[UUID]) -> Decision:
    """Whether somebody may say by what a device shows itself: not of their own. ``own`` as for approval."""
    if device.person in own:
        return refused("Somebody else must add the certificate of your own device.", LAW_10)
    return ALLOWED


def may_ask_shown(taken: bool) -> Decision:
    """Whether devices may be asked to show themselves: only where certificates reach us, or no record would open."""
    if not taken:
        return refused("The proxy hands no certificates on yet (CHARTWARDEN_CERTIFICATE_HEADER).", DEVICES_LAW)
    return ALLOWED


def may_record_training(people: Collection[UUID], own: Collection[UUID]) -> Decision:
    """Law 10: one's own training, and that of who shares a login with one, is somebody else's to write down."""
    if set(people) & set(own):
        return refused("Nobody writes down their own training. Somebody else must.", LAW_10)
    return ALLOWED


def may_witness(disposed_by: UUID, witness: UUID) -> Decision:
    """Whoever disposes of something is not its witness."""
    if disposed_by == witness:
        return refused("The witness must be somebody else than who disposed of it.", DISPOSAL_LAW)
    return ALLOWED


def may_bring(own: Sequence[int]) -> Decision:
    """Whether somebody may have a register count of which these rows (from 1) are about devices of their own."""
    if not own:
        return ALLOWED
    more = len(own) - 1
    others = f", and so {'does' if more == 1 else 'do'} {more:,} more" if more else ""
    told = f"Row {own[0]:,} registers a device of yours{others}"
    return refused(f"{told}; somebody else must count this file.", LAW_10)
