"""What the worker last said of itself: a small file in the data folder, which the pages and ``doctor`` read.

A file and no table, so that it is there when the database is not, and so that a beat never waits for a long write.
It names jobs and kinds of faults, never a value.
"""

from __future__ import annotations

import json
import os
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from platform import node

FOLDER = "worker"
EVERY = timedelta(seconds=10)
LOST_AFTER = timedelta(minutes=1)
SEVERAL = 3
"""So many failures in a row are no passing trouble."""


@dataclass(frozen=True)
class JobState:
    """How a job fared last: when it ran, how much it did, failures in a row, and the kind of the last fault."""

    name: str
    ran_at: str = ""
    did: int = 0
    failures: int = 0
    fault: str = ""


@dataclass(frozen=True)
class WorkerState:
    """A worker at one instant. Instants are ISO 8601 in UTC; ``busy`` is the job at work."""

    process: int
    started_at: str
    seen_at: str
    busy: str = ""
    jobs: tuple[JobState, ...] = field(default_factory=tuple)

    def seen(self) -> datetime:
        """When it last said that it lives (aware, UTC)."""
        return datetime.fromisoformat(self.seen_at)

    def lives(self, now: datetime) -> bool:
        """Whether that was within the last minute."""
        return abs(now - self.seen()) <= LOST_AFTER

    def failing(self) -> tuple[JobState, ...]:
        """Jobs whose last run failed."""
        return tuple(job for job in self.jobs if job.failures)


def states(data: Path) -> list[WorkerState]:
    """What every worker of a data folder last said, the newest first. A file half-written or strange is passed over."""
    found = []
    for path in sorted((data / FOLDER).glob("*.json")):
        with suppress(OSError, ValueError, TypeError, KeyError):
            kept = json.loads(path.read_text(encoding="utf-8"))
            kept["jobs"] = tuple(JobState(**job) for job in kept["jobs"])
            state = WorkerState(**kept)
            state.seen()
            found.append(state)
    return sorted(found, key=WorkerState.seen, reverse=True)


def forget_others(data: Path) -> None:
    """Remove what earlier workers said; only the one worker of a data folder does this."""
    for path in (data / FOLDER).glob("*.json*"):
        path.unlink(missing_ok=True)


class Heart:
    """Writes a worker's state, and again every ten seconds whatever the worker is busy with."""

    def __init__(self, data: Path, clock: Callable[[], datetime]) -> None:
        name = re.sub(r"[^A-Za-z0-9-]", "", node())[:40]
        self.path = data / FOLDER / f"{name or 'worker'}-{os.getpid()}.json"
        self._clock = clock
        self._turn = threading.Lock()
        now = clock().isoformat()
        self._state = WorkerState(os.getpid(), now, now)

    def tell(self, busy: str, jobs: tuple[JobState, ...]) -> None:
        """Say what is being done, and how the jobs fare."""
        self._state = replace(self._state, busy=busy, jobs=jobs)
        self.beat()

    def beat(self) -> None:
        """Say that the worker lives. A disk that is full does not stop the worker; the missing beat tells."""
        with self._turn, suppress(OSError):
            self._state = replace(self._state, seen_at=self._clock().isoformat())
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            new = self.path.with_suffix(".json-new")
            new.write_text(json.dumps(asdict(self._state)), encoding="utf-8")
            new.replace(self.path)

    @contextmanager
    def beating(self) -> Iterator[None]:
        """Beat until the block ends, then remove the file: the worker ended in order."""
        ended = threading.Event()

        def go_on() -> None:
            while not ended.wait(EVERY.total_seconds()):
                self.beat()

        thread = threading.Thread(target=go_on, name="heartbeat", daemon=True)
        self.beat()
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()
            with suppress(OSError):
                self.path.unlink(missing_ok=True)
