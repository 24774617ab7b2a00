"""How long pages take for 16 users at once, at a million accesses and 2,000 cases in the week.

The real program on SQLite with its two workers, on loopback, in processes of their own: ten officers and six coders
click through their pages, each a browser that keeps its connection. Twice: with a second's thought between clicks, as
quick people work, and without any, which is as fast as the program can go.
"""

from __future__ import annotations

import gzip
import random
import re
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench._serving import Browser, made, served

ROWS, CASES = 1_000_000, 2_000
SECONDS, THOUGHT = 30.0, 1.0
OFFICER = ("today", "calendar", "review", "case", "case", "decide", "imports", "people", "person", "duties", "ledger")
CODER = ("today", "my_accesses", "my_accesses_further", "statement", "questions")
LINKED = re.compile(r'<(?:link[^>]*href|script[^>]*src)="(/static/[^"]+)"')

Times = dict[str, list[float]]


def run(rows: int = ROWS, cases: int = CASES) -> Iterator[dict[str, Any]]:
    """Figures as they come."""
    with TemporaryDirectory(prefix="chartwarden-bench-") as place:
        folder = Path(place)
        clinic = made(folder / "data", folder / "feeds", rows, cases)
        with served(folder / "data") as port:
            yield from measured(port, clinic)


def measured(port: int, clinic: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The figures of a clinic that is served."""
    yield {"name": "pages_first_load", "figure": _first_load(port, clinic), "unit": "kB", "goal": "≤ 100"}
    users = [_User(port, clinic, number) for number in range(len(clinic["cookies"]))]
    _clicked(users, 3.0, 0.0)
    thoughtful = _clicked(users, SECONDS, THOUGHT)
    for page in sorted(thoughtful):
        yield _figure(f"pages_{page}_p95", _percentile(thoughtful[page], 95), "≤ 100")
    every = _told("with a second between clicks", thoughtful)
    yield _figure("pages_16_users_median", _percentile(every, 50), "none")
    yield _figure("pages_16_users_p95", _percentile(every, 95), "≤ 100")
    hurried = _clicked(users, SECONDS, 0.0)
    every = _told("without a pause", hurried)
    yield _figure("pages_16_users_without_a_pause_p95", _percentile(every, 95), "≤ 100")
    yield {
        "name": "pages_a_second",
        "figure": round(len(every) / SECONDS),
        "unit": "pages/s",
        "goal": "none",
    }


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
        self._officer = number < clinic["officers"]
        self._cases: list[str] = clinic["open"][number :: len(clinic["cookies"])]
        self._random = random.Random(number)
        self.times: Times = {}
        self.fault = ""

    def click(self, until: float, thought: float) -> None:
        """Go from page to page until that instant of ``time.monotonic``."""
        time.sleep(self._random.random() * thought)
        pages = OFFICER if self._officer else CODER
        number = self._random.randrange(len(pages))
        with self._browser:
            while time.monotonic() < until and not self.fault:
                page = pages[number % len(pages)]
                if page == "decide":
                    self._decide()
                else:
                    self._get(page)
                number += 1
                time.sleep(self._random.uniform(0.5, 1.5) * thought)

    def _get(self, page: str) -> str:
        address = self._base + self._addresses()[page]
        answer = self._browser.get(address)
        if answer.status != 200:
            self.fault = f"{page}: {answer.status}"
        self.times.setdefault(page, []).append(answer.seconds)
        return answer.text

    def _addresses(self) -> Mapping[str, str]:
        case = self._random.choice(self._cases) if self._cases else ""
        monday = self._clinic["monday"]
        return {
            "today": "",
            "calendar": "reviews/",
            "review": f"reviews/{self._clinic['review']}/",
            "case": f"reviews/cases/{case}/",
            "imports": "imports/",
            "people": "people/",
            "person": f"people/{self._random.choice(self._clinic['people'])}/",
            "duties": "duties/",
            "ledger": "ledger/",
            "my_accesses": "my-accesses/",
            "my_accesses_further": f"my-accesses/{monday}/?page={self._random.randrange(1, 30)}",
            "statement": f"my-accesses/{monday}/statement/",
            "questions": "questions/",
        }

    def _decide(self) -> None:
        """Decide a case of one's own share, by its form."""
        if len(self._cases) < 2:
            return
        address = f"{self._base}reviews/cases/{self._cases.pop()}/"
        page = self._browser.get(address).text
        revision = re.search(r'name="revision" value="(\d+)"', page)
        if revision is None or f"{address}decide/" not in page:
            return  # decided before
        answer = self._browser.post(
            f"{address}decide/",
            page,
            outcome="in_order",
            note="The supervisor confirmed that this belonged to the work.",
            revision=revision.group(1),
        )
        if answer.status != 302:
            self.fault = f"decide: {answer.status}"
        self.times.setdefault("decide", []).append(answer.seconds)


def _first_load(port: int, clinic: Mapping[str, Any]) -> float:
    """kB over the wire when somebody opens Today with nothing kept: the page, its styles and scripts."""
    with Browser(port, clinic["cookies"][0]) as browser:
        page = browser.get(f"/c/{clinic['clinic']}/", **{"Accept-Encoding": "gzip"})
        text = gzip.decompress(page.body) if page.headers.get("content-encoding") == "gzip" else page.body
        linked = set(LINKED.findall(text.decode()))
        parts = [browser.get(path, **{"Accept-Encoding": "gzip"}) for path in sorted(linked)]
    return round((page.size + sum(part.size for part in parts)) / 1000, 1)


def _told(how: str, times: Times) -> list[float]:
    """All times, and on the terminal each page's."""
    print(f"  {how}: page, how often, median, p95, longest (ms)", file=sys.stderr)
    for page, found in sorted(times.items()):
        shown = (_percentile(found, 50), _percentile(found, 95), max(found))
        print(f"    {page:22}{len(found):6}" + "".join(f"{value * 1e3:8.1f}" for value in shown), file=sys.stderr)
    return [value for found in times.values() for value in found]


def _percentile(times: list[float], share: int) -> float:
    return sorted(times)[min(len(times) * share // 100, len(times) - 1)]


def _figure(name: str, seconds: float, goal: str) -> dict[str, Any]:
    return {"name": name, "figure": round(seconds * 1e3, 1), "unit": "ms", "goal": goal}
