"""Proper accesses that look improper, as they lie in the finished log; they are named, not made."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from chartwarden.demo.period import HOUR
from chartwarden.demo.town import next_door
from chartwarden.demo.world import Access, Clinic, Deed, Resident, Shift, Worker

_MOST_OF_A_KIND = 25


def name_lookalikes(rng: Random, clinic: Clinic) -> None:
    """Add to the hard negatives: hours that only seem wrong, and assigned patients who only seem close."""
    wrong = {id(access) for deed in clinic.violations for access in deed.accesses}
    coding = [shift for shift in clinic.shifts if shift.worker.role in ("coder", "qa_auditor")]
    hours = [deed for shift in coding for deed in _of_hours(clinic, shift)]
    people = list(_of_people(clinic, coding))
    kinds: dict[str, list[Deed]] = {}
    for deed in hours + people + clinic.hard_negatives:
        deed.accesses = [access for access in deed.accesses if id(access) not in wrong]
        if deed.accesses or deed.kind == "relative_reassigned":
            kinds.setdefault(deed.kind, []).append(deed)
    clinic.hard_negatives = [
        deed
        for _, deeds in sorted(kinds.items())
        for deed in (deeds if len(deeds) <= _MOST_OF_A_KIND else rng.sample(deeds, _MOST_OF_A_KIND))
    ]


def _of_hours(clinic: Clinic, shift: Shift) -> Iterator[Deed]:
    person, log = shift.worker.person, list(shift.accesses)
    if shift.kind == "overtime":
        yield Deed("approved_overtime", "extra hours in the schedule", person, "", log)
    at_night = [access for access in log if _local_hour(access.at, shift.worker) < 5]
    if at_night:
        yield Deed("night_shift", "after midnight, on schedule", person, "", at_night)
    if timedelta(0) <= shift.day - clinic.period.clock_change <= timedelta(days=2):
        edges = [access for access in log if access.at < shift.starts + HOUR or access.at > shift.ends - HOUR]
        yield Deed("clock_change", "on schedule, an hour off by the old clock", person, "", edges)


def _local_hour(at: int, worker: Worker) -> int:
    return datetime.fromtimestamp(at, worker.zone).hour


def _of_people(clinic: Clinic, coding: list[Shift]) -> Iterator[Deed]:
    patients = {patient.patient: patient for patient in clinic.patients}
    staff = {worker.person: worker for worker in clinic.staff}
    colleagues = {worker.who for worker in clinic.staff}
    seen: dict[tuple[str, str], list[Access]] = {}
    for shift in coding:
        for access in shift.accesses:
            if access.patient:
                seen.setdefault((shift.worker.person, access.patient), []).append(access)
    for (person, number), log in seen.items():
        worker, patient = staff[person], patients[number]
        if worker.close_to(patient):
            continue
        log = [access for access in log if any(a.covers(access.at) for a in clinic.given(person, number))]
        for kind, variant in _seeming(worker, patient, colleagues):
            yield Deed(kind, variant, person, number, log)


def _seeming(worker: Worker, patient: Resident, colleagues: set[Resident]) -> Iterator[tuple[str, str]]:
    if patient.family == worker.who.family:
        yield "same_surname_stranger", "assigned"
    if patient.home.unit and patient.home.building == worker.who.home.building:
        yield "same_tower_stranger", "assigned"
    if next_door(patient.home, worker.who.home):
        yield "neighbour_assigned", "assigned"
    if patient in colleagues:
        yield "colleague_assigned", "assigned"
    if "public_figure" in patient.flags:
        yield "public_figure_assigned", "assigned"
