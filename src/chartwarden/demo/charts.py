"""How a coder works one chart: which papers are read, in what rhythm, and the code entry at the end."""

from __future__ import annotations

from random import Random

from chartwarden.demo.chance import Weighted
from chartwarden.demo.world import Access, Assignment, Resident, Shift

VISITS = Weighted(("office", "procedure", "inpatient"), (64, 24, 12))
# What lies in a chart by kind of visit: document, how many at most, and how likely each is read.
_PAPERS: dict[str, tuple[tuple[str, int, float], ...]] = {
    "office": (
        ("note", 1, 1.0),
        ("note", 1, 0.5),
        ("lab", 2, 0.5),
        ("radiology", 1, 0.2),
        ("prior_authorization", 1, 0.1),
    ),
    "procedure": (
        ("note", 2, 0.8),
        ("operative", 1, 1.0),
        ("pathology", 1, 0.6),
        ("radiology", 1, 0.4),
        ("prior_authorization", 1, 0.3),
    ),
    "inpatient": (
        ("discharge", 1, 1.0),
        ("note", 5, 0.8),
        ("lab", 3, 0.7),
        ("radiology", 2, 0.5),
        ("operative", 1, 0.4),
        ("other", 1, 0.3),
    ),
}
_FOLLOW_UP = (("note", 1, 1.0), ("billing", 1, 0.8), ("prior_authorization", 1, 0.3), ("operative", 1, 0.2))
_READS_ALL = ("initial", "qa_review", "audit")
_ENTERS_CODES = ("initial", "provider_query", "addendum", "payer_edit", "denial", "rebuttal")


def access(shift: Shift, at: int, action: str, patient: str = "", encounter: str = "", document: str = "") -> Access:
    """One event of a shift, from where the worker sits at that moment, entered in the shift's log."""
    place = shift.place(at)
    entry = Access(at, shift.login, action, patient, encounter, document, place.device, place.address)
    shift.accesses.append(entry)
    return entry


def pause(rng: Random, pace: float) -> int:
    """Seconds spent over one paper."""
    return max(4, min(600, int(rng.lognormvariate(4.75, 0.75) * pace)))


def papers(rng: Random, kind: str, visit: str) -> list[str]:
    """The papers read for that kind of work on that kind of visit."""
    read = [
        document
        for document, most, likely in (_PAPERS[visit] if kind in _READS_ALL else _FOLLOW_UP)
        for _ in range(most)
        if rng.random() < likely
    ]
    if rng.random() < 0.3:
        read.insert(rng.randrange(len(read) + 1), "demographics")
    return read


def read_chart(
    rng: Random, shift: Shift, assignment: Assignment, patient: Resident, at: int, finish: bool = True
) -> tuple[int, list[Access]]:
    """Work a chart from ``at``; return when the last paper was left, and what was logged.

    Some look the patient up by name first. Without ``finish`` the coder stops before entering codes.
    """
    pace, number, encounter = shift.worker.pace, assignment.patient, assignment.encounter
    log: list[Access] = []
    if rng.random() < 0.09:
        found = access(shift, at, "search")
        found.query = patient.family if rng.random() < 0.4 else f"{patient.family}, {patient.given}"
        log.append(found)
        at += rng.randrange(4, 25)
    if "restricted" in patient.flags and rng.random() < 0.5:
        refused = access(shift, at, "open", number, encounter)
        refused.outcome = "denied"
        log.append(refused)
        at += rng.randrange(20, 200)
    log.append(access(shift, at, "open", number, encounter))
    if patient.flags:
        log[-1].purpose = "coding"
    at += rng.randrange(3, 20)
    read = papers(rng, assignment.kind, assignment.visit)
    for document in read if finish else read[: 1 + len(read) // 2]:
        log.append(access(shift, at, "view", number, encounter, document))
        at += pause(rng, pace)
    if finish and assignment.kind in _ENTERS_CODES:
        log.append(access(shift, at, "edit", number, encounter, "billing"))
        at += pause(rng, pace)
    if finish and assignment.kind == "denial" and rng.random() < 0.12:
        packet = access(shift, at, "print", number, encounter, "note")
        packet.purpose = "appeal packet"
        log.append(packet)
        at += rng.randrange(20, 90)
    assignment.first_at = assignment.first_at or log[0].at
    return at, log
