"""Work that nobody waits for. A room's ``jobs.py`` holds ``JOBS``; the worker runs each when it is due.

A job finds its work in the room's own tables, so nothing is queued anywhere else and nothing is lost when a process
is killed: what is not done is still there to be found. Running one twice does no harm (law 8).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Job:
    """``run`` is given the present instant (UTC, aware), does what is due, and says how much it did.

    It is called again after ``every``, and at once where it did something.
    """

    name: str
    run: Callable[[datetime], int]
    every: timedelta
