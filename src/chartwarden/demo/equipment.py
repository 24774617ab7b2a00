"""Devices of the clinic and of vendors, and the networks they come in from."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from chartwarden.demo.town import CITY
from chartwarden.demo.world import Clinic, Device, Place

# Private ranges stand for office and VPN; the ranges that RFC 5737 keeps for documentation stand for the internet.
NETWORKS = (("10.20.0.0/16", "office"), ("10.99.0.0/16", "vpn"), ("198.51.100.0/24", "other"))


def equip(rng: Random, clinic: Clinic) -> None:
    """Give each person a device: a desktop in the office, a laptop to work from elsewhere, or both."""
    numbers = rng.sample(range(1000, 9999), 2 * len(clinic.staff) + 1)
    for worker in clinic.staff:
        approved = max(worker.started_on, clinic.period.first - timedelta(days=900))
        if worker.who.home.city == CITY:
            desktop = f"WS-{numbers.pop()}"
            worker.office = Place(desktop, f"10.20.{rng.randrange(1, 30)}.{rng.randrange(2, 250)}")
            clinic.devices.append(Device(desktop, "", "clinic", True, approved))
        if worker.office is None or (worker.role == "coder" and rng.random() < 0.5):
            worker.laptop = f"LT-{numbers.pop()}"
            owner = "vendor" if worker.employer else "clinic"
            clinic.devices.append(Device(worker.laptop, worker.person, owner, True, approved))
    # Somebody asked for a computer of their own to be let in, and was told no.
    asker = rng.choice(clinic.workers("coder"))
    clinic.devices.append(Device(f"PC-{numbers.pop()}", asker.person, "personal", False, None))
