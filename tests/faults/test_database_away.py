"""PostgreSQL stopped at once and started again under pages and worker: they say so, and recover by themselves."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from chartwarden.demo.services import make_clinic
from chartwarden.web.tests.test_serving import asked
from tests.faults.clinic_process import weekly_logs
from tests.faults.forms import FULL
from tests.faults.served import Person, Program, insist, program
from tests.faults.test_killed import BEFORE, IMPORT, KEYS, OFFICERS, environment, said
from tools.postgresql import cluster, start, stop

pytestmark = pytest.mark.peer("postgresql")
TURNS = 3 if FULL else 1


@dataclass
class Served:
    """The program on a PostgreSQL that can be stopped."""

    program: Program
    url: str
    log: bytes


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    feeds, data = tmp_path / "made" / "clinic", tmp_path / "data"
    feeds.parent.mkdir()
    make_clinic(feeds, seed=5, coders=3, weeks=2, patients=300)
    data.mkdir()
    (data / "demo").write_text("ready", encoding="ascii")
    with cluster(durable=True) as url:
        said(environment(data, url, CHARTWARDEN_FAULTS_BEGINS=BEFORE), "prepare", str(feeds))
        with program(data, CHARTWARDEN_KEYS=KEYS, DATABASE_URL=url) as running:
            yield Served(running, url, weekly_logs(feeds)[0])


def test_pages_and_worker_outlive_their_database(served: Served) -> None:
    port, officer = served.program.port, Person(served.program.port, OFFICERS[0])
    clinic = insist(lambda: officer.home() or None)
    before = served.program.processes()
    page = f"{clinic}imports/"
    sent = insist(
        lambda: officer.post(f"{page}receive/", {"files": ("accesses.csv", served.log)}, page).location or None
    )
    for _ in range(TURNS):
        stop(served.url)
        said_so = insist(lambda: (lambda found: found if found.status == 503 else None)(officer._ask("GET", page)))
        assert "Not reachable for the moment" in said_so.text
        assert "nothing was half done" in said_so.text
        assert asked(port)[0] == 503
        assert '"database": "not reached"' in asked(port)[1]
        time.sleep(3)
        start(served.url, durable=True)
        assert insist(lambda: officer.get(page).status == 200 or None)
    served.program.wait()
    assert insist(lambda: "Count it" in officer.get(sent).text or None)
    assert served.program.processes()["worker"] == before["worker"], "the worker was started anew"
    upload = IMPORT.search(sent)
    assert upload is not None
    officer.post(f"{sent}count/", {}, sent)
    assert insist(lambda: "It counts since" in officer.get(sent).text or None)
    assert said(environment(served.program.data, served.url), "check")["faults"] == []
