"""kill -9 of any process at random points of import, review and signing: nothing acknowledged is lost, nothing is half
done, work resumes. `make faults` kills 200 times; `make test` a few.
"""

from __future__ import annotations

import base64
import csv
import json
import os
import random
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from chartwarden.demo.services import make_clinic
from tests.faults.clinic_process import drawn, weekly_logs
from tests.faults.forms import FULL
from tests.faults.served import PATIENCE, Person, Program, insist, program
from tools.postgresql import cluster

PROGRAM = [sys.executable, "-m", "tests.faults.clinic_process"]
ROOT = Path(__file__).parents[2]
KEYS = base64.b64encode(bytes(range(32))).decode()
KILLS = {"sqlite": int(os.environ.get("CHARTWARDEN_FAULTS_KILLS", "200" if FULL else "3")), "postgresql": 100}
CYCLE = ("page worker", "worker", "page worker", "pages", "parent")
SERVED_KILLS = int(os.environ.get("CHARTWARDEN_FAULTS_SERVED", "50"))
WEEKS_SERVED = 30
LEASES = 900.0
"""Seconds that a step may take: whoever is killed twice in it waits for two leases, and for a child started later."""
"""The calendar lists the reviews of a year."""
SERVED_STEPS = ("send", "read", "count", "review", "decide", "sign")
SEED = int(os.environ.get("CHARTWARDEN_FAULTS_SEED", "7"))
AFTER = "2027-05-03T15:00:00+00:00" if FULL else "2026-03-23T15:00:00+00:00"
"""After the last week of the made-up feeds."""
BEFORE = "2026-01-05T15:00:00+00:00"
"""The clinic of the real program was opened in the past, and its feeds begin soon after."""
NAMED = ("family_name", "given_name", "address_line", "phone", "contact_name", "contact_phone", "birth_date")
SHORTEST = 7
OFFICERS = ("privacy.officer@demo.example", "compliance.officer@demo.example")
IMPORT = re.compile(r"/imports/([0-9a-f-]{36})/")
LINK = re.compile(r'href="(/c/[^"]+/reviews/[^"]+/)"')


@pytest.fixture(scope="module")
def feeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "clinic"
    make_clinic(folder, seed=5, coders=3, weeks=66 if FULL else 2, patients=800 if FULL else 200)
    return folder


def environment(data: Path, database: str = "", **more: str) -> Mapping[str, str]:
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "chartwarden.web.settings",
        "CHARTWARDEN_DATA": str(data),
        "CHARTWARDEN_KEYS": KEYS,
        "DATABASE_URL": database,
        **more,
    }


def said(given: Mapping[str, str], *arguments: str) -> dict[str, Any]:
    command = [*PROGRAM, *arguments]
    done = subprocess.run(command, env=given, cwd=ROOT, capture_output=True, text=True, timeout=3000, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found | {"errors": done.stderr}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=[pytest.mark.peer("postgresql"), pytest.mark.full])])
def installation(
    request: pytest.FixtureRequest, tmp_path: Path, feeds: Path
) -> Iterator[tuple[str, Mapping[str, str]]]:
    data = tmp_path / "data"
    data.mkdir()
    if request.param == "sqlite":
        given = environment(data, CHARTWARDEN_FAULTS_BEGINS=AFTER)
        yield request.param, given
        return
    with cluster(durable=True) as url:
        given = environment(data, url, CHARTWARDEN_FAULTS_BEGINS=AFTER)
        yield request.param, given


def planted(feeds: Path) -> set[str]:
    found: set[str] = set()
    for name in ("patients.csv", "workforce.csv"):
        with (feeds / name).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                found |= {row[column] for column in NAMED if len(row.get(column) or "") >= SHORTEST}
    # A birth date of late is also the day of a review.
    return {name for name in found if not name.startswith(("2025", "2026", "2027", "2028"))}


def in_clear(folder: Path, feeds: Path) -> list[tuple[str, str]]:
    """Files below a folder that hold a planted name."""
    names = [name.encode() for name in planted(feeds)]
    assert len(names) > 200
    found = []
    for path in folder.rglob("*"):
        if path.is_file():
            held = path.read_bytes()
            found += [(str(path.relative_to(folder)), name.decode()) for name in names if name in held]
    return found


def test_work_that_is_killed_is_whole_and_resumes(installation: tuple[str, Mapping[str, str]], feeds: Path) -> None:
    store, given = installation
    found = said(given, "whole", str(feeds), str(KILLS[store]), str(SEED))
    print(f"{store}: {found['kills']} kills during {found['during']}; acknowledged {found['acks']}")
    assert found["faults"] == [], found["errors"]
    # Of a few, one may come after the step that it was meant for; the full run goes on until all have hit.
    assert found["kills"] == KILLS[store] or (not FULL and found["kills"] > 0)
    assert (found["rest"]["status"], found["rest"]["faults"]) == (0, []), found["errors"]
    from chartwarden.kernel.scratch import sweep

    data = Path(given["CHARTWARDEN_DATA"])
    sweep(data)
    assert list((data / "scratch").iterdir()) == []
    assert in_clear(data, feeds) == []


class Officer(threading.Thread):
    """Works week after week at the pages, whatever happens to the program; notes what was acknowledged."""

    def __init__(self, served: Program, logs: list[bytes]) -> None:
        super().__init__(daemon=True)
        self._served, self._logs = served, logs
        self.ended = threading.Event()
        self.fault: BaseException | None = None
        self.signed = 0
        self.step, self.began = "", 0.0
        self.takes = dict.fromkeys(SERVED_STEPS, 1.0)
        self._acks = os.open(served.data / "acknowledged", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def run(self) -> None:
        """Until all is signed, or it is told to end after a whole week."""
        try:
            self._people = [Person(self._served.port, mail) for mail in OFFICERS]
            self._clinic = insist(lambda: self._people[0].home() or None, LEASES)
            for log in self._logs:
                if self.ended.is_set():
                    return
                self._week(log)
        except BaseException as fault:
            self.fault = fault

    def _begin(self, step: str) -> None:
        """Note the step, and how long the one before took."""
        now = time.monotonic()
        if step != self.step:
            if self.step:
                self.takes[self.step] += (now - self.began - self.takes[self.step]) / 3
            self.step, self.began = step, now

    def _ack(self, kind: str, name: str, value: str) -> None:
        os.write(self._acks, f"ack {kind} {name} {value}\n".encode())
        os.fsync(self._acks)

    def _week(self, log: bytes) -> None:
        me = self._people[0]
        self._begin("send")

        def send() -> str | None:
            answer = me.post(
                f"{self._clinic}imports/receive/", {"files": ("accesses.csv", log)}, f"{self._clinic}imports/"
            )
            found = re.search(r"/imports/([0-9a-f-]{36})/", answer.location)
            return found.group(1) if found else None

        upload = insist(send, LEASES)
        self._ack("logs.received", "import", upload)
        there = f"{self._clinic}imports/{upload}/"

        def count() -> bool | None:
            page = me.get(there).text
            if "It counts since" in page:
                return True
            self._begin("count" if "Count it" in page else "read")
            if "Count it" in page:
                me.post(f"{there}count/", {}, there)
            return None

        insist(count, LEASES)
        self._ack("logs.counted", "import", upload)
        self._begin("review")
        review = insist(self._review, LEASES)
        insist(lambda: self._decided(review), LEASES)
        self._begin("sign")
        insist(lambda: self._sign(review), LEASES)
        self._ack("review.signed", "review", review.rstrip("/").rpartition("/")[2])
        self.signed += 1

    def _review(self) -> str | None:
        """The review of the week that was just counted, once it is made."""
        calendar = self._people[0].get(f"{self._clinic}reviews/").text
        for address in dict.fromkeys(LINK.findall(calendar)):
            if not address.endswith("/sign/") and "/cases/" not in address:
                page = self._people[0].get(address).text
                if (
                    " to decide" in page.partition("</h2>")[0]
                    or "Ready to sign" in page
                    or "Nothing to decide so far" in page
                ):
                    return address
        return None

    def _decided(self, review: str) -> bool | None:
        """Decide what is open; True once nothing is."""
        self._begin("decide")
        page = self._people[0].get(review).text
        if "Ready to sign" in page:
            return True
        groups = dict.fromkeys(re.findall(r'href="(/c/[^"]+/reviews/cases/[0-9a-f-]{36}/alike/)"', page))
        page += "".join(self._people[0].get(group).text for group in groups)
        for case in dict.fromkeys(re.findall(r'href="(/c/[^"]+/reviews/cases/[0-9a-f-]{36}/)"', page)):
            for person in self._people:
                shown = person.get(case).text
                revision = re.search(r'name="revision"[^>]*value="(\d+)"', shown)
                if f"{case}decide/" not in shown or revision is None:
                    continue
                values = {"outcome": "in_order", "note": f"Talked over {case[-9:-1]}.", "revision": revision.group(1)}
                if person.post(f"{case}decide/", values, case).status == 302:
                    self._ack("review.case_decided", "case", case.rstrip("/").rpartition("/")[2])
                    break
        return None

    def _sign(self, review: str) -> bool | None:
        me = self._people[0]
        answer = me.post(f"{review}sign/", {"coverage": "on"})
        if "/accounts/" in answer.location:
            me.sign_in()
            return None
        if answer.status == 302 and answer.location == review:
            return True
        return True if "Signed" in me.get(review).text.partition("</h2>")[0] else None


@pytest.mark.full
def test_the_program_survives_kills_of_its_processes(tmp_path: Path, feeds: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "demo").write_text("ready", encoding="ascii")
    given = environment(data, CHARTWARDEN_FAULTS_BEGINS=BEFORE)
    said(given, "prepare", str(feeds))
    chance, during, killed, step = random.Random(SEED), Counter[str](), Counter[str](), ""
    with program(data, CHARTWARDEN_KEYS=KEYS) as served:
        officer = Officer(served, weekly_logs(feeds)[-WEEKS_SERVED:])
        officer.start()
        while killed.total() < SERVED_KILLS and officer.is_alive():
            what = CYCLE[killed.total() % len(CYCLE)]
            target, end = drawn(chance, during, SERVED_STEPS, step), time.monotonic() + PATIENCE
            while officer.step != target and officer.is_alive() and time.monotonic() < end:
                time.sleep(0.01)
            time.sleep(chance.uniform(0, officer.takes[target]))
            step = officer.step
            if served.kill(what, chance):
                killed[what] += 1
                during[step] += 1
            served.wait()
        officer.ended.set()
        officer.join(LEASES)
        assert officer.fault is None, f"while it was to {officer.step}"
        assert not officer.is_alive()
        print(
            f"served: {killed.total()} kills of {dict(killed)} during {dict(during)}, {officer.signed} reviews signed"
        )
        assert officer.signed or not FULL
    found = said(given, "check")
    assert found["faults"] == [], found["errors"]
    assert killed.total() == SERVED_KILLS
    with program(data, CHARTWARDEN_KEYS=KEYS):
        assert list((data / "scratch").iterdir()) == []
    assert in_clear(tmp_path, feeds) == []
