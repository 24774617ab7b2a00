"""What the devices room does in the background."""

from __future__ import annotations

from datetime import datetime, timedelta

from chartwarden.clinics.queries import clinics
from chartwarden.clinics.services import acting_in
from chartwarden.devices.pulling import pull
from chartwarden.kernel.jobs import Job


def pull_devices(at: datetime) -> int:
    """Bring the devices of every clinic whose MDM it is time to ask. Returns how many were asked."""
    asked = 0
    for clinic in clinics():
        with acting_in(clinic.id):
            asked += pull(clinic=clinic.id, at=at)
    return asked


JOBS = (Job("devices.mdm", pull_devices, timedelta(minutes=1)),)
