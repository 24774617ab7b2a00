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

    Whoever waits for an answer while nobody commits does the committing, for all that have handed something in by
    then: so a lone caller waits for no other thread. Who does not wait (``submit``) is served by a thread.
    """

    def __init__(self, around: Callable[[], AbstractContextManager[Any]] = nullcontext, most: int = 1000) -> None:
        self._around = around
        self._most = most
        self._queue: SimpleQueue[_Job] = SimpleQueue()
        self._wake: SimpleQueue[bool] = SimpleQueue()
        self._committing, self._starting = Lock(), Lock()
        self._thread: Thread | None = None
        self._process = 0

    def append(self, draft: Draft, write: Callable[[], object] | None = None) -> Appended:
        """Append and wait until it is durable. ``write`` makes the change that the entry tells of, in the same
        transaction; it may run in another thread, and if it raises, the caller gets what it raised and nothing of it
        is kept. Raises RuntimeError inside a transaction, since that could not commit before its end.
        """
        return self.append_together([draft], write)[0]

    def append_together(self, drafts: Sequence[Draft], write: Callable[[], object] | None = None) -> list[Appended]:
        """Append entries of one clinic that belong together, and wait until they are durable; else as ``append``."""
        if connection.in_atomic_block:
            raise RuntimeError("a group commit is a transaction of its own: call this outside transaction.atomic()")
        job = _job(drafts, write)
        self._queue.put(job)
        while not job.answer.done():
            if not self._commit_some():  # whoever is at it looks again when done, and finds this one
                return job.answer.result()
        if not self._queue.empty():
            self._wake_thread()
        return job.answer.result()

    def submit(self, drafts: Sequence[Draft], write: Callable[[], object] | None = None) -> Future[list[Appended]]:
        """Hand in entries of one clinic that belong together; the answer comes when they are durable.

        Raises NotAnEntry or NotCanonical at once for what can't be an entry.
        """
        job = _job(drafts, write)
        self._queue.put(job)
        self._wake_thread()
        return job.answer

    def close(self) -> None:
        """Finish what was handed in, and stop the thread. What is handed in afterwards starts it again."""
        with self._starting:
            thread, self._thread = self._thread, None
            if thread is not None:
                self._wake.put(False)
        if thread is not None and self._process == os.getpid():
            thread.join()

    def _wake_thread(self) -> None:
        with self._starting:
            if self._thread is None or self._process != os.getpid():
                self._thread = Thread(target=self._run, name="ledger committer", daemon=True)
                self._process = os.getpid()
                self._thread.start()
            self._wake.put(True)

    def _run(self) -> None:
        try:
            more = True
            while more:
                more = self._wake.get()
                while not self._queue.empty() and self._commit_some():
                    pass
        finally:
            connection.close()

    def _commit_some(self) -> bool:
        """Commit what has been handed in, unless another thread is at it: that one will see to what is left."""
        if not self._committing.acquire(blocking=False):
            return False
        try:
            jobs = self._gather()
            if jobs:
                self._commit(jobs)
        finally:
            self._committing.release()
        return True

    def _gather(self) -> list[_Job]:
        """All that has been handed in by now, up to the most that go together."""
        jobs: list[_Job] = []
        count = 0
        while count < self._most:
            try:
                jobs.append(self._queue.get_nowait())
            except Empty:
                break
            count += len(jobs[-1].entries)
        return jobs

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


def _job(drafts: Sequence[Draft], write: Callable[[], object] | None) -> _Job:
    return _Job(drafts[0].clinic, store.prepare(drafts), write)


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
