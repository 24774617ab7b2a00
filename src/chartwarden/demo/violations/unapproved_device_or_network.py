"""The right work on the wrong machine, or from the wrong network."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from chartwarden.demo.planting import Violation
from chartwarden.demo.violations._occasions import a_busy_shift, a_coder, in_turn, shifts_of
from chartwarden.demo.world import Access, Clinic, Deed, Device, Shift, Worker


def plant(clinic: Clinic, rng: Random, turn: int) -> Deed | None:
    """A computer of one's own, a café's Wi-Fi without the VPN, or a laptop whose approval has run out."""
    variant = in_turn(clinic, turn, ("own computer", "public Wi-Fi", "approval run out", "own computer, one chart"))
    if variant == "approval run out":
        return _run_out(clinic, rng)
    shift = a_busy_shift(clinic, rng)
    if shift is None:
        return None
    coder = shift.worker
    log = _stretch(rng, shift, 6 if variant.endswith("one chart") else rng.randrange(20, 120))
    for access in log:
        access.address = "198.51.100.77" if shift.starts % 2 else f"203.0.113.{shift.starts % 200 + 2}"
        if variant != "public Wi-Fi":
            access.device = f"DESKTOP-{coder.person}X"
    return Deed("", variant, coder.person, "", log)


def _stretch(rng: Random, shift: Shift, count: int) -> list[Access]:
    """Some events of a shift that follow each other."""
    start = rng.randrange(max(1, len(shift.accesses) - count))
    return shift.accesses[start : start + count]


def _run_out(clinic: Clinic, rng: Random) -> Deed | None:
    """A laptop's approval ends and is renewed some days later; it is used in between."""

    def has_laptop(worker: Worker) -> bool:
        return bool(worker.laptop)

    coder = a_coder(clinic, rng, has_laptop)
    place = next((n for n, device in enumerate(clinic.devices) if device.device == coder.laptop), None)
    if place is None or clinic.devices[place].approved_to is not None:
        return None
    used = [
        (shift.day, access)
        for shift in shifts_of(clinic, coder)
        for access in shift.accesses
        if access.device == coder.laptop and shift.day < clinic.period.last - timedelta(days=8)
    ]
    if not used:
        return None
    last = rng.choice(used)[0] - timedelta(days=1)
    again = last + timedelta(days=rng.randrange(2, 5))
    old = clinic.devices[place]
    clinic.devices[place] = Device(old.device, old.person, old.owner, True, old.approved_from, last)
    clinic.devices.append(Device(old.device, old.person, old.owner, True, again))
    log = [access for day, access in used if last < day < again]
    return Deed("", "approval run out", coder.person, "", log)


VIOLATION = Violation("Works on a device or network that is not approved", 3, plant)
