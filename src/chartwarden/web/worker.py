"""The worker: calls each room's jobs when they are due, one after another, until it is asked to end.

It runs beside the pages as a process of its own, so nothing here keeps a page waiting. A job that fails is logged
without its values, tried again after a growing while, and shown by ``chartwarden doctor``; the others go on.
"""

from __future__ import annotations

import heapq
import logging
import os
import signal
import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from django.conf import settings
from django.db import close_old_connections, connection
from django.utils import timezone

from chartwarden.kernel.errors import refuse
from chartwarden.kernel.jobs import Job
from chartwarden.kernel.locks import holding
from chartwarden.kernel.scratch import sweep
from chartwarden.web import parent
from chartwarden.web.heartbeat import FOLDER, Heart, JobState, forget_others
from chartwarden.web.warming import warm

log = logging.getLogger("chartwarden.worker")
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=5), timedelta(hours=1)
LOCK = "lock"
YIELDS = 10
"""How many steps of Unix priority the worker stands behind the pages and the gateway, for which people wait."""


def jobs() -> tuple[Job, ...]:
    """Every room's jobs, from the ``jobs.py`` of the rooms that have one."""
    names = [f"chartwarden.{room}.jobs" for room in settings.ROOMS if find_spec(f"chartwarden.{room}.jobs")]
    return tuple(job for name in names for job in import_module(name).JOBS)


def wait_after(failures: int) -> timedelta:
    """How long to wait after so many failures in a row: 5 seconds, doubled each time, at most an hour."""
    return min(FIRST_WAIT * 2 ** min(failures - 1, 20), LONGEST_WAIT)


class Worker:
    """Runs jobs until ``stop`` is set. The job at work is always let finish."""

    def __init__(
        self,
        given: Iterable[Job],
        *,
        stop: threading.Event,
        clock: Callable[[], datetime] = timezone.now,
        tell: Callable[[str, tuple[JobState, ...]], None] | None = None,
    ) -> None:
        self._stop, self._clock, self._tell = stop, clock, tell or (lambda _busy, _jobs: None)
        self._jobs = tuple(given)
        self._states = [JobState(job.name) for job in self._jobs]
        now = clock()
        self._due = [(now, number) for number in range(len(self._jobs))]

    @property
    def states(self) -> tuple[JobState, ...]:
        """How every job fared last."""
        return tuple(self._states)

    def run(self) -> None:
        """Run what is due, wait for what comes next, and so on until asked to end."""
        while not self._stop.is_set():
            if not self._due:
                self._stop.wait()
                return
            at, number = self._due[0]
            wait = (at - self._clock()).total_seconds()
            if wait <= 0:
                self._run(number)
                heapq.heapreplace(self._due, (self._next(number), number))
            else:
                self._stop.wait(
                    min(wait, 5.0)
                )  # the clock may be put back, and Windows delivers Ctrl-C between waits only

    def _run(self, number: int) -> None:
        job, before = self._jobs[number], self._states[number]
        self._tell(job.name, self.states)
        now = self._clock()
        close_old_connections()
        try:
            did = job.run(now)
        except Exception as fault:
            log.exception(f"job {job.name} failed, {before.failures + 1} in a row")
            after = replace(before, failures=before.failures + 1, fault=type(fault).__name__)
        else:
            after = replace(before, failures=0, fault="", did=did)
        finally:
            close_old_connections()
        self._states[number] = replace(after, ran_at=now.isoformat())
        self._tell("", self.states)

    def _next(self, number: int) -> datetime:
        """At once where it did something, which still lets what has waited longer go first."""
        state, now = self._states[number], self._clock()
        if state.failures:
            return now + wait_after(state.failures)
        return now if state.did else now + self._jobs[number].every


def work() -> None:
    """Be the worker of this installation's data folder until SIGTERM, Ctrl-C, or the parent's end.

    Raises InputRefused where another worker is at work on SQLite. On PostgreSQL several may be: jobs take turns by
    the leases in their own tables. What killed processes have left in the scratch folder is swept away.
    """
    data: Path = settings.DATA
    stop = threading.Event()
    for name in ("SIGTERM", "SIGINT", "SIGHUP", "SIGBREAK"):
        asked = getattr(signal, name, None)
        if asked is not None:
            signal.signal(asked, lambda *_: stop.set())
    parent.on_its_end(stop.set)
    if hasattr(os, "nice"):  # not on Windows
        os.nice(YIELDS)
    with holding(data / FOLDER / LOCK) as first:
        if not first and connection.vendor == "sqlite":
            raise refuse("worker", "no other worker on this data folder", "one that is at work")
        if first:
            forget_others(data)
        sweep(data)
        warm()
        heart = Heart(data, timezone.now)
        with heart.beating():
            Worker(jobs(), stop=stop, tell=heart.tell).run()
