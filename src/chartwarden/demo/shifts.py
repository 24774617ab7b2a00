"""One shift at the desk: log in, work the charts in hand, rest, log out; with the slips that happen to anyone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from chartwarden.demo.charts import access, read_chart
from chartwarden.demo.period import DAY, MINUTE
from chartwarden.demo.world import Access, Assignment, Clinic, Deed, Resident, Shift, Ticket

# Before the end of a shift few begin a chart that would not be done in time.
_LAST_CHART, _LAST_LONG_CHART = 12 * MINUTE, 40 * MINUTE


@dataclass(eq=False)
class Task:
    """A chart in somebody's backlog.

    ``pulled``: the coder takes it from the pool when it is opened. ``holder`` is the assignment that stayed open
    while the provider was asked. ``waits_until``: a paper is missing, or the chart is on its way from a colleague.
    """

    assignment: Assignment
    patient: Resident
    pulled: bool = False
    holder: Assignment | None = None
    waits_until: int = 0


class Desk:
    """What every shift needs at hand."""

    def __init__(self, rng: Random, clinic: Clinic, by_id: dict[str, Resident]) -> None:
        self.rng = rng
        self.clinic = clinic
        self.by_id = by_id
        self.patients = clinic.patients
        self.namesakes: dict[str, list[Resident]] = {}
        for patient in self.patients:
            self.namesakes.setdefault(patient.family, []).append(patient)
        self.supervisor = clinic.workers("coding_supervisor")[0].person

    def known(self, kind: str, variant: str, shift: Shift, patient: str, log: list[Access]) -> None:
        """Remember something proper that may look improper."""
        self.clinic.hard_negatives.append(Deed(kind, variant, shift.worker.person, patient, log))


def work(desk: Desk, shift: Shift, tasks: list[Task]) -> Iterator[Task]:
    """Live a shift. Takes charts from ``tasks`` and yields each one coded, or held for a query to the provider."""
    rng = desk.rng
    now = shift.starts + rng.randrange(-5 * MINUTE, 6 * MINUTE)
    now = _log_in(rng, shift, now)
    rests = _rests(rng, shift)
    waiting: list[Task] = []
    while now < shift.ends - _LAST_CHART:
        if rests and now > rests[0][0]:
            length = rests.pop(0)[1]
            shift.idle.append((now, now + length))
            if length > 20 * MINUTE:
                access(shift, now + 5, "logout")
                access(shift, now + length - 8, "login")
            now += length
        elif tasks:
            task = tasks.pop(0)
            long = task.assignment.visit == "inpatient"
            if task.waits_until > now or (long and now > shift.ends - _LAST_LONG_CHART):
                waiting.append(task)
                continue
            now, done = _take(desk, shift, task, now)
            if done:
                yield task
            else:
                waiting.append(task)
        else:
            shift.idle.append((now, shift.ends - 5 * MINUTE))
            now = shift.ends - rng.randrange(MINUTE, 5 * MINUTE)
    tasks.extend(waiting)
    access(shift, now + rng.randrange(5, 50), "logout")


def _log_in(rng: Random, shift: Shift, now: int) -> int:
    if rng.random() < 0.04:
        access(shift, now, "login").outcome = "denied"
        now += rng.randrange(6, 40)
    access(shift, now, "login")
    return now + rng.randrange(20, 120)


def _rests(rng: Random, shift: Shift) -> list[tuple[int, int]]:
    """When rests fall due, and how long they last."""
    length = shift.ends - shift.starts
    middle = shift.starts + length // 2
    rests = [(shift.starts + length // 4, rng.randrange(8, 14) * MINUTE)]
    if length > 330 * MINUTE:
        rests.append((middle, rng.randrange(28, 40) * MINUTE))
        rests.append((shift.starts + 3 * length // 4, rng.randrange(8, 14) * MINUTE))
    return rests


def _take(desk: Desk, shift: Shift, task: Task, now: int) -> tuple[int, bool]:
    """Work one chart; return when the coder is free again, and whether it left their hands."""
    rng, given, patient = desk.rng, task.assignment, task.patient
    if task.pulled:
        given.assigned_at = now - rng.randrange(2, 40)
    if rng.random() < 0.0035:
        now = _mis_click(desk, shift, task, now)
    if rng.random() < 0.0012:
        now = _ticket(desk, shift, now)
    hold = rng.random() if given.kind == "initial" and not task.waits_until and given.first_at is None else 1.0
    entered_late = task.pulled and hold >= 0.07 and rng.random() < 0.02
    first = now
    now, log = read_chart(rng, shift, given, patient, now, finish=hold >= 0.07)
    task.pulled = False
    if hold < 0.07:
        task.waits_until = now + rng.randrange(1, 4) * DAY if hold < 0.04 else 0
        return now + rng.randrange(5, 40), hold >= 0.04
    if entered_late:
        given.assigned_at = min(first + rng.randrange(MINUTE, 12 * MINUTE), now)
        desk.known("late_assignment", "entered after the first access", shift, patient.patient, log)
    _submit(rng, given, task.holder, now + rng.randrange(4, 60))
    now = (given.ended_at or now) + rng.randrange(3, 45)
    if given.kind not in ("initial", "qa_review"):
        desk.known("reopened_work", given.kind, shift, patient.patient, log)
    if rng.random() < 0.015:
        late = (given.ended_at or now) + rng.randrange(20, 11 * MINUTE)
        trailing = access(shift, late, "view", given.patient, given.encounter, "billing")
        desk.known("grace_after_end", "a last look while the claim goes out", shift, patient.patient, [trailing])
    if any(entry.action == "print" for entry in log):
        desk.known("copy_for_the_task", "appeal packet", shift, patient.patient, log)
    return now, True


def _submit(rng: Random, given: Assignment, holder: Assignment | None, at: int) -> None:
    given.ended_at, given.outcome = at, "submitted"
    if holder is not None and holder.ended_at is None:
        holder.ended_at, holder.outcome = at + rng.randrange(1, 20), "submitted"


def _mis_click(desk: Desk, shift: Shift, task: Task, now: int) -> int:
    """The wrong chart, often of a namesake; closed at once, then the right one."""
    rng = desk.rng
    alike = [other for other in desk.namesakes[task.patient.family] if other is not task.patient]
    wrong = rng.choice(alike if alike and rng.random() < 0.7 else desk.patients)
    if shift.worker.close_to(wrong) or desk.clinic.given(shift.worker.person, wrong.patient):
        return now
    log = [access(shift, now, "open", wrong.patient)]
    now += rng.randrange(3, 9)
    if rng.random() < 0.35:
        log.append(access(shift, now, "view", wrong.patient, "", "demographics"))
        now += rng.randrange(3, 12)
    variant = "own surname" if wrong.family == shift.worker.who.family else "wrong chart, then the right one"
    desk.known("mis_click", variant, shift, wrong.patient, log)
    return now + rng.randrange(2, 15)


def _ticket(desk: Desk, shift: Shift, now: int) -> int:
    """A one-off permission by the supervisor: somebody must look something up in a chart that is not in the queue."""
    rng, clinic, worker = desk.rng, desk.clinic, shift.worker
    patient = rng.choice(desk.patients)
    if worker.close_to(patient):
        return now
    reason = rng.choice(("duplicate record check", "misfiled report", "claim question from the front desk"))
    begins = now - rng.randrange(5 * MINUTE, 50 * MINUTE)
    clinic.tickets.append(Ticket(worker.person, patient.patient, begins, begins + DAY, reason, desk.supervisor))
    log = [access(shift, now, "open", patient.patient)]
    for document in rng.sample(("note", "lab", "billing", "demographics"), rng.randrange(1, 4)):
        now += rng.randrange(20, 200)
        log.append(access(shift, now, "view", patient.patient, "", document))
    desk.known("ticket", reason, shift, patient.patient, log)
    return now + rng.randrange(15, 90)
