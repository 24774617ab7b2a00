"""Keeps the pages and the worker running as child processes, and ends them in order."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from chartwarden.web import parent

SOON, LATEST, STEADY = 1.0, 60.0, 60.0
"""Seconds: the first wait before a child that ended is started again, the longest, and the life that sets it back."""
PATIENCE = 25.0
"""Seconds that a child is given to end in order. What is cut off then is found and done again (law 8)."""


class Child:
    """One child process, started again with back-off whenever it ends by itself."""

    def __init__(self, name: str, command: Sequence[str], say: Callable[[str], None]) -> None:
        self.name, self._command, self._say = name, command, say
        self._process: subprocess.Popen[bytes] | None = None
        self._started = self._again_at = 0.0
        self._wait = SOON

    @property
    def process(self) -> int | None:
        """The id of the process at work, None between two."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start it. Its standard input is a pipe that closes when this process ends, however it ends."""
        self._started = time.monotonic()
        self._process = subprocess.Popen(  # noqa: S603  our own program
            [sys.executable, "-m", "chartwarden", *self._command],
            stdin=subprocess.PIPE,
            env=parent.environment(os.environ),
        )

    def look(self) -> None:
        """Start it again where it has ended and has waited long enough."""
        now = time.monotonic()
        if self._process is not None and (status := self._process.poll()) is not None:
            if now - self._started >= STEADY:
                self._wait = SOON
            self._say(f"The {self.name} process ended with status {status}. It is started again in {self._wait:.0f} s.")
            self._close()
            self._again_at, self._wait = now + self._wait, min(self._wait * 2, LATEST)
        if self._process is None and now >= self._again_at:
            self.start()

    def ask_to_end(self) -> None:
        """Ask it to end in order."""
        if self._process is not None and self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.close()

    def end(self, until: float) -> None:
        """Wait for its end until an instant of ``time.monotonic``, and end it by force after that."""
        if self._process is None:
            return
        try:
            self._process.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            self._say(f"The {self.name} process is busy; it is ended. What it was at is done when it starts again.")
            self._process.kill()
            self._process.wait()

    def _close(self) -> None:
        self.ask_to_end()
        self._process = None


def keep(children: Sequence[Child], stop: threading.Event) -> None:
    """Start children and keep them running until ``stop`` is set or Ctrl-C is pressed; then end them all in order."""
    try:
        for child in children:
            child.start()
        while not stop.wait(0.5):
            for child in children:
                child.look()
    except KeyboardInterrupt:
        stop.set()
    finally:
        for child in children:
            child.ask_to_end()
        until = time.monotonic() + PATIENCE
        for child in children:
            child.end(until)
