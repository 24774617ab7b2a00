"""Everyone else in the log: nurses, physicians, clerks, and the interface that files results."""

from __future__ import annotations

from random import Random

from chartwarden.demo.charts import access
from chartwarden.demo.period import MINUTE
from chartwarden.demo.world import Clinic, Resident, Shift

_DOCUMENTS = {
    "nurse": ("note", "lab", "other"),
    "physician": ("note", "lab", "radiology", "operative"),
    "medical_assistant": ("note", "demographics"),
    "front_desk": ("demographics", "billing"),
    "billing_clerk": ("billing", "prior_authorization"),
    "coding_supervisor": ("note", "billing"),
    "privacy_officer": ("note",),
}


def live(rng: Random, clinic: Clinic) -> None:
    """Every shift of people outside the coding queue: a few patients each, and what their work needs of them."""
    patients = clinic.patients
    for shift in clinic.shifts:
        documents = _DOCUMENTS.get(shift.worker.role)
        if documents is not None:
            _live(rng, shift, patients, documents)


def _live(rng: Random, shift: Shift, patients: list[Resident], documents: tuple[str, ...]) -> None:
    now = shift.starts + rng.randrange(0, 10 * MINUTE)
    access(shift, now, "login")
    for _ in range(rng.randrange(5, 11)):
        now += rng.randrange(10 * MINUTE, 50 * MINUTE)
        if now > shift.ends - 5 * MINUTE:
            break
        patient = rng.choice(patients)
        if shift.worker.close_to(patient):
            continue
        access(shift, now, "open", patient.patient)
        access(shift, now + rng.randrange(5, 60), "view", patient.patient, "", rng.choice(documents))
    access(shift, shift.ends - rng.randrange(0, 4 * MINUTE), "logout")
