"""The worker: what is due is done, what fails is tried again, and it ends in order."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chartwarden.kernel.jobs import Job
from chartwarden.web.heartbeat import Heart, JobState, WorkerState, states
from chartwarden.web.logging import NoValues
from chartwarden.web.worker import LONGEST_WAIT, Worker, jobs, wait_after

NOON = datetime(2026, 3, 9, 12, 0, tzinfo=UTC)


class Clock:
    """A clock that the tests put forward; the worker ends when it has passed an instant."""

    def __init__(self, end: datetime) -> None:
        self.now, self.end, self.stop = NOON, end, threading.Event()

    def __call__(self) -> datetime:
        return self.now

    def forward(self, by: timedelta) -> None:
        self.now += by
        if self.now >= self.end:
            self.stop.set()


def worked(clock: Clock, *given: Job) -> Worker:
    """A worker that has run until the clock's end. Where nothing is due, the clock goes on by a second."""

    def tick(_: datetime) -> int:
        clock.forward(timedelta(seconds=1))
        return 1

    worker = Worker([*given, Job("tests.tick", tick, timedelta(days=1))], stop=clock.stop, clock=clock)
    worker.run()
    return worker


def noted(runs: list[datetime], did: Callable[[int], int]) -> Callable[[datetime], int]:
    def run(at: datetime) -> int:
        runs.append(at)
        return did(len(runs))

    return run


def test_a_job_runs_at_the_start_and_then_every_so_often(db: None) -> None:
    runs: list[datetime] = []
    worked(Clock(NOON + timedelta(minutes=3)), Job("tests.job", noted(runs, lambda _: 0), timedelta(minutes=1)))
    assert runs == [NOON, NOON + timedelta(seconds=60), NOON + timedelta(seconds=120)]


def test_a_job_that_did_something_runs_again_and_lets_others_go_between(db: None) -> None:
    order: list[str] = []

    def job(name: str, times: int) -> Job:
        def run(_: datetime) -> int:
            order.append(name)
            return int(order.count(name) < times)

        return Job(name, run, timedelta(days=1))

    worked(Clock(NOON + timedelta(seconds=5)), job("many", 3), job("other", 2))
    assert order.count("many") == 3
    assert order[:4] in (["many", "other", "many", "other"], ["many", "many", "many", "other"])
    assert order.count("other") == 2


def test_a_failing_job_is_logged_without_values_and_the_others_go_on(
    db: None, caplog: pytest.LogCaptureFixture
) -> None:
    runs: list[datetime] = []

    def fail(at: datetime) -> int:
        raise ValueError("Rose Okafor, born 1951")

    worker = worked(
        Clock(NOON + timedelta(seconds=40)),
        Job("tests.fails", fail, timedelta(minutes=1)),
        Job("tests.goes_on", noted(runs, lambda _: 0), timedelta(seconds=20)),
    )
    fails = worker.states[0]
    assert (fails.failures, fails.fault) == (4, "ValueError")  # at 0, 5, 15 and 35 seconds
    assert len(runs) == 2
    (said, *_) = caplog.records
    NoValues().filter(said)
    assert "tests.fails" in said.getMessage()
    assert "Rose" not in logging.Formatter().format(said)


def test_a_job_that_recovers_fails_no_more(db: None) -> None:
    runs: list[datetime] = []

    def at_first(count: int) -> int:
        if count < 3:
            raise OSError
        return 0

    worker = worked(Clock(NOON + timedelta(minutes=1)), Job("tests.job", noted(runs, at_first), timedelta(hours=1)))
    assert (worker.states[0].failures, len(runs)) == (0, 3)


@pytest.mark.parametrize(("failures", "seconds"), [(1, 5), (2, 10), (3, 20), (10, 2560), (11, 3600), (500, 3600)])
def test_the_wait_grows_up_to_an_hour(failures: int, seconds: int) -> None:
    assert wait_after(failures) == timedelta(seconds=seconds) <= LONGEST_WAIT


def test_every_rooms_jobs_are_found_and_differ() -> None:
    names = [job.name for job in jobs()]
    assert "web.optimize" in names
    assert len(names) == len(set(names))


def test_every_job_does_no_harm_where_there_is_nothing_to_do(db: None) -> None:
    for job in jobs():
        assert job.run(NOON) == 0, job.name


def test_a_heart_is_heard_while_it_beats(tmp_path: Path) -> None:
    heart = Heart(tmp_path, lambda: NOON)
    with heart.beating():
        heart.tell("tests.job", (JobState("tests.job", failures=2, fault="OSError"),))
        (heard,) = states(tmp_path)
        assert (heard.busy, [job.fault for job in heard.failing()]) == ("tests.job", ["OSError"])
        assert heard.lives(NOON + timedelta(seconds=60))
        assert not heard.lives(NOON + timedelta(seconds=61))
    assert states(tmp_path) == []


@pytest.mark.parametrize("said", ["", "{", "[]", "{}", '{"jobs": []}', '{"jobs": 1}'])
def test_a_strange_heartbeat_is_passed_over(tmp_path: Path, said: str) -> None:
    (tmp_path / "worker").mkdir()
    (tmp_path / "worker" / "x-1.json").write_text(said, encoding="utf-8")
    assert states(tmp_path) == []
    assert WorkerState(1, NOON.isoformat(), NOON.isoformat()).lives(NOON)
