"""Group commit: many threads' entries in one durable transaction, since the sync to disk is what takes the time.

Each caller gets its answer only after the commit. What was answered is on disk; what was not may be or may not be,
but never in part: an entry and the change that it tells of are in one transaction.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from chartwarden.ledger import store
from chartwarden.ledger.contracts import Appended, Draft
from chartwarden.ledger.merkle import Frontier


@dataclass
class _Job:
    clinic: UUID
    entries: list[store.Prepared]
    write: Callable[[], object] | None
    answer: Future[list[Appended]] = field(default_factory=Future)
    done: list[Appended] = field(default_factory=list)


class Committer:
    """One for a process. ``around`` is entered around each transaction: where row-level security is on, the way to
    act in every clinic. ``most`` entries at most go into one transaction.
    """

    def __init__(self, around: Callable[[], AbstractContextManager[Any]] = nullcontext, most: int = 1000) -> None:
        self._around = around
        self._most = most
        self._queue: SimpleQueue[_Job | None] = SimpleQueue()
        self._lock = Lock()
        self._thread: Thread | None = None
        self._process = 0

    def append(self, draft: Draft, write: Callable[[], object] | None = None) -> Appended:
        """Append and wait until it is durable. ``write`` makes the change that the entry tells of, in the same
        transaction; it runs in the committer's thread, and if it raises, the caller gets what it raised and nothing
        of it is kept.
        """
        return self.submit([draft], write).result()[0]

    def submit(self, drafts: Sequence[Draft], write: Callable[[], object] | None = None) -> Future[list[Appended]]:
        """Hand in entries of one clinic that belong together; the answer comes when they are durable.

        Raises NotAnEntry or NotCanonical at once for what can't be an entry.
        """
        clinic = drafts[0].clinic
        if any(draft.clinic != clinic for draft in drafts):
            raise ValueError("expected drafts of one clinic; found another's among them")
        job = _Job(clinic, [store.prepare(draft) for draft in drafts], write)
        self._running()
        self._queue.put(job)
        return job.answer

    def close(self) -> None:
        """Finish what was handed in, and stop."""
        with self._lock:
            thread, self._thread = self._thread, None
            if thread is not None:
                self._queue.put(None)
        if thread is not None and self._process == os.getpid():
            thread.join()

    def _running(self) -> None:
        if self._thread is not None and self._process == os.getpid():
            return
        with self._lock:
            if self._thread is None or self._process != os.getpid():
                self._thread = Thread(target=self._run, name="ledger committer", daemon=True)
                self._process = os.getpid()
                self._thread.start()

    def _run(self) -> None:
        try:
            while (first := self._queue.get()) is not None:
                jobs, stop = self._gather(first)
                self._commit(jobs)
                if stop:
                    break
        finally:
            connection.close()

    def _gather(self, first: _Job) -> tuple[list[_Job], bool]:
        """All that has been handed in by now, up to the most that go together; whether the end was among it."""
        jobs, count = [first], len(first.entries)
        while count < self._most:
            try:
                job = self._queue.get_nowait()
            except Empty:
                break
            if job is None:
                return jobs, True
            jobs.append(job)
            count += len(job.entries)
        return jobs, False

    def _commit(self, jobs: list[_Job]) -> None:
        try:
            connection.close_if_unusable_or_obsolete()
            with self._around(), transaction.atomic():
                kept = _write(jobs)
        except BaseException as wrong:
            for job in jobs:
                if not job.answer.done():
                    job.answer.set_exception(wrong)
            return
        for job in kept:
            job.answer.set_result(job.done)


def _write(jobs: Sequence[_Job]) -> list[_Job]:
    """Write what can be written, clinic by clinic in one order for all processes, so that none wait for each other
    in a ring. Who can't be served gets an exception now.
    """
    kept: list[_Job] = []
    for clinic in sorted({job.clinic for job in jobs}):
        ours = [job for job in jobs if job.clinic == clinic]
        try:
            frontier = store.lock(clinic)
        except Exception as wrong:
            if connection.needs_rollback:
                raise
            _fail(ours, wrong)
            continue
        kept += _write_clinic(clinic, frontier, [job for job in ours if _changed(job)])
    return kept


def _write_clinic(clinic: UUID, frontier: Frontier, jobs: list[_Job]) -> list[_Job]:
    found = iter(store.write(clinic, frontier, [entry for job in jobs for entry in job.entries]) if jobs else [])
    for job in jobs:
        job.done = [next(found) for _ in job.entries]
    return jobs


def _changed(job: _Job) -> bool:
    """Whether the job's own change could be made; if not it is undone and its caller told."""
    if job.write is None:
        return True
    try:
        with transaction.atomic():
            job.write()
    except Exception as wrong:
        _fail([job], wrong)
        return False
    return True


def _fail(jobs: Sequence[_Job], wrong: BaseException) -> None:
    for job in jobs:
        job.answer.set_exception(wrong)
