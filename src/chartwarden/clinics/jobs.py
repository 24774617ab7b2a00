"""Work of the clinics room that nobody waits for."""

from __future__ import annotations

from datetime import datetime, timedelta

from chartwarden.clinics.queries import clinics
from chartwarden.clinics.tenancy import acting
from chartwarden.clinics.webhooks import deliver
from chartwarden.kernel.jobs import Job


def deliver_everywhere(now: datetime) -> int:
    """Tell every clinic's webhooks what they have not been told."""
    done = 0
    for clinic in clinics():
        with acting(str(clinic.id)):
            done += deliver(clinic=clinic.id, at=now)
    return done


JOBS = (Job("clinics.deliver", deliver_everywhere, timedelta(seconds=10)),)
