"""How long the queue's pages take with 100,000 open assignments: the supervisors' board and the coders' next record.

The real program on SQLite with its two workers, on loopback, in processes of their own: four supervisors look through
the board, twelve coders work off their records, each a browser that keeps its connection, with a second's thought
between clicks. One of the coders has 5,000 records before them.
"""

from __future__ import annotations

import random
import re
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench._queue_making import made
from bench._serving import Browser, served

OPEN = 100_000
SECONDS, THOUGHT = 40.0, 1.0
SUPERVISOR = ("today", "board", "board_state", "board_further", "board_further", "board_coder", "one", "assign")
CODER = ("today", "next_record", "next_record", "step", "step", "step")
STATES = ("unassigned", "assigned", "in_progress", "coded", "on_hold")
FURTHER = re.compile(r'href="(\?[^"]*after=[^"]+)"')
STEP = re.compile(
    r'<form[^>]*action="([^"]+/my-work/[^"]+)"[^>]*>.{0,400}?name="revision" value="(\d+)".{0,400}?name="event" value="(\w+)"',
    re.DOTALL,
)

Times = dict[str, list[float]]


def run(rows: int = OPEN) -> Iterator[dict[str, Any]]:
    """Figures as they come."""
    with TemporaryDirectory(prefix="chartwarden-bench-") as place:
        folder = Path(place)
        clinic = made(folder / "data", folder / "feeds", rows)
        with served(folder / "data") as port:
            yield from measured(port, clinic)


def measured(port: int, clinic: Mapping[str, Any], seconds: float = SECONDS) -> Iterator[dict[str, Any]]:
    """The figures of a clinic that is served."""
    users = [_User(port, clinic, number) for number in range(len(clinic["cookies"]))]
    _clicked(users, 3.0, 0.0)
    times = _clicked(users, seconds, THOUGHT)
    print("  page, how often, median, p95, longest (ms)", file=sys.stderr)
    for page, found in sorted(times.items()):
        shown = (_percentile(found, 50), _percentile(found, 95), max(found))
        print(f"    {page:22}{len(found):6}" + "".join(f"{value * 1e3:8.1f}" for value in shown), file=sys.stderr)
    for page in sorted(times):
        yield _figure(f"queue_{page}_p95", _percentile(times[page], 95))
    yield _figure("queue_16_users_p95", _percentile([one for found in times.values() for one in found], 95))


def _clicked(users: Sequence[_User], seconds: float, thought: float) -> Times:
    """All users click for so long; the seconds that each page took."""
    until = time.monotonic() + seconds
    threads = [threading.Thread(target=user.click, args=(until, thought)) for user in users]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found: Times = {}
    for user in users:
        if user.fault:
            raise RuntimeError(user.fault)
        for page, times in user.times.items():
            found.setdefault(page, []).extend(times)
        user.times = {}
    return found


class _User:
    """One user at their browser."""

    def __init__(self, port: int, clinic: Mapping[str, Any], number: int) -> None:
        self._browser = Browser(port, clinic["cookies"][number])
        self._clinic, self._base = clinic, f"/c/{clinic['clinic']}/"
        self._pages = SUPERVISOR if number < clinic["supervisors"] else CODER
        self._random = random.Random(number)
        self._board = self._work = ""
        self.times: Times = {}
        self.fault = ""

    def click(self, until: float, thought: float) -> None:
        """Go from page to page until that instant of ``time.monotonic``."""
        time.sleep(self._random.random() * thought)
        number = self._random.randrange(len(self._pages))
        with self._browser:
            while time.monotonic() < until and not self.fault:
                page = self._pages[number % len(self._pages)]
                if page == "step":
                    self._step()
                else:
                    self._get(page)
                number += 1
                time.sleep(self._random.uniform(0.5, 1.5) * thought)

    def _get(self, page: str) -> None:
        answer = self._browser.get(self._base + self._address(page))
        if answer.status != 200:
            self.fault = f"{page}: {answer.status}"
        self.times.setdefault(page, []).append(answer.seconds)
        if page.startswith("board"):
            self._board = answer.text
        if page == "next_record":
            self._work = answer.text

    def _address(self, page: str) -> str:
        state, one = self._random.choice(STATES), self._random.choice(self._clinic["some"])
        if page == "board_further" and (further := FURTHER.search(self._board)):
            return "queue/" + further.group(1).replace("&amp;", "&")
        return {
            "today": "",
            "board": "queue/",
            "board_state": f"queue/?state={state}",
            # someone who went far into the queue
            "board_further": f"queue/?state={state}&after={one}",
            "board_coder": f"queue/?state=assigned&coder={self._random.choice(self._clinic['people'])}",
            "one": f"queue/{one}/",
            "assign": f"queue/{one}/assign/",
            "next_record": "my-work/",
        }[page]

    def _step(self) -> None:
        """The next step of the next record, by its form: begun, coded, submitted."""
        found = STEP.search(self._work)
        if found is None:
            self._get("next_record")
            return
        address, revision, event = found.groups()
        answer = self._browser.post(address, self._work, revision=revision, event=event)
        if answer.status != 302:
            self.fault = f"step: {answer.status}"
        self.times.setdefault("step", []).append(answer.seconds)
        self._get("next_record")


def _percentile(times: list[float], share: int) -> float:
    return sorted(times)[min(len(times) * share // 100, len(times) - 1)]


def _figure(name: str, seconds: float) -> dict[str, Any]:
    return {"name": name, "figure": round(seconds * 1e3, 1), "unit": "ms", "goal": "≤ 100"}
