"""What the logs room does in the background."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from chartwarden.clinics.queries import clinics
from chartwarden.clinics.services import across_clinics, acting_in
from chartwarden.kernel.jobs import Job
from chartwarden.kernel.locks import is_held
from chartwarden.logs import models, rules, vault
from chartwarden.logs.reading import read_next
from chartwarden.logs.takers import takers
from chartwarden.logs.watching import look

SENDING = timedelta(minutes=1)
"""Between the beginning of a sending and its hold on its file, at the very most."""
FORGOTTEN = timedelta(days=7)
"""How long a broken-off upload may wait to be gone on with."""


def tidy(at: datetime) -> int:
    """Let go of uploads that were broken off and not gone on with. Returns how many."""
    with across_clinics():
        old = models.LogImport.objects.filter(state=rules.RECEIVING, begun_at__lt=at - FORGOTTEN)
        found = list(old.values_list("id", "clinic_id"))
    for identity, clinic in found:
        _forget(identity, clinic)
    return len(found)


def forget_broken_off(at: datetime) -> int:
    """Let go of files of a page or a folder whose sender is gone: they can't be gone on with, only sent anew."""
    with across_clinics():
        old = models.LogImport.objects.filter(state=rules.RECEIVING, digest_index=None, begun_at__lt=at - SENDING)
        found = list(old.values_list("id", "clinic_id"))
    found = [(identity, clinic) for identity, clinic in found if not is_held(vault.raw(clinic, identity))]
    for identity, clinic in found:
        _forget(identity, clinic)
    return len(found)


def _forget(identity: UUID, clinic: UUID) -> None:
    with acting_in(clinic):
        vault.destroy(clinic, identity)
        models.LogImport.objects.filter(id=identity, clinic_id=clinic, state=rules.RECEIVING).delete()


def tidy_files(at: datetime) -> int:  # noqa: ARG001  kernel.jobs
    """Destroy what a killed process has left: files of imports that were destroyed, or that need them no more.

    An import's row is written before its first file and removed after its last, so files are listed first.
    """
    return sum(_tidy_clinic(clinic.id) for clinic in clinics())


def _tidy_clinic(clinic: UUID) -> int:
    kept = vault.kept(clinic)
    with acting_in(clinic):
        rows = models.LogImport.objects.filter(clinic_id=clinic).values_list("id", "state", "kind")
        known = {identity: (state, kind) for identity, state, kind in rows}
    done = 0
    for identity, path in kept:
        state, kind = known.get(identity, (rules.DISCARDED, ""))
        if vault.is_left_over(path, state, kind in takers()):
            path.unlink(missing_ok=True)
            done += 1
    return done


JOBS = (
    Job("logs.read", read_next, timedelta(milliseconds=250)),
    Job("logs.incoming", look, timedelta(seconds=5)),
    Job("logs.forget_broken_off", forget_broken_off, timedelta(minutes=1)),
    Job("logs.tidy", tidy, timedelta(hours=1)),
    Job("logs.tidy_files", tidy_files, timedelta(hours=1)),
)
