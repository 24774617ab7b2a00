"""A clinic in step with an EHR's tasks, in a process that is killed and begun again, while people work on both sides.

``python -m tests.faults.sync_process BASE KILLS SEED``, with CHARTWARDEN_DATA naming an empty folder; prints JSON.
"""

from __future__ import annotations

import json
import os
import random
import select
import signal
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from tests.support.gateway_peers import SECRET

TURN = timedelta(minutes=6)
"""Longer than the lease of a round: the next turn finds it run out."""
LONGEST = 1.5
CODERS = ("first", "second")
FIRST_TASKS = 12
ENDS = {"completed": "submitted", "cancelled": "cancelled"}


class Ehr:
    """What the EHR's own people do with its tasks. ``ended`` are the tasks that they have ended, and how."""

    def __init__(self, base: str, chance: random.Random) -> None:
        self._base, self._chance = base, chance
        self.tasks: list[str] = []
        self.ended: dict[str, str] = {}

    def ask(self, method: str, path: str, body: Any = None, version: str = "") -> Any:
        """One exchange; None where it was refused because of its version."""
        headers = {"Authorization": f"Bearer {SECRET}", "Content-Type": "application/fhir+json"}
        if version:
            headers["If-Match"] = f'W/"{version}"'
        content = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(f"{self._base}/{path}", content, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as fault:
            if fault.code in (409, 412):
                return None
            raise

    def add(self) -> None:
        """A new task, of a patient of its own."""
        number = len(self.tasks)
        made = self.ask(
            "POST", "Task",
            {
                "resourceType": "Task", "status": "requested", "intent": "order",
                "code": {"coding": [{"code": "initial"}]}, "for": {"reference": f"Patient/p-{number}"}, **self._owner(),
            },
        )  # fmt: skip
        self.tasks.append(made["id"])

    def _owner(self) -> dict[str, Any]:
        whose = self._chance.choice(("", *CODERS))
        return {"owner": {"identifier": {"value": whose}}} if whose else {}

    def change(self) -> None:
        """Something happens to a task there: it is given to somebody, begun, put on hold, ended. Or there is a new."""
        if self._chance.random() < 0.3:
            self.add()
            return
        task = self._chance.choice(self.tasks)
        there = self.read(task)
        if there["status"] in ENDS:
            return
        status = self._chance.choice(("requested", "in-progress", "on-hold", "in-progress", *ENDS))
        if status == "completed" and "owner" not in there:
            return
        kept = {name: value for name, value in there.items() if name != "owner"} if status == "requested" else there
        more = self._owner() if status == "requested" else {}
        done = self.ask("PUT", f"Task/{task}", {**kept, **more, "status": status}, there["meta"]["versionId"])
        if done is not None and status in ENDS:
            self.ended[task] = status

    def read(self, task: str) -> Any:
        """A task as it stands there."""
        return self.ask("GET", f"Task/{task}")


class Clinic:
    """The clinic's side."""

    def __init__(self, base: str, begins: datetime) -> None:
        from chartwarden.assignments.services import set_source
        from chartwarden.clinics.services import open_clinic
        from chartwarden.kernel.actors import Actor

        system = Actor.of_system("tests")
        self.base = base
        self.clinic = open_clinic(name="Lakeside Clinic", time_zone="America/Chicago", actor=system, at=begins)
        roles = {"super": "coding_supervisor", "admin": "ehr_administrator", **dict.fromkeys(CODERS, "coder")}
        with self.acting():
            self.people = {code: self._person(code, role, system, begins) for code, role in roles.items()}
            set_source(
                clinic=self.clinic.id, base=base, token=SECRET, encounters=False, revision=0, actor=self.actor("admin"),
                at=begins,
            )  # fmt: skip

    def _person(self, code: str, role: str, system: Any, at: datetime) -> UUID:
        from chartwarden.people.services import add_person, grant_role

        person: UUID = add_person(
            clinic=self.clinic.id, values={"code": code}, feed_role="coder", started_on=date(2025, 1, 6), actor=system,
            at=at,
        )  # fmt: skip
        grant_role(clinic=self.clinic.id, person=person, role=role, actor=system, at=at)
        return person

    def acting(self) -> Any:
        """Act in the clinic."""
        from chartwarden.clinics.services import acting_in

        return acting_in(self.clinic.id)

    def actor(self, code: str) -> Any:
        """Somebody as services name them."""
        from chartwarden.kernel.actors import Actor

        return Actor.of_person(self.people[code])

    def work(self, out: int, clock: Callable[[], datetime], chance: random.Random) -> None:
        """Take and tell, and do somebody's work in between, without an end. ``out`` hears of what was done."""
        from chartwarden.assignments.ehr_syncing import sync

        with self.acting():
            while True:
                sync(self.clinic.id, clock())
                for _ in range(chance.randrange(4)):
                    if done := self._something(clock(), chance):
                        os.write(out, f"{done}\n".encode())

    def settle(self, clock: Callable[[], datetime]) -> None:
        """Take and tell until nothing is left to be done."""
        from chartwarden.assignments.ehr_syncing import sync

        with self.acting():
            for _ in range(20):
                if sync(self.clinic.id, clock()) == 0:
                    return
        raise RuntimeError("it has no end")

    def _something(self, at: datetime, chance: random.Random) -> str:
        from chartwarden.assignments import services
        from chartwarden.assignments.models import Assignment

        rows = list(Assignment.objects.filter(clinic_id=self.clinic.id, ended_at=None).order_by("ref_index"))
        if not rows:
            return ""
        row = chance.choice(rows)
        named = {"clinic": self.clinic.id, "assignment": row.id, "revision": row.revision, "at": at}
        boss, whose = self.actor("super"), next((one for one in CODERS if self.people[one] == row.coder_id), "")
        other = self.people[next(one for one in CODERS if one != whose)]
        if row.coder_id is None:
            services.assign(coder=other, actor=boss, **named)
            return f"assigned {row.id}"
        drawn = chance.random()
        if drawn < 0.1:
            services.cancel(actor=boss, **named)
            return f"cancelled {row.id}"
        if drawn < 0.25:
            services.reassign(coder=other, reason="Too much before them.", actor=boss, **named)
            return f"reassigned {row.id}"
        event = {"assigned": "begun", "in_progress": "coded", "on_hold": "resumed", "coded": "submitted"}[row.state]
        services.work_on(event=event, actor=self.actor(whose), **named)
        return f"{event} {row.id}"

    def faults(self, ehr: Ehr, acknowledged: list[str]) -> list[str]:
        """What is lost, doubled, or not as it should be, once nothing is left to be done."""
        from chartwarden.assignments import ehr_source, task_rules
        from chartwarden.assignments.ehr_taking import side_of
        from chartwarden.assignments.models import Assignment, SourceItem
        from chartwarden.ledger.queries import entries, verify_stored

        found: list[str] = []
        with self.acting():
            rows = {row.id: row for row in Assignment.objects.filter(clinic_id=self.clinic.id)}
            items = {ehr_source.id_of(item): item for item in SourceItem.objects.filter(clinic_id=self.clinic.id)}
            written = Counter(
                (entry.kind, entry.subject["assignment"])
                for entry in entries(self.clinic.id, limit=10**6)
                if "assignment" in entry.subject
            )
            found += [str(fault) for fault in verify_stored(self.clinic.id).faults]
        listed = ehr.ask("GET", "Task?_count=1000&_total=accurate")
        if {one["resource"]["id"] for one in listed["entry"]} != set(ehr.tasks):
            found.append("the EHR has other tasks than its people made")
        roots = []
        for task in ehr.tasks:
            there, item = ehr.read(task), items.get(task)
            if item is None or item.assignment_id is None:
                if ehr.ended.get(task) is None:
                    found.append(f"{task} was not taken over")
                continue
            row = rows[item.assignment_id]
            roots.append(_root(row, rows).id)
            told, here = task_rules.read_task(there, self.base), side_of(row)
            state = told.state if told.owner or told.state in task_rules.OVER else "unassigned"
            if not task_rules.same(here, task_rules.Side(state, self.people.get(told.owner), told.updated_at)):
                found.append(f"{task} is {there['status']} there and {row.state} here, or another's")
            if task in ehr.ended and row.ended_at is None:
                found.append(f"{task} was ended there and is open here")
        if sorted(roots) != sorted(one.id for one in rows.values() if one.follows_id is None):
            found.append("work that belongs to no task, or two to one")
        live = Counter(bytes(one.patient_index) for one in rows.values() if one.ended_at is None)
        if any(count > 1 for count in live.values()):
            found.append("a record is open twice")
        for line in acknowledged:
            what, identity = line.split()
            row = rows.get(UUID(identity))
            if row is None or not written[f"assignments.{what}", identity]:
                found.append(f"{line}: acknowledged and lost")
            elif what in ("submitted", "cancelled", "reassigned") and row.outcome != what:
                found.append(f"{line}: undone")
        for row in rows.values():
            if sum(count for (_, one), count in written.items() if one == str(row.id)) != row.revision + 1:
                found.append(f"{row.id}: its entries are not its changes, and that it was made")
        return found


def _root(row: Any, rows: dict[UUID, Any]) -> Any:
    while row.follows_id is not None:
        row = rows[row.follows_id]
    return row


def _child(do: Callable[[int], None]) -> tuple[int, int]:
    from django.db import connections

    connections.close_all()
    read, write = os.pipe()
    process = os.fork()
    if process == 0:
        try:
            do(write)
        except BaseException:
            import traceback

            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    os.close(write)
    return process, read


def _all(read: int) -> list[str]:
    """All whole lines that a process that is dead has written."""
    held = b""
    while more := os.read(read, 65536):
        held += more
    os.close(read)
    return held.decode().split("\n")[:-1]


def main(base: str, kills: int, seed: int) -> dict[str, Any]:
    """So many kills, then what is left of both sides."""
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    chance = random.Random(seed)
    ehr = Ehr(base, chance)
    began = datetime.now(UTC)
    begins = [began + TURN * (turn - kills // 2) for turn in range(kills + 1)]  # behind the EHR's clock, then before it
    clinic = Clinic(base, begins[0] - TURN)
    for _ in range(FIRST_TASKS):
        ehr.add()
    acknowledged: list[str] = []
    faults: list[str] = []
    for turn in range(kills):
        clock = _clock(begins[turn])
        own = random.Random(chance.random())
        process, read = _child(lambda out, clock=clock, own=own: clinic.work(out, clock, own))
        until = time.monotonic() + chance.uniform(0.02, LONGEST)
        while (left := until - time.monotonic()) > 0:
            ehr.change()
            select.select([], [], [], min(left, chance.uniform(0, 0.1)))
        os.kill(process, signal.SIGKILL)
        _, status = os.waitpid(process, 0)
        acknowledged += _all(read)
        if os.WIFEXITED(status):
            faults.append(f"turn {turn}: the work failed")
            break
    if not faults:
        clinic.settle(_clock(begins[kills]))
        faults = clinic.faults(ehr, acknowledged)
    return {
        "tasks": len(ehr.tasks), "ended": len(ehr.ended), "acknowledged": Counter(a.split()[0] for a in acknowledged),
        "faults": faults,
    }  # fmt: skip


def _clock(begins: datetime) -> Callable[[], datetime]:
    start = time.monotonic()
    return lambda: begins + timedelta(seconds=time.monotonic() - start)


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))))
