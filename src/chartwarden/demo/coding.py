"""The coding queue: charts come in, are given out, worked, held, handed on, checked, and now and then reopened.

Days are lived one after the other; what is worked today makes the follow-up work of later days.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from chartwarden.demo.chance import Weighted
from chartwarden.demo.charts import VISITS
from chartwarden.demo.period import DAY, HOUR, MINUTE
from chartwarden.demo.shifts import Desk, Task, work
from chartwarden.demo.world import Assignment, Clinic, Deed, Resident, Shift, Worker

# After a chart is coded: the kind of work that may follow, how likely, and after how many days.
_FOLLOW_UPS = (
    ("qa_review", 0.07, 2, 5, "monthly sample"),
    ("addendum", 0.02, 3, 12, "provider added to the note"),
    ("payer_edit", 0.025, 4, 12, "claim returned by edit"),
    ("denial", 0.015, 10, 25, "payer denied the claim"),
    ("audit", 0.008, 6, 25, "payer asked for the record"),
)
_MINUTES_A_CHART = 14.0


@dataclass
class _Later:
    kind: str
    after: Assignment
    not_before: int
    reason: str


class Queue:
    """Who has what to do. Drives the simulation of the period, shift by shift."""

    def __init__(self, rng: Random, clinic: Clinic) -> None:
        self.rng = rng
        self.clinic = clinic
        patients = clinic.patients
        self.by_id = {patient.patient: patient for patient in patients}
        self.visitors = Weighted(patients, [patient.visits for patient in patients])
        self.desk = Desk(rng, clinic, self.by_id)
        self.backlog: dict[str, list[Task]] = {worker.person: [] for worker in clinic.workers("coder", "qa_auditor")}
        self.later: dict[str, list[_Later]] = {person: [] for person in self.backlog}
        self.coded_by: dict[str, Worker] = {}
        self.last_shift = {shift.worker.person: shift for shift in clinic.shifts}
        self.next_encounter = 500_001

    def run(self, done: Callable[[int], None]) -> None:
        """Live every shift of the coders and auditors; ``done`` is told of each."""
        for shift in self.clinic.shifts:
            if shift.worker.role in ("coder", "qa_auditor"):
                self._live(shift)
                done(1)

    def new(
        self, patient: Resident, coder: str, kind: str, at: int, encounter: str = "", visit: str = "", reason: str = ""
    ) -> Assignment:
        """Enter new work in the queue; a new visit gets an encounter number."""
        if not encounter:
            encounter, visit = f"V{self.next_encounter}", VISITS.draw(self.rng)
            self.next_encounter += 1
        number = f"A{len(self.clinic.assignments) + 1:06d}"
        return self.clinic.assign(
            Assignment(number, patient.patient, coder, kind, at, encounter, visit, reason=reason),
        )

    def _live(self, shift: Shift) -> None:
        person = shift.worker.person
        tasks = self.backlog[person]
        tasks[:0] = [self._reopened(shift, later) for later in self._due(shift)]
        if shift.worker.role == "coder" and shift.kind == "regular":
            minutes = (shift.ends - shift.starts) / MINUTE * 0.86
            room = minutes / (_MINUTES_A_CHART * shift.worker.pace) * self.rng.uniform(0.9, 1.1)
            for _ in range(max(0, round(room) - len(tasks))):
                self._hand_out(shift, tasks)
        for finished in work(self.desk, shift, tasks):
            self._follow(shift.worker, finished)
        if shift is self.last_shift[person] or self._away_after(shift):
            self._hand_on(shift, tasks)

    def _due(self, shift: Shift) -> list[_Later]:
        waiting = self.later[shift.worker.person]
        due = [later for later in waiting if later.not_before < shift.starts - HOUR]
        self.later[shift.worker.person] = [later for later in waiting if later.not_before >= shift.starts - HOUR]
        return due

    def _reopened(self, shift: Shift, later: _Later) -> Task:
        earlier = later.after
        at = self.rng.randrange(max(later.not_before, shift.starts - DAY), shift.starts - 5 * MINUTE)
        patient = self.by_id[earlier.patient]
        work_ = self.new(patient, shift.worker.person, later.kind, at, earlier.encounter, earlier.visit, later.reason)
        return Task(work_, patient, holder=earlier if later.kind == "provider_query" else None)

    def _hand_out(self, shift: Shift, tasks: list[Task]) -> None:
        """A new chart for this coder; a supervisor takes back what is their own or a relative's before it is opened."""
        patient = self.visitors.draw(self.rng)
        at = shift.starts - self.rng.randrange(5 * MINUTE, 14 * HOUR)
        given = self.new(patient, shift.worker.person, "initial", at)
        if not shift.worker.close_to(patient):
            tasks.append(Task(given, patient, pulled=self.rng.random() < 0.35))
            return
        given.ended_at = at + self.rng.randrange(MINUTE, 4 * MINUTE)
        given.outcome, given.reason = "reassigned", "conflict of interest"
        self.clinic.hard_negatives.append(
            Deed("relative_reassigned", "handed back", shift.worker.person, patient.patient, []),
        )
        self._to_other(given, shift)

    def _to_other(self, given: Assignment, shift: Shift) -> None:
        others = [
            other
            for other in self.clinic.workers("coder")
            if other is not shift.worker
            and other.person in self.last_shift
            and self.last_shift[other.person].starts > shift.ends + 2 * DAY
            and other.started_on < shift.day
            and not other.close_to(self.by_id[given.patient])
        ]
        if not others or given.ended_at is None:
            return
        other = self.rng.choice(others)
        patient = self.by_id[given.patient]
        at = given.ended_at + self.rng.randrange(1, MINUTE)
        again = self.new(patient, other.person, given.kind, at, given.encounter, given.visit, given.reason)
        self.backlog[other.person].append(Task(again, patient, waits_until=at))

    def _away_after(self, shift: Shift) -> bool:
        return any(
            leave.person == shift.worker.person and timedelta(0) < leave.first - shift.day <= timedelta(days=3)
            for leave in self.clinic.leave
        )

    def _hand_on(self, shift: Shift, tasks: list[Task]) -> None:
        """Before leave, and when somebody goes, the open charts pass to others."""
        if shift.worker.role != "coder" or self._last_days(shift.day):
            return
        for task in tasks:
            task.assignment.ended_at = shift.ends + self.rng.randrange(20 * MINUTE, 3 * HOUR)
            task.assignment.outcome = "reassigned"
            self._to_other(task.assignment, shift)
        tasks.clear()

    def _last_days(self, day: date) -> bool:
        return self.clinic.period.last - day < timedelta(days=3)

    def _follow(self, worker: Worker, finished: Task) -> None:
        """What a finished or held chart brings about later, and for whom."""
        given = finished.assignment
        if given.outcome != "submitted":
            self._wait_for_provider(worker, finished)
            return
        ended = given.ended_at or 0
        if given.kind == "initial":
            self.coded_by[given.encounter] = worker
            for kind, likely, first, last, reason in _FOLLOW_UPS:
                if self.rng.random() < likely:
                    at = ended + self.rng.randrange(first * DAY, last * DAY)
                    self._schedule(kind, given, at, worker, reason)
        if given.kind == "qa_review" and self.rng.random() < 0.2:
            at = ended + self.rng.randrange(2 * DAY, 5 * DAY)
            self._schedule("rebuttal", given, at, self.coded_by[given.encounter], "QA finding")

    def _wait_for_provider(self, worker: Worker, held: Task) -> None:
        days = self.rng.randrange(2, 7)
        asked = held.assignment.first_at or held.assignment.assigned_at
        self._schedule("provider_query", held.assignment, asked + days * DAY, worker, "provider answered the query")

    def _schedule(self, kind: str, given: Assignment, at: int, worker: Worker, reason: str) -> None:
        doer = worker
        if kind == "qa_review":
            patient = self.by_id[given.patient]
            auditors = [one for one in self.clinic.workers("qa_auditor") if not one.close_to(patient)]
            if not auditors:
                return
            doer = self.rng.choice(auditors)
        elif worker.person in self.last_shift and self.last_shift[worker.person].starts < at:
            return
        self.later[doer.person].append(_Later(kind, given, at, reason))
