"""What the logs room does in the background."""

from __future__ import annotations

from datetime import datetime, timedelta

from chartwarden.clinics.services import across_clinics, acting_in
from chartwarden.kernel.jobs import Job
from chartwarden.logs import models, rules, vault
from chartwarden.logs.reading import read_next
from chartwarden.logs.watching import look

FORGOTTEN = timedelta(days=7)
"""How long a broken-off upload may wait to be gone on with."""


def tidy(at: datetime) -> int:
    """Let go of uploads that were broken off and not gone on with. Returns how many."""
    with across_clinics():
        old = models.LogImport.objects.filter(state=rules.RECEIVING, begun_at__lt=at - FORGOTTEN)
        found = list(old.values_list("id", "clinic_id"))
    for identity, clinic in found:
        with acting_in(clinic):
            vault.destroy(clinic, identity)
            models.LogImport.objects.filter(id=identity, clinic_id=clinic, state=rules.RECEIVING).delete()
    return len(found)


JOBS = (
    Job("logs.read", read_next, timedelta(seconds=1)),
    Job("logs.incoming", look, timedelta(seconds=5)),
    Job("logs.tidy", tidy, timedelta(hours=1)),
)
