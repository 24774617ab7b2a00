"""Two at once, through the real program: the second is told, and nothing is done twice or lost."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from chartwarden.demo.services import make_clinic
from chartwarden.web.tests.test_serving import asked, free_port, until
from tests.faults.clinic_process import weekly_logs
from tests.faults.forms import FULL
from tests.faults.served import Answer, Person, Program, insist, program
from tests.faults.test_killed import BEFORE, IMPORT, KEYS, OFFICERS, environment, said
from tools.postgresql import cluster

STORES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.peer("postgresql"))] if FULL else ["sqlite"]
CASE = re.compile(r'href="(/c/[^"]+/reviews/cases/[0-9a-f-]{36}/)"')
REVIEW = re.compile(r'href="(/c/[^"]+/reviews/[0-9a-f-]{36}/)"')
REVISION = re.compile(r'name="revision"[^>]*value="(\d+)"')


class Office:
    """The program with two officers, and a clinic whose first week was counted."""

    def __init__(self, served: Program, logs: Sequence[bytes], url: str) -> None:
        self.served, self.logs, self.url = served, logs, url
        self.people = [Person(served.port, mail) for mail in OFFICERS]
        self.clinic: str = insist(lambda: self.people[0].home() or None)
        insist(lambda: self.people[1].home() or None)

    def send(self, log: bytes) -> Answer:
        page = f"{self.clinic}imports/"
        return self.people[0].post(f"{page}receive/", {"files": ("accesses.csv", log)}, page)

    def bring(self, log: bytes) -> str:
        """Send a log, and wait until it can be counted; the address of its import."""
        address: str = self.send(log).location
        insist(lambda: "Count it" in self.people[0].get(address).text or None)
        return address

    def review(self) -> str:
        """The review in which something waits, or that can be signed."""

        def found() -> str | None:
            calendar = self.people[0].get(f"{self.clinic}reviews/").text
            for address in dict.fromkeys(REVIEW.findall(calendar)):
                head = self.people[0].get(address).text.partition("</h2>")[0]
                if " to decide" in head or "Ready to sign" in head:
                    return address
            return None

        return insist(found)

    def decide(self, case: str, person: int, note: str, revision: str) -> Answer:
        values = {"outcome": "in_order", "note": note, "revision": revision}
        return self.people[person].post(f"{case}decide/", values, case)

    def faults(self) -> list[str]:
        return said(environment(self.served.data, self.url), "check")["faults"]


@pytest.fixture(scope="module", params=STORES)
def office(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    feeds, data = tmp_path_factory.mktemp("made") / "clinic", tmp_path_factory.mktemp("at-once") / "data"
    make_clinic(feeds, seed=5, coders=3, weeks=4, patients=300)
    data.mkdir()
    (data / "demo").write_text("ready", encoding="ascii")

    def opened(url: str) -> Iterator[Office]:
        said(environment(data, url, CHARTWARDEN_FAULTS_BEGINS=BEFORE), "prepare", str(feeds))
        with program(data, CHARTWARDEN_KEYS=KEYS, DATABASE_URL=url) as served:
            made = Office(served, weekly_logs(feeds), url)
            address = made.bring(made.logs[0])
            made.people[0].post(f"{address}count/", {}, address)
            yield made

    if request.param == "sqlite":
        yield from opened("")
        return
    with cluster(durable=True) as url:
        yield from opened(url)


def at_once(*do: Callable[[], Any]) -> list[Any]:
    """Let all begin in the same moment, and give what each gave."""
    ready, answers = threading.Barrier(len(do)), [None] * len(do)

    def run(number: int) -> None:
        ready.wait(10)
        answers[number] = do[number]()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(do))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return answers


def test_two_officers_decide_the_same_case(office: Office) -> None:
    page = office.people[0].get(office.review()).text
    decided = 0
    for case in dict.fromkeys(CASE.findall(page)):
        shown = [person.get(case).text for person in office.people]
        found = [REVISION.search(text) for text in shown]
        if not all(found) or not all(f"{case}decide/" in text for text in shown):
            continue  # about one of the two
        answers = at_once(
            lambda case=case, found=found: office.decide(case, 0, "The first note, in words.", found[0].group(1)),
            lambda case=case, found=found: office.decide(case, 1, "The other note, in words.", found[1].group(1)),
        )
        assert sorted(answer.status for answer in answers) == [302, 409]
        second = next(number for number in (0, 1) if answers[number].status == 409)
        assert "decided this case meanwhile" in answers[second].text
        assert ("The first note" if second == 0 else "The other note") in answers[second].text
        decided += 1
        if decided == (5 if FULL else 2):
            break
    assert decided
    assert office.faults() == []


def test_the_same_log_is_uploaded_twice_at_once(office: Office) -> None:
    page, log = f"{office.clinic}imports/", {"files": ("accesses.csv", office.logs[1])}
    tabs = [Person(office.served.port, OFFICERS[0]) for _ in range(2)]
    for tab in tabs:
        tab.get(page)
    answers = at_once(*(lambda tab=tab: tab.post(f"{page}receive/", log, page) for tab in tabs))
    assert [answer.status for answer in answers] == [302, 302]
    assert len({IMPORT.search(answer.location).group(1) for answer in answers}) == 1
    assert office.faults() == []


def test_two_sign_at_once_and_a_late_log_counts_meanwhile(office: Office) -> None:
    late = office.logs[0].splitlines(keepends=True)
    address = office.bring(late[0] + b"".join(line.replace(b",P", b",P9") for line in late[1:40]))
    review = office.review()
    for _ in range(200):
        page = office.people[0].get(review).text
        if "Ready to sign" in page:
            break
        for case in dict.fromkeys(CASE.findall(page)):
            for person in (0, 1):
                found = REVISION.search(office.people[person].get(case).text)
                if found and office.decide(case, person, "Talked it over.", found.group(1)).status == 302:
                    break
    for person in office.people:
        person.sign_in()
    others = [Person(office.served.port, OFFICERS[0]) for _ in range(2)]
    for person in others:
        person.sign_in()
        person.get(office.clinic)
    answers = at_once(
        *(lambda person=person: person.post(f"{review}sign/", {"coverage": "on"}) for person in (*others,)),
        lambda: office.people[0].post(f"{address}count/", {}, address),
    )
    assert all(answer.status < 500 for answer in answers)
    entries = said(environment(office.served.data, office.url), "entries", "review.signed")["entries"]
    assert len([one for one in entries if one["review"] in review]) <= 1
    assert insist(lambda: "It counts since" in office.people[0].get(address).text or None)
    assert office.faults() == []


def test_a_second_worker_is_told_that_there_is_one(office: Office) -> None:
    if office.url:
        return  # on PostgreSQL several take turns
    command = [sys.executable, "-m", "chartwarden", "worker", "--data", str(office.served.data)]
    given = environment(office.served.data)
    done = subprocess.run(command, env=given, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, "no other worker on this data folder" in done.stderr) == (2, True)
    assert asked(office.served.port)[0] == 200


def test_two_first_runs_at_once_make_one_clinic(tmp_path: Path) -> None:
    data, port = tmp_path / "data", free_port()
    command = [sys.executable, "-m", "chartwarden", "serve", "--data", str(data), "--port", str(port)]
    given = {
        name: value for name, value in os.environ.items() if not name.startswith(("CHARTWARDEN", "DATABASE", "DJANGO"))
    }
    with subprocess.Popen(command, env=given, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            until(lambda: asked(port)[0] == 200 or process.poll() is not None)
            people = [Person(port, f"first{number}@lakeside.example") for number in range(3)]

            def first(number: int) -> Answer:
                word = "plover-lantern-quartz-41"
                return people[number].post("/setup/", {
                    "name": f"Clinic {number}", "time_zone": "America/Chicago", "holidays": "US", "given_name": "Ada",
                    "family_name": "Example", "code": "", "email": f"first{number}@lakeside.example",
                    "password": word, "password1": word, "again": word, "password2": word,
                })  # fmt: skip

            answers = at_once(*(lambda number=number: first(number) for number in range(3)))
            assert [answer.status for answer in answers] == [302, 302, 302], [a.text[-900:] for a in answers]
        finally:
            process.terminate()
            process.wait(60)
    found = said(environment(data, CHARTWARDEN_KEYS=""), "check")
    assert (found["faults"], found["clinics"]) == ([], 1)
