"""A program of the fault tests: a clinic's weeks of work, done by a process that can be killed at any point.

``prepare FEEDS`` makes the tables, a clinic and its people. ``whole FEEDS KILLS SEED`` does that too; then it lets a
child process import, review, ask, answer, decide and sign, kills it in the middle of a step, lets another go on, and
so on; after each kill it looks whether anything is half done. At last it does what is left of the weeks begun.
``check`` looks once more, at all; ``entries KIND`` lists what entries of a kind are about.
Each writes what it did and what it found, one line of JSON.

The work finds out by itself where it stands, as people and jobs do, so a step that was cut off is done again.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import random
import select
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import django

BEGINS = datetime.fromisoformat(os.environ.get("CHARTWARDEN_FAULTS_BEGINS", "2027-05-03T15:00:00+00:00"))
"""After the last week of the made-up feeds, or before the first, where the real program goes on with the clinic."""
TURN = timedelta(minutes=5)
"""Between a kill and the next try: longer than every lease."""
PIECE = 300_000
STEPS = {
    "begin": 0.05, "send": 0.1, "finish": 0.1, "read": 1.2, "count": 0.3, "refresh": 4.0, "ask": 0.05, "answer": 0.05,
    "decide": 0.08, "sign": 0.15,
}  # fmt: skip
"""What may be cut off, and about how many seconds it takes, to begin with: what it took then corrects this."""
LONGEST_ROUND = 120.0
IN_ORDER = 2 / 3
BROUGHT = (
    "chartwarden.web.urls", "chartwarden.logs.jobs", "chartwarden.review.jobs", "chartwarden.review.services",
    "chartwarden.review.links.candidates", "chartwarden.ledger.verify", "tests.faults.invariants",
)  # fmt: skip


class Clock:
    """Instants that go on with every step; each turn begins after all leases of the one before have run out."""

    def __init__(self, turn: int) -> None:
        self._at = BEGINS + turn * TURN

    def __call__(self) -> datetime:
        """The next instant."""
        self._at += timedelta(milliseconds=20)
        return self._at


def prepare(feeds: Path) -> None:
    """Tables, a clinic, its people, its accounts."""
    from django.core.management import call_command

    from chartwarden.clinics.services import acting_in, open_clinic
    from chartwarden.kernel.actors import Actor
    from chartwarden.web.demo_people import make_accounts, workforce_with_officers
    from chartwarden.web.demo_weeks import rows_of, take, work

    call_command("migrate", verbosity=0)
    at, system = BEGINS - timedelta(hours=1), Actor.of_system("tests")
    workforce = workforce_with_officers(rows_of(feeds / "workforce.csv"))
    first = datetime.fromisoformat(rows_of(feeds / "accesses.csv")[0]["occurred_at"]).date()
    clinic = open_clinic(name="Lakeside Clinic", time_zone="America/Chicago", actor=system, at=at, reviews_from=first)
    with acting_in(clinic.id):
        take(clinic.id, "workforce", workforce, system, at)
        work(at)
        make_accounts(clinic.id, workforce, system, at)
        for name in ("schedules", "patients", "assignments"):
            take(clinic.id, name, rows_of(feeds / f"{name}.csv"), system, at)
        work(at)


def weekly_logs(feeds: Path) -> list[bytes]:
    """The access log of each week as a file of its own, with a column that makes it larger than one chunk."""
    from chartwarden.review.rules import monday
    from chartwarden.web.demo_weeks import rows_of

    chance = random.Random(1)
    weeks: dict[Any, list[dict[str, str]]] = {}
    for row in rows_of(feeds / "accesses.csv"):
        week = monday(datetime.fromisoformat(row["occurred_at"]).date())
        weeks.setdefault(week, []).append({**row, "padding": chance.randbytes(250).hex()})
    found = []
    for week in sorted(weeks):
        text = io.StringIO()
        writer = csv.DictWriter(text, list(weeks[week][0]))
        writer.writeheader()
        writer.writerows(weeks[week])
        found.append(text.getvalue().encode())
    return found


class Work:
    """Somebody's weeks: every step is announced on ``out`` before it begins, and acknowledged after it was answered."""

    def __init__(self, clinic: Any, out: int, turn: int) -> None:
        from chartwarden.kernel.actors import Actor
        from chartwarden.people.queries import holders

        self.clinic, self._out, self.now = clinic, out, Clock(turn)
        self.people = {
            role: holders(clinic.id, role, self.now())[0]
            for role in ("privacy_officer", "compliance_officer", "coding_supervisor")
        }
        self.officer = Actor.of_person(self.people["privacy_officer"])
        self.other = Actor.of_person(self.people["compliance_officer"])
        self.actor = Actor.of_person

    def begin(self, step: str) -> None:
        """Announce a step."""
        os.write(self._out, f"begin {step}\n".encode())

    def ack(self, kind: str, name: str, value: object) -> None:
        """What the caller was told is done."""
        os.write(self._out, f"ack {kind} {name} {value}\n".encode())

    def done(self) -> int:
        """How many weeks are signed, from the first on."""
        from chartwarden.review.models import Review

        days = Review.objects.filter(clinic_id=self.clinic.id, state="signed").values_list("first_day", flat=True)
        return len(set(days))

    def week(self, log: bytes) -> None:
        """Import a week's log, have it reviewed, decide, sign. A week that is signed takes no time."""
        upload = self._send(log)
        self._read(upload)
        if self._signed(upload):
            return
        self._refresh()
        for review in self._reviews_to_do():
            self._decide_all(review)
            self._sign(review)

    def _send(self, log: bytes) -> Any:
        from chartwarden.logs.services import append_bytes, begin_upload, finish_upload

        self.begin("begin")
        digest = hashlib.sha256(log).hexdigest()
        state = begin_upload(
            clinic=self.clinic.id, sha256=digest, size=len(log), name="accesses.csv", kind="log",
            actor=self.officer, at=self.now(),
        )  # fmt: skip
        while state.state == "receiving" and state.offset < len(log):
            self.begin("send")
            piece = log[state.offset : state.offset + 4 * PIECE]
            chunks = (piece[at : at + PIECE] for at in range(0, len(piece), PIECE))
            before = state.offset
            state = append_bytes(
                clinic=self.clinic.id, upload=state.id, offset=state.offset, chunks=chunks, actor=self.officer
            )
            assert state.offset > before
        if state.state == "receiving":
            self.begin("finish")
            state = finish_upload(clinic=self.clinic.id, upload=state.id, actor=self.officer, at=self.now())
            self.ack("logs.received", "import", state.id)
        return state.id

    def _read(self, upload: Any) -> None:
        from chartwarden.logs.queries import import_of
        from chartwarden.logs.reading import read_next
        from chartwarden.logs.services import count_import

        for _ in range(20):
            state = import_of(self.clinic.id, upload).state
            if state in ("read", "counted"):
                break
            assert state != "refused", "a sound file was refused"
            self.begin("read")
            read_next(self.now())
        if state != "counted":
            self.begin("count")
            count_import(clinic=self.clinic.id, upload=upload, actor=self.officer, at=self.now())
            self.ack("logs.counted", "import", upload)

    def _signed(self, upload: Any) -> bool:
        from chartwarden.logs.queries import import_of
        from chartwarden.review.models import Review

        last = import_of(self.clinic.id, upload).last_day
        return Review.objects.filter(
            clinic_id=self.clinic.id, first_day__lte=last, last_day__gte=last, state="signed"
        ).exists()

    def _refresh(self) -> None:
        from chartwarden.review.jobs import refresh

        self.begin("refresh")
        while refresh(self.now()):
            pass

    def _reviews_to_do(self) -> list[Any]:
        from chartwarden.review.models import Review

        rows = Review.objects.filter(clinic_id=self.clinic.id).exclude(state="signed").exclude(refreshed_at=None)
        return list(rows.defer("summary", "document").order_by("first_day", "opened_at"))

    def _decide_all(self, review: Any) -> None:
        from chartwarden.kernel.decisions import Refused
        from chartwarden.review.models import CaseRecord
        from chartwarden.review.services import answer_question, ask_question, decide_case

        rows = CaseRecord.objects.filter(clinic_id=self.clinic.id, review_id=review.id, state__in=("open", "asked"))
        for number, row in enumerate(rows.order_by("rank", "id")):
            supervisor = self.people["coding_supervisor"]
            if number % 3 == 0 and row.coder_id != supervisor and not row.questions.exists():
                self.begin("ask")
                question = ask_question(
                    clinic=self.clinic, case=row.id, to=supervisor, text=f"What was the work on {row.id}?",
                    revision=row.revision, actor=self.officer, at=self.now(),
                )  # fmt: skip
                self.ack("review.question_asked", "question", question)
            for asked in row.questions.filter(answered_at=None):
                self.begin("answer")
                answer_question(
                    clinic=self.clinic, question=asked.id, text="It was the quality review.",
                    actor=self.actor(asked.to_id), at=self.now(),
                )  # fmt: skip
                self.ack("review.question_answered", "question", asked.id)
            row.refresh_from_db()
            for actor in (self.officer, self.other):
                self.begin("decide")
                try:
                    decide_case(
                        clinic=self.clinic, case=row.id, outcome="in_order", note=f"Talked over: {row.id}.",
                        revision=row.revision, actor=actor, at=self.now(),
                    )  # fmt: skip
                except Refused:
                    continue
                self.ack("review.case_decided", "case", row.id)
                break

    def _sign(self, review: Any) -> None:
        from chartwarden.review.services import sign_review

        self.begin("sign")
        sign_review(clinic=self.clinic, review=review.id, coverage_acknowledged=True, actor=self.officer, at=self.now())
        self.ack("review.signed", "review", review.id)


def _working(out: int, turn: int, logs: list[bytes]) -> None:
    from chartwarden.clinics.queries import clinics
    from chartwarden.clinics.services import acting_in
    from chartwarden.logs.jobs import tidy_files

    clinic = clinics()[0]
    with acting_in(clinic.id):
        work = Work(clinic, out, turn)
        tidy_files(work.now())
        for log in logs[work.done() :]:
            work.week(log)


def _child(do: Callable[[int], None]) -> tuple[int, int]:
    """A process that does it, and the end of the pipe that it writes to."""
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


def _lines(read: int, until: float) -> Iterator[str]:
    """What the child says, until it ends or it is time."""
    held = b""
    while (left := until - time.monotonic()) > 0:
        if not select.select([read], [], [], left)[0]:
            return
        more = os.read(read, 65536)
        if not more:
            return
        held += more
        *whole, held = held.split(b"\n")
        for line in whole:
            yield line.decode()


def drawn(chance: random.Random, during: Mapping[str, int], steps: Sequence[str], last: str) -> str:
    """A step by lot, of those that were cut off least often so far, so all are, evenly. Mostly the next in the order
    of the work: one from before the last takes another week to come to."""
    least = min(during.get(step, 0) for step in steps)
    left = [step for step in steps if during.get(step, 0) == least]
    ahead = [step for step in left if last in steps and steps.index(step) > steps.index(last)]
    return ahead[0] if ahead and chance.random() < IN_ORDER else chance.choice(left)


def killed(feeds: Path, rounds: int, seed: int) -> dict[str, Any]:
    """So many kills, each in a step that was drawn by lot, at a point within it that was drawn by lot."""
    chance, logs, turn_file = random.Random(seed), weekly_logs(feeds), _turns()
    during: Counter[str] = Counter()
    told: Counter[str] = Counter()
    faults: list[str] = []
    takes, done, ended, began, step = dict(STEPS), 0, False, time.monotonic(), "start"
    while done < rounds and not ended:
        turn = _next(turn_file)
        process, read = _child(lambda out, turn=turn: _working(out, turn, logs))
        target, since, acks = drawn(chance, during, tuple(STEPS), step), time.monotonic(), list[str]()
        step, reached = "start", False
        for line in _lines(read, time.monotonic() + LONGEST_ROUND):
            what, *rest = line.split()
            if step != "start":
                takes[step] += (time.monotonic() - since - takes[step]) / 3
            since = time.monotonic()
            if what == "ack":
                acks.append(line)
                step = "start"
                continue
            step = rest[0]
            reached = step == target
            if reached:
                select.select([], [], [], chance.uniform(0, takes[step]))
                break
        os.kill(process, signal.SIGKILL)
        _, status = os.waitpid(process, 0)
        for line in _lines(read, time.monotonic() + 5):
            if line.startswith("ack"):
                acks.append(line)
            else:
                step = line.split()[1]
        os.close(read)
        if reached and step != target:
            takes[target] /= 2  # it was over before the kill came
        _keep(acks)
        told.update(ack.split()[1] for ack in acks)
        ended = os.WIFEXITED(status)
        if ended and os.WEXITSTATUS(status):
            faults.append(f"turn {turn}: the work failed in {step}")
        elif not ended:
            done += 1
            during[step] += 1
        faults += [f"turn {turn}, killed in {step}: {fault}" for fault in checked(full=done % 20 == 0)]
        _tell(f"{done} kills in {time.monotonic() - began:.0f} s, the last in {step}; {told.total()} acknowledged")
        if faults:
            break
    return {"kills": done, "during": dict(during), "acks": dict(told), "faults": faults}


def whole(feeds: Path, rounds: int, seed: int) -> dict[str, Any]:
    """A clinic, its weeks with so many kills, and what is left of them."""
    process, _ = _child(lambda _: _prepare_quickly(feeds))
    if os.waitpid(process, 0)[1]:
        return {"kills": 0, "during": {}, "acks": {}, "faults": ["it could not be prepared"]}
    _bring()
    found = killed(feeds, rounds, seed)
    return found if found["faults"] else {**found, "rest": finish(feeds)}


def _prepare_quickly(feeds: Path) -> None:
    """Nobody signs in, so passwords need not be hard to guess."""
    from django.test import override_settings

    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        prepare(feeds)


def _bring() -> None:
    """Import here what every child would import for itself."""
    for name in ("scipy.stats", "splink", "sqlglot", "pyarrow.parquet", "duckdb", *BROUGHT):
        import_module(name)


def _tell(line: str) -> None:
    """How far it is, for whoever waits: the last line of a file beside the data."""
    with (Path(os.environ["CHARTWARDEN_DATA"]) / "kills").open("a", encoding="ascii") as file:
        file.write(line + "\n")


def finish(feeds: Path) -> dict[str, Any]:
    """Do what is left."""
    turn = _next(_turns())
    logs = weekly_logs(feeds)
    begun = max(1, _begun())
    process, read = _child(lambda out: _working(out, turn, logs[:begun]))
    acks = [line for line in _lines(read, time.monotonic() + 300) if line.startswith("ack")]
    _, status = os.waitpid(process, 0)
    _keep(acks)
    return {"weeks": begun, "status": status, "faults": checked(full=True, ended=True)}


def _begun() -> int:
    """How many weeks' logs were begun to be sent, from the first on."""
    from chartwarden.clinics.queries import clinics
    from chartwarden.clinics.services import acting_in
    from chartwarden.logs.models import LogImport

    clinic = clinics()[0].id
    with acting_in(clinic):
        return LogImport.objects.filter(clinic_id=clinic, kind="log").exclude(state="refused").count()


def checked(full: bool, ended: bool = False) -> list[str]:
    """What a process of its own finds wrong."""
    from tests.faults.invariants import faults

    process, read = _child(
        lambda out: os.write(out, json.dumps(faults(_kept(), full, ended)).encode() + b"\n") and None
    )
    found = list(_lines(read, time.monotonic() + 120))
    os.close(read)
    os.waitpid(process, 0)
    return json.loads(found[0]) if found else ["the check failed"]


def _clinics() -> int:
    from chartwarden.clinics.queries import clinics

    return len(clinics())


def _entries(kind: str) -> list[dict[str, str]]:
    """The subjects of all entries of a kind."""
    from chartwarden.clinics.queries import clinics
    from chartwarden.clinics.services import acting_in
    from chartwarden.ledger.queries import entries

    found: list[dict[str, str]] = []
    for clinic in clinics():
        with acting_in(clinic.id):
            found += [dict(entry.subject) for entry in entries(clinic.id, limit=10**6, kinds=[kind])]
    return found


def _turns() -> Path:
    return Path(os.environ["CHARTWARDEN_DATA"]) / "turns"


def _next(file: Path) -> int:
    turn = int(file.read_text("ascii")) + 1 if file.exists() else 1
    file.write_text(str(turn), "ascii")
    return turn


def _acks() -> Path:
    return Path(os.environ["CHARTWARDEN_DATA"]) / "acknowledged"


def _keep(acks: list[str]) -> None:
    with _acks().open("a", encoding="ascii") as file:
        file.writelines(f"{ack}\n" for ack in acks)


def _kept() -> list[list[str]]:
    return [line.split()[1:] for line in _acks().read_text("ascii").splitlines()] if _acks().exists() else []


if __name__ == "__main__":
    django.setup()
    verb, *given = sys.argv[1:]
    done = {
        "prepare": lambda: prepare(Path(given[0])),
        "whole": lambda: whole(Path(given[0]), int(given[1]), int(given[2])),
        "finish": lambda: finish(Path(given[0])),
        "check": lambda: {"faults": checked(full=True), "clinics": _clinics()},
        "entries": lambda: {"entries": _entries(given[0])},
    }[verb]()
    print(json.dumps(done or {}))
